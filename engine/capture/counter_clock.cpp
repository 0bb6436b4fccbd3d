#include "engine/capture/counter_clock.h"

#include <algorithm>
#include <cmath>

namespace callmon {

using namespace std::chrono_literals;

namespace {

constexpr auto stepAtLeast = 1ms;
constexpr double steered = 1e-3; // adjtimex(2) steers by 500 ppm at most
constexpr double strange = 1e-2; // no oscillator is that far off what it was
constexpr double slewNanoseconds = 1e9; // an offset is made up for within a second ...
constexpr double slewAtMost = 200e-6; // ... but by no more than 4 us in the 20 ms between two RTP packets
constexpr double readingNoiseNanoseconds = 20;

}

void CounterClock::calibrate(const CounterReading& reading)
{
    if (m_count == 0) {
        restart(reading);
        return;
    }
    const auto elapsed = double((reading.raw - m_last.raw).count());
    const double counted = double(ticks(m_last.counter, reading.counter)) * m_fitRate;
    if (isReady() && std::abs(counted - elapsed) > double(Nanoseconds(stepAtLeast).count()) + strange * elapsed) {
        ++m_counterJumps;
        restart(reading);
        return;
    }
    const Nanoseconds set = (reading.utc - m_last.utc) - (reading.raw - m_last.raw);
    if (std::chrono::abs(set) > stepAtLeast + Nanoseconds(static_cast<std::int64_t>(steered * elapsed))) {
        ++m_clockSteps;
        m_utcAhead += set;
    }
    keep(reading);

    const Line line = fit();
    m_fitRate = line.rate;
    m_scatter = Nanoseconds(static_cast<std::int64_t>(line.scatter));
    const Nanoseconds newest = reading.utc.time_since_epoch() - m_utcAhead;
    const Nanoseconds ideal = newest + Nanoseconds(static_cast<std::int64_t>(line.ahead));
    m_anchorTime = m_count == 2 ? ideal : steady(reading.counter);
    m_anchor = reading.counter;
    const auto behind = double((ideal - m_anchorTime).count());
    m_rate = line.rate * (1 + std::clamp(behind / slewNanoseconds, -slewAtMost, slewAtMost));
}

// What was given out before does not count: after a jump of the counter it was wrong.
void CounterClock::restart(const CounterReading& reading)
{
    m_count = 0;
    keep(reading);
    m_anchor = reading.counter;
    m_anchorTime = reading.utc.time_since_epoch() - m_utcAhead;
}

void CounterClock::keep(const CounterReading& reading)
{
    m_wide += static_cast<std::uint64_t>(ticks(m_last.counter, reading.counter));
    m_last = reading;
    CounterReading& kept = m_readings[m_count++ % window];
    kept = reading;
    kept.counter = m_wide;
    kept.utc -= m_utcAhead;
}

// Weighted least squares; counter and time as distances from the newest reading, which keeps them exact in a double.
CounterClock::Line CounterClock::fit() const
{
    const std::size_t size = std::min(m_count, window);
    const CounterReading& newest = m_readings[(m_count - 1) % window];
    double sumW = 0;
    double sumX = 0;
    double sumY = 0;
    double sumXX = 0;
    double sumXY = 0;
    double sumYY = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const CounterReading& each = m_readings[i];
        const double noise = double(each.span.count()) + readingNoiseNanoseconds;
        const double w = 1 / (noise * noise);
        const auto x = double(static_cast<std::int64_t>(each.counter - newest.counter));
        const auto y = double((each.utc - newest.utc).count());
        sumW += w;
        sumX += w * x;
        sumY += w * y;
        sumXX += w * x * x;
        sumXY += w * x * y;
        sumYY += w * y * y;
    }
    const double meanX = sumX / sumW;
    const double meanY = sumY / sumW;
    const double varianceX = sumXX / sumW - meanX * meanX;
    if (varianceX <= 0)
        return { m_fitRate, 0, 0 };
    const double covariance = sumXY / sumW - meanX * meanY;
    const double rate = covariance / varianceX;
    const double rest = sumYY / sumW - meanY * meanY - rate * covariance;
    return { rate, meanY - rate * meanX, std::sqrt(std::max(rest, 0.0)) };
}

}
