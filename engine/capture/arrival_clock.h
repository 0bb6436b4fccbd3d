// A time per frame, never per burst: when the frames of one poll reached the port, and how sure that is.
#pragma once

#include "engine/capture/frame.h"

#include <cstdint>
#include <optional>
#include <span>

namespace callmon {

// Polls are given in a time that never steps (CounterClock::steady).
class ArrivalClock {
public:
    // The link's rate sets the least time between two frames; 0 when unknown.
    explicit ArrivalClock(std::uint64_t linkBitsPerSecond);

    // What UTC is ahead of the time of the polls: changes only when the clock is set.
    void setUtcAhead(Nanoseconds ahead) { m_utcAhead = ahead; }
    Timestamp toUtc(Nanoseconds steady) const { return Timestamp(steady + m_utcAhead); }

    // The port's queue was empty then: before it was started.
    void begin(Nanoseconds steady) { m_lastEmpty = steady; }

    // The frames of one poll, in order, that returned at `polled`, and how many the port held beyond these. Sets
    // arrival and uncertainty. Also to be called for a poll without frames.
    void stamp(std::span<Frame> frames, Nanoseconds polled, std::size_t waiting);
    static constexpr std::size_t drained = 0; // the poll took less than it could
    static constexpr std::size_t unknown = ~std::size_t(0);

    // Whether what the port still holds would make the times of a full poll better: after a stall.
    bool wantsToKnowWaiting(Nanoseconds polled) const { return m_lastEmpty && polled - *m_lastEmpty > stall; }

private:
    // Longer than the cards hold frames back to show several at once; beyond it the queue filled while nobody looked.
    static constexpr Nanoseconds stall = std::chrono::microseconds(20);

    std::int64_t wirePicoseconds(std::uint32_t frameSize) const;

    std::int64_t m_picosecondsPerByte = 0;
    Nanoseconds m_utcAhead {};
    std::optional<Nanoseconds> m_lastEmpty; // the queue was empty then: later frames came after
    std::optional<Nanoseconds> m_lastArrival; // of the latest frame
};

}
