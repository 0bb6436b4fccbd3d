#include "engine/capture/port_times.h"

#include <thread>

namespace callmon {

using namespace std::chrono_literals;

PortTimes::PortTimes()
{
    m_clock.calibrate(m_counter.read());
    std::this_thread::sleep_for(20ms); // readings are good to 50 ns or so: 5 millionths, to begin with
    calibrate();
}

void PortTimes::begin(std::uint64_t linkBitsPerSecond, Nanoseconds steady)
{
    m_arrivals = ArrivalClock(linkBitsPerSecond);
    m_arrivals.setUtcAhead(m_clock.utcAhead());
    m_arrivals.begin(steady);
    m_lastPoll = {};
}

PortTimes::Poll PortTimes::polled()
{
    Poll poll { now(), 0ns };
    if (m_lastPoll != 0ns) {
        if (poll.at < m_lastPoll) // the counter was set back
            poll.at = m_lastPoll;
        poll.gap = poll.at - m_lastPoll;
        m_gaps.add(poll.gap, poll.at);
    }
    m_lastPoll = poll.at;
    if (poll.at - m_calibratedAt >= CounterClock::interval)
        calibrate();
    return poll;
}

void PortTimes::calibrate()
{
    const CounterReading reading = m_counter.read();
    m_clock.calibrate(reading);
    m_calibratedAt = m_clock.steady(reading.counter);
    m_arrivals.setUtcAhead(m_clock.utcAhead());
    m_clockSteps.store(m_clock.clockSteps(), std::memory_order_relaxed);
    m_counterJumps.store(m_clock.counterJumps(), std::memory_order_relaxed);
}

std::vector<CaptureCounter> PortTimes::counters() const
{
    std::vector<CaptureCounter> counters { { "clock_steps", m_clockSteps.load(std::memory_order_relaxed) },
        { "cycle_counter_jumps", m_counterJumps.load(std::memory_order_relaxed) } };
    for (const CaptureCounter& counter : m_gaps.counters())
        counters.push_back(counter);
    return counters;
}

}
