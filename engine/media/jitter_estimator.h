// Interarrival jitter (RFC 3550 6.4.1, A.8): how far packet spacing at the probe strays from packet spacing at the
// sender, smoothed over about 16 packets.
#pragma once

#include "shared/base/units.h"

namespace callmon {

// From one timestamp to another on the way around the 32-bit circle that is shorter; clock must not be 0.
inline Milliseconds between(RtpTicks earlier, RtpTicks later, Hertz clock)
{
    const auto ticks = static_cast<std::int32_t>(later.count - earlier.count);
    return Milliseconds(1000.0 * ticks / clock.value);
}

class JitterEstimator {
public:
    // The arrival lies within +-uncertainty. The clock is not 0.
    void add(Timestamp arrival, Nanoseconds uncertainty, RtpTicks sent, Hertz clock)
    {
        const auto uncertaintyMs = static_cast<float>(static_cast<double>(uncertainty.count()) * 1e-6);
        if (m_anchored && clock == m_clock) {
            const Milliseconds here = arrival - m_arrival;
            const Milliseconds difference = std::chrono::abs(here - between(m_sent, sent, clock));
            if (!m_segmentMayBegin || difference < strayOfOneSegment) {
                m_jitter += (difference - m_jitter) / 16;
                m_errorMs += (uncertaintyMs + m_uncertaintyMs - m_errorMs) / 16;
            }
        }
        m_uncertaintyMs = uncertaintyMs;
        m_segmentMayBegin = false;
        m_anchored = true; // a change of clock is no interval either: the next packet is measured from this one
        m_clock = clock;
        m_arrival = arrival;
        m_sent = sent;
    }

    // Another segment of timestamps may begin with the next packet: unless its timestamp goes on as before, it is not
    // compared with those before it. The estimate stays.
    void beginSegment() { m_segmentMayBegin = true; }

    bool anchored() const { return m_anchored; }
    Milliseconds jitter() const { return m_jitter; }
    // The estimate is within +- this of what exact arrival times would give: | |a| - |b| | <= |a - b|, so a difference
    // of two arrivals is off by their uncertainties' sum at most, and the filter's gain carries that bound as it
    // carries the differences.
    Milliseconds error() const { return Milliseconds(m_errorMs); }

private:
    static constexpr Milliseconds strayOfOneSegment { 100 }; // more than networks delay, less than a new start hits

    Timestamp m_arrival;
    Milliseconds m_jitter {};
    float m_errorMs = 0;
    float m_uncertaintyMs = 0; // of m_arrival
    RtpTicks m_sent;
    Hertz m_clock;
    bool m_anchored = false;
    bool m_segmentMayBegin = false;
};

}
