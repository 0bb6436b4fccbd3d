#include "engine/metrics/group_windows.h"

namespace callmon {

namespace {

// Of one minute, five and a quarter of an hour every ten seconds count by themselves; of an hour minutes do, of a day
// ten minutes: 330 buckets of 264 bytes.
std::array<SlidingWindow, serviceWindowMinutes.size()> makeWindows()
{
    return { SlidingWindow(6, 1), SlidingWindow(30, 1), SlidingWindow(90, 1), SlidingWindow(60, 6),
        SlidingWindow(144, 60) };
}

}

GroupWindows::GroupWindows(const ServiceGroup& group)
    : m_group(group)
    , m_windows(makeWindows())
{
}

void GroupWindows::callBegan(bool repeated)
{
    ++m_tick.sums.newCalls;
    m_tick.sums.repeatedCalls += repeated;
    ++m_newThisSecond;
}

void GroupWindows::callIsOn()
{
    ++m_concurrent;
    m_tick.peaks.concurrentCalls = std::max(m_tick.peaks.concurrentCalls, m_concurrent);
}

void GroupWindows::callIsOver()
{
    assert(m_concurrent > 0);
    --m_concurrent;
}

void GroupWindows::passSecond()
{
    ++m_tick.sums.seconds;
    m_tick.sums.callSeconds += m_concurrent;
    m_tick.peaks.raiseTo({ m_concurrent, m_newThisSecond });
    m_newThisSecond = 0;
}

void GroupWindows::closeTick(std::int64_t tick)
{
    m_tick.peaks.raiseTo({ 0, m_newThisSecond }); // a part of a second, before time went on elsewhere
    m_newThisSecond = 0;
    for (SlidingWindow& window : m_windows)
        window.add(tick, m_tick);
    m_minute += m_tick;
    m_tick = {};
    m_tick.peaks.concurrentCalls = m_concurrent;
    m_closedUpTo = Timestamp((tick + 1) * tickLength);
}

void GroupWindows::advanceTo(std::int64_t tick)
{
    for (SlidingWindow& window : m_windows)
        window.advanceTo(tick);
    m_closedUpTo = Timestamp((tick + 1) * tickLength);
}

ServiceRow GroupWindows::minute(Timestamp from) const
{
    ServicePart all = m_minute;
    all += m_tick;
    const Timestamp to = std::chrono::floor<std::chrono::minutes>(from) + std::chrono::minutes(1);
    return { m_group, from, to, all.sums, all.peaks, m_concurrent };
}

void GroupWindows::clear()
{
    for (SlidingWindow& window : m_windows)
        window.clear();
    m_minute = {};
    m_tick = {};
    m_tick.peaks.concurrentCalls = m_concurrent;
    m_newThisSecond = 0;
}

ServiceRow GroupWindows::window(std::size_t which) const
{
    const SlidingWindow& window = m_windows[which];
    return { m_group, Timestamp(window.firstTick() * tickLength), m_closedUpTo, window.sums(), window.peaks(),
        m_concurrent };
}

}
