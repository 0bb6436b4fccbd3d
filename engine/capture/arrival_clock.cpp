#include "engine/capture/arrival_clock.h"

#include <algorithm>
#include <cassert>
#include <ctime>

namespace callmon {

using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t wireOverhead = 24; // preamble and start 8, check sequence 4, gap 12 (IEEE 802.3)
constexpr auto calibrateEvery = 1s;
constexpr auto stepAtLeast = 1ms;
constexpr auto readingNoise = 10us;

Nanoseconds read(clockid_t clock)
{
    timespec time {};
    clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

}

Nanoseconds readMonotonic()
{
    return read(CLOCK_MONOTONIC);
}

ClockReading readClocks()
{
    ClockReading best;
    Nanoseconds bestSpan = Nanoseconds::max();
    for (int tries = 0; tries < 5; ++tries) {
        const Nanoseconds before = readMonotonic();
        const Nanoseconds utc = read(CLOCK_REALTIME);
        const Nanoseconds span = readMonotonic() - before;
        if (span < bestSpan) {
            bestSpan = span;
            best = { before + span / 2, Timestamp(utc) };
        }
    }
    return best;
}

ArrivalClock::ArrivalClock(std::uint64_t linkBitsPerSecond)
    : m_nanosecondsPerByte(linkBitsPerSecond ? 8e9 / static_cast<double>(linkBitsPerSecond) : 0)
{
}

void ArrivalClock::calibrate(const ClockReading& reading)
{
    const Nanoseconds ahead = reading.utc.time_since_epoch() - reading.monotonic;
    if (m_calibrated && std::chrono::abs(ahead - m_utcAhead) > stepAtLeast)
        ++m_steps;
    // A smaller difference is the noise of the reading: left alone, so that it does not become jitter.
    if (!m_calibrated || std::chrono::abs(ahead - m_utcAhead) > readingNoise)
        m_utcAhead = ahead;
    m_calibrated = reading.monotonic;
}

bool ArrivalClock::needsCalibration(Nanoseconds monotonic) const
{
    return !m_calibrated || monotonic - *m_calibrated >= calibrateEvery;
}

Nanoseconds ArrivalClock::wireTime(std::uint32_t frameSize) const
{
    return Nanoseconds(static_cast<std::int64_t>(m_nanosecondsPerByte * (frameSize + wireOverhead)));
}

// Frames of one burst waited for the poll for different times. The last may have come just now; each one before came at
// least the wire time of those behind it earlier; and none came before the wire time after its predecessor:
// t_i = min(T, max(t_(i-1) + W_i, T - sum of later W_j)).
void ArrivalClock::stamp(std::span<Frame> frames, Nanoseconds polled, bool drained)
{
    assert(frames.size() <= FrameBatch::capacity);
    if (m_lastPoll)
        m_longestGap = std::max(m_longestGap, polled - *m_lastPoll);
    const Nanoseconds earliest = m_lastEmpty.value_or(polled);
    Nanoseconds behind {};
    for (const Frame& frame : frames.subspan(std::min<std::size_t>(1, frames.size())))
        behind += wireTime(frame.wireSize);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        Nanoseconds arrival = polled - behind;
        if (m_lastArrival)
            arrival = std::max(arrival, *m_lastArrival + wireTime(frames[i].wireSize));
        arrival = std::min(arrival, polled);
        frames[i].arrival = toUtc(arrival);
        frames[i].uncertainty = std::max(arrival - earliest, Nanoseconds {});
        m_lastArrival = arrival;
        if (i + 1 < frames.size())
            behind -= wireTime(frames[i + 1].wireSize);
    }
    m_lastPoll = polled;
    if (drained)
        m_lastEmpty = polled;
}

}
