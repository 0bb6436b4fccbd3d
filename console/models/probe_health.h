// How a probe has been: what it says of itself once a second, kept for an hour, and one word for the whole.
#pragma once

#include "console/models/call_source.h"
#include "console/models/list_roles.h"

#include <deque>

namespace callmon {

struct HealthSample { // of one second
    Timestamp at; // packet time
    double thousandFramesPerSecond = 0;
    double megabitsPerSecond = 0;
    double lostPerSecond = 0; // by every counter that tells of a loss
    double pollGapMs = 0; // the longest of that second
    double chunksWaiting = 0; // media not yet on the disk
    double liveCalls = 0;
};

class ProbeHealth {
public:
    enum class Grade { Good, Lossy, Losing, Late, Gone }; // Lossy: it lost something, but not lately

    static constexpr std::size_t most = 3600;
    static constexpr std::chrono::seconds lately { 60 };
    // Media is always on its way for a moment, more of it the more calls there are. A disk falls behind when more than
    // twice as much as before waits, all the time.
    static constexpr std::size_t steadily = 10; // seconds
    static constexpr double someChunks = 20;
    static constexpr std::chrono::milliseconds lateAfter { 3000 }; // it speaks every second

    void add(const ProbeStatus& status, std::chrono::milliseconds arrived); // by a clock that never jumps
    void setState(CallSource::State state) { m_state = state; }

    Grade grade(std::chrono::milliseconds now) const;
    std::chrono::milliseconds sinceHeard(std::chrono::milliseconds now) const;
    // Chunks of media that wait for a disk that falls behind; 0: it keeps up; empty: too little was heard to tell.
    std::optional<double> chunksBehind() const;
    const std::optional<ProbeStatus>& status() const { return m_status; }
    const std::deque<HealthSample>& samples() const { return m_samples; }

private:
    void judgeDisk();

    std::optional<ProbeStatus> m_status;
    std::deque<HealthSample> m_samples;
    CallSource::State m_state = CallSource::State::Disconnected;
    std::chrono::milliseconds m_arrived {};
    std::optional<double> m_usualChunks; // that waited before the disk fell behind; empty: it keeps up
};

QString diskText(double chunksBehind); // "disk keeps up"
QString word(ProbeHealth::Grade grade); // "no losses", "losing packets"
QString glyph(ProbeHealth::Grade grade);
Tone tone(ProbeHealth::Grade grade);

}
