// One group of calls: what happens now, its sliding windows, and the minute that is being filled.
#pragma once

#include "engine/metrics/sliding_window.h"

namespace callmon {

class GroupWindows {
public:
    static constexpr std::chrono::seconds tickLength { 10 };

    explicit GroupWindows(const ServiceGroup& group);

    const ServiceGroup& group() const { return m_group; }
    void setName(std::string_view name) { m_group.name = name; }
    ServiceSums& now() { return m_tick.sums; } // what happens is counted here
    void callBegan(bool repeated);
    void callIsOn();
    void callIsOver();
    std::uint32_t concurrentCalls() const { return m_concurrent; }

    void passSecond();
    void closeTick(std::int64_t tick); // tickLength each, counted from 1970
    void advanceTo(std::int64_t tick); // time that nobody watched: what is too old leaves
    // What was counted of the minute that `from` lies in, watched from then on.
    ServiceRow minute(Timestamp from) const;
    void beginMinute() { m_minute = {}; } // after closeTick()
    void clear(); // but for the calls that are on

    ServiceRow window(std::size_t which) const; // of serviceWindowMinutes, as of the last tick

private:
    ServiceGroup m_group;
    std::uint32_t m_concurrent = 0;
    std::uint32_t m_newThisSecond = 0;
    ServicePart m_tick;
    ServicePart m_minute;
    Timestamp m_closedUpTo;
    std::array<SlidingWindow, serviceWindowMinutes.size()> m_windows;
};

}
