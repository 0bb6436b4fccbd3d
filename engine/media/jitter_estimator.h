// Interarrival jitter (RFC 3550 6.4.1, A.8): how far packet spacing at the probe strays from packet spacing at the
// sender, smoothed over about 16 packets.
#pragma once

#include "shared/base/units.h"

#include <optional>

namespace callmon {

// From one timestamp to another on the way around the 32-bit circle that is shorter; clock must not be 0.
inline Milliseconds between(RtpTicks earlier, RtpTicks later, Hertz clock)
{
    const auto ticks = static_cast<std::int32_t>(later.count - earlier.count);
    return Milliseconds(1000.0 * ticks / clock.value);
}

// The estimate: every packet changes it.
class JitterEstimator {
public:
    // The arrival of a packet that is measured against the one before it lies within +-uncertainty.
    void add(Milliseconds difference, Nanoseconds uncertainty)
    {
        const float uncertaintyMs = inMs(uncertainty);
        m_jitter += (difference - m_jitter) * (1.0 / 16);
        m_errorMs += (uncertaintyMs + m_uncertaintyMs - m_errorMs) * (1.0f / 16);
        m_uncertaintyMs = uncertaintyMs;
    }
    // One that only the next is measured against.
    void skip(Nanoseconds uncertainty) { m_uncertaintyMs = inMs(uncertainty); }

    Milliseconds jitter() const { return m_jitter; }
    // The estimate is within +- this of what exact arrival times would give: | |a| - |b| | <= |a - b|, so a difference
    // of two arrivals is off by their uncertainties' sum at most, and the filter's gain carries that bound as it
    // carries the differences.
    Milliseconds error() const { return Milliseconds(m_errorMs); }

private:
    static float inMs(Nanoseconds uncertainty)
    {
        return static_cast<float>(static_cast<double>(uncertainty.count()) * 1e-6);
    }

    Milliseconds m_jitter {};
    float m_errorMs = 0;
    float m_uncertaintyMs = 0; // of the packet before
};

// The packet that the next is measured against.
class JitterAnchor {
public:
    // How far the spacing strayed; empty where there is nothing to compare with. The clock is not 0.
    std::optional<Milliseconds> differenceTo(Timestamp arrival, RtpTicks sent, Hertz clock) const
    {
        if (!m_anchored || clock != m_clock)
            return std::nullopt; // a change of clock is no interval: the next packet is measured from this one
        const Milliseconds here = arrival - m_arrival;
        const Milliseconds difference = std::chrono::abs(here - between(m_sent, sent, clock));
        if (m_segmentMayBegin && difference >= strayOfOneSegment)
            return std::nullopt;
        return difference;
    }
    void moveTo(Timestamp arrival, RtpTicks sent, Hertz clock)
    {
        m_arrival = arrival;
        m_sent = sent;
        m_clock = clock;
        m_anchored = true;
        m_segmentMayBegin = false;
    }
    bool isAt(Timestamp arrival, RtpTicks sent, Hertz clock) const
    {
        return m_anchored && !m_segmentMayBegin && arrival == m_arrival && sent == m_sent && clock == m_clock;
    }

    // Another segment of timestamps may begin with the next packet: unless its timestamp goes on as before, it is not
    // compared with those before it. The estimate stays.
    void beginSegment() { m_segmentMayBegin = true; }

private:
    static constexpr Milliseconds strayOfOneSegment { 100 }; // more than networks delay, less than a new start hits

    Timestamp m_arrival;
    RtpTicks m_sent;
    Hertz m_clock;
    bool m_anchored = false;
    bool m_segmentMayBegin = false;
};

}
