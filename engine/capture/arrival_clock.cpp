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
void ArrivalClock::stamp(std::span<Frame> frames, Nanoseconds polled, bool drained)
{
    assert(frames.size() <= FrameBatch::capacity);
    const Nanoseconds earliest = m_lastEmpty.value_or(polled);
    std::int64_t behind = 0; // picoseconds: rounding each frame's would add up
    for (const Frame& frame : frames.subspan(std::min<std::size_t>(1, frames.size())))
        behind += wirePicoseconds(frame.wireSize);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        Nanoseconds arrival = polled - Nanoseconds(behind / picosecondsPerNanosecond);
        if (m_lastArrival)
            arrival = std::max(
                arrival, *m_lastArrival + Nanoseconds(wirePicoseconds(frames[i].wireSize) / picosecondsPerNanosecond));
        arrival = std::min(arrival, polled);
        frames[i].arrival = toUtc(arrival);
        frames[i].uncertainty = std::max(arrival - earliest, Nanoseconds {});
        m_lastArrival = arrival;
        if (i + 1 < frames.size())
            behind -= wirePicoseconds(frames[i + 1].wireSize);
    }
    if (drained)
        m_lastEmpty = polled;
}

}
