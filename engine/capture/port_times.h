// The time of a live port: when it was polled, and when its frames arrived.
#pragma once

#include "engine/capture/arrival_clock.h"
#include "engine/capture/cycle_counter.h"
#include "engine/capture/poll_gaps.h"

namespace callmon {

// The capture thread's, but for counters(), which any thread may ask for.
class PortTimes {
public:
    PortTimes(); // takes 20 ms: a first estimate of the counter's rate
    // Frames may be waiting since `steady`; `linkBitsPerSecond` 0 when it is not known.
    void begin(std::uint64_t linkBitsPerSecond, Nanoseconds steady);

    Nanoseconds now() const { return m_clock.steady(m_counter.now()); } // steady
    Timestamp toUtc(Nanoseconds steady) const { return m_arrivals.toUtc(steady); }

    struct Poll {
        Nanoseconds at {}; // steady
        Nanoseconds gap {}; // since the poll before
    };
    // To be called when a poll has returned.
    Poll polled();
    // Its frames, in order, and how many the port still held: as ArrivalClock has it.
    void stamp(std::span<Frame> frames, const Poll& poll, std::size_t waiting)
    {
        m_arrivals.stamp(frames, poll.at, waiting);
    }
    bool wantsToKnowWaiting(const Poll& poll) const { return m_arrivals.wantsToKnowWaiting(poll.at); }

    // clock_steps, cycle_counter_jumps, and those of PollGaps.
    std::vector<CaptureCounter> counters() const;
    Nanoseconds takeLongestGap() { return m_gaps.takeLongest(); } // one thread, any

private:
    void calibrate();

    CycleCounter m_counter;
    CounterClock m_clock;
    ArrivalClock m_arrivals { 0 };
    Nanoseconds m_calibratedAt {};
    Nanoseconds m_lastPoll {}; // 0 before the first
    PollGaps m_gaps;
    std::atomic<std::uint64_t> m_clockSteps { 0 };
    std::atomic<std::uint64_t> m_counterJumps { 0 };
};

}
