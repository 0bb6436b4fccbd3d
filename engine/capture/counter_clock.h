// From a free-running counter, the processor's or a network card's, to time: rate and offset followed all the time.
#pragma once

#include "shared/base/units.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace callmon {

// Three readings of about the same moment.
struct CounterReading {
    std::uint64_t counter = 0;
    Nanoseconds raw {}; // CLOCK_MONOTONIC_RAW: neither set nor steered, so it tells who of the others jumped
    Timestamp utc; // CLOCK_REALTIME
    Nanoseconds span {}; // that taking them took: bounds how far they are apart
};

// A line is fitted through the readings of the last seconds, each weighted by how short it was. The time given out
// follows that line by its rate only: no calibration moves it by a step, so none ends up in an inter-arrival time. A
// clock that is set is the exception: steady() goes on as if it had not been, and utcAhead() takes the step.
class CounterClock {
public:
    // `bits` that the counter has before it wraps; it must be read more often than that.
    explicit CounterClock(unsigned bits = 64)
        : m_unusedBits(64 - bits)
    {
    }

    // To be given a reading every `interval` or so. Usable once it has two.
    void calibrate(const CounterReading& reading);
    static constexpr Nanoseconds interval = std::chrono::milliseconds(125);

    // UTC but for the steps of utcAhead(). Also for counter values up to some seconds before or after the last reading.
    Nanoseconds steady(std::uint64_t counter) const
    {
        return m_anchorTime + Nanoseconds(static_cast<std::int64_t>(double(ticks(m_anchor, counter)) * m_rate));
    }
    Nanoseconds utcAhead() const { return m_utcAhead; }
    Timestamp toUtc(std::uint64_t counter) const { return Timestamp(steady(counter) + m_utcAhead); }

    bool isReady() const { return m_count >= 2; }
    double nanosecondsPerTick() const { return m_fitRate; }
    Nanoseconds scatter() const { return m_scatter; } // of the readings around the line, root mean square
    std::uint64_t clockSteps() const { return m_clockSteps; } // times that UTC was set
    std::uint64_t counterJumps() const { return m_counterJumps; } // times that the counter did not go on as it did

private:
    struct Line {
        double rate; // nanoseconds per tick
        double ahead; // nanoseconds of the line before the newest reading
        double scatter;
    };

    // From one counter value to another, either way, over a wrap.
    std::int64_t ticks(std::uint64_t from, std::uint64_t to) const
    {
        return static_cast<std::int64_t>((to - from) << m_unusedBits) >> m_unusedBits;
    }
    void restart(const CounterReading& reading);
    void keep(const CounterReading& reading);
    Line fit() const;

    static constexpr std::size_t window = 64; // 8 s of readings

    unsigned m_unusedBits;
    std::uint64_t m_anchor = 0; // at this counter value ...
    Nanoseconds m_anchorTime {}; // ... it was then, and goes on at this rate:
    double m_rate = 0;
    double m_fitRate = 0;
    Nanoseconds m_utcAhead {};
    Nanoseconds m_scatter {};

    std::array<CounterReading, window> m_readings; // utc of these without the steps, counter as if it never wrapped
    std::uint64_t m_wide = 0; // the newest of these
    std::size_t m_count = 0; // since the start, or the counter's last jump
    CounterReading m_last; // as it was given
    std::uint64_t m_clockSteps = 0;
    std::uint64_t m_counterJumps = 0;
};

}
