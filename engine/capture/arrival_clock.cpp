#include "engine/capture/arrival_clock.h"

#include <algorithm>
#include <cassert>

namespace callmon {

namespace {

constexpr std::uint32_t wireOverhead = 24; // preamble and start 8, check sequence 4, gap 12 (IEEE 802.3)
constexpr std::int64_t picosecondsPerNanosecond = 1000;

}

ArrivalClock::ArrivalClock(std::uint64_t linkBitsPerSecond)
    : m_picosecondsPerByte(linkBitsPerSecond ? static_cast<std::int64_t>(8'000'000'000'000 / linkBitsPerSecond) : 0)
{
}

std::int64_t ArrivalClock::wirePicoseconds(std::uint32_t frameSize) const
{
    return m_picosecondsPerByte * (frameSize + wireOverhead);
}

// Frames of one burst waited for the poll for different times. The last may have come just now; each one before came at
// least the wire time of those behind it earlier; and none came before the wire time after its predecessor:
// t_i = min(T, max(t_(i-1) + W_i, T - sum of later W_j)).
// After a stall that is the latest they can have come, not the likeliest: the queue filled all the while. These are
// spread evenly from the last frame, or the last empty queue, to now, those still waiting among them.
void ArrivalClock::stamp(std::span<Frame> frames, Nanoseconds polled, std::size_t waiting)
{
    assert(frames.size() <= FrameBatch::capacity);
    const std::int64_t earliest = (m_lastEmpty.value_or(polled) - polled).count();
    // Picoseconds from the poll, so that the rounding of each frame's does not add up.
    std::int64_t onWire = 0;
    for (const Frame& frame : frames)
        onWire += wirePicoseconds(frame.wireSize);
    constexpr std::int64_t longAgo = -std::int64_t(1) << 50; // 19 minutes
    std::int64_t arrival = longAgo;
    if (m_lastArrival)
        arrival =
            std::max((*m_lastArrival - polled).count(), longAgo / picosecondsPerNanosecond) * picosecondsPerNanosecond;

    const std::int64_t start =
        std::max(arrival, std::max(earliest, longAgo / picosecondsPerNanosecond) * picosecondsPerNanosecond);
    const bool stalled = m_lastEmpty && waiting != unknown && start < -stall.count() * picosecondsPerNanosecond;
    const std::int64_t step = stalled ? -start / static_cast<std::int64_t>(frames.size() + waiting + 1) : 0;
    std::int64_t even = start;

    const Timestamp at = toUtc(polled);
    for (Frame& frame : frames) {
        const std::int64_t wire = wirePicoseconds(frame.wireSize);
        onWire -= wire;
        even += step;
        arrival = std::min(std::max(arrival + wire, stalled ? even : -onWire), std::int64_t(0));
        const std::int64_t before = arrival / picosecondsPerNanosecond; // nanoseconds, not positive
        frame.arrival = at + Nanoseconds(before);
        const std::int64_t later = stalled ? -before : 0; // it may have come until now
        frame.uncertainty = Nanoseconds(std::max(before - earliest, later));
    }
    if (!frames.empty())
        m_lastArrival = polled + Nanoseconds(arrival / picosecondsPerNanosecond);
    if (waiting == drained)
        m_lastEmpty = polled;
}

}
