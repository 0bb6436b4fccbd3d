// A time per frame, never per burst: when the frames of one poll reached the port, and how sure that is.
#pragma once

#include "engine/capture/frame.h"

#include <cstdint>
#include <optional>
#include <span>

namespace callmon {

// A pair of readings of the same moment. CLOCK_MONOTONIC is steered (its second is a UTC second, which a bare cycle
// counter's is not: 1.9 ms off per second was seen) and never steps.
struct ClockReading {
    Nanoseconds monotonic {};
    Timestamp utc;
};
// Both kernel clocks, read as close together as five tries get them.
ClockReading readClocks();
Nanoseconds readMonotonic();

class ArrivalClock {
public:
    // The link's rate sets the least time between two frames; 0 when unknown.
    explicit ArrivalClock(std::uint64_t linkBitsPerSecond);

    // To be told about once a second: what CLOCK_REALTIME is ahead of CLOCK_MONOTONIC changes only when the time is
    // set.
    void calibrate(const ClockReading& reading);
    bool needsCalibration(Nanoseconds monotonic) const;
    Timestamp toUtc(Nanoseconds monotonic) const { return Timestamp(monotonic + m_utcAhead); }

    // The port's queue was empty then: before it was started.
    void begin(Nanoseconds monotonic) { m_lastEmpty = monotonic; }

    // The frames of one poll, in order, that returned at `polled`. `drained`: the poll took less than it could, so the
    // port's queue was empty then. Sets arrival and uncertainty. Also to be called for a poll without frames.
    void stamp(std::span<Frame> frames, Nanoseconds polled, bool drained);

    // The longest time between two polls; what the port could not hold meanwhile is lost.
    Nanoseconds longestPollGap() const { return m_longestGap; }
    std::uint64_t clockSteps() const { return m_steps; } // calibrations that moved the clock by more than a millisecond

private:
    Nanoseconds wireTime(std::uint32_t frameSize) const;

    double m_nanosecondsPerByte = 0;
    Nanoseconds m_utcAhead {};
    std::optional<Nanoseconds> m_calibrated;
    std::optional<Nanoseconds> m_lastPoll;
    std::optional<Nanoseconds> m_lastEmpty; // the queue was empty then: later frames came after
    std::optional<Nanoseconds> m_lastArrival; // of the latest frame
    Nanoseconds m_longestGap {};
    std::uint64_t m_steps = 0;
};

}
