#include "shared/calls/service_history.h"

#include <algorithm>

namespace callmon {

ServiceHistory::ServiceHistory(std::uint32_t stepMinutes, Sink sink)
    : m_step(stepMinutes)
    , m_sink(std::move(sink))
{
}

// Steps are counted from midnight on, so that a day's are the same whatever period was asked for.
bool ServiceHistory::add(const ServiceRow& minute)
{
    const Timestamp day = std::chrono::floor<std::chrono::days>(minute.from);
    const Timestamp from = day + (minute.from - day) / m_step * m_step;
    if (!m_rows.empty() && m_rows.front().from != from && !finish())
        return false;
    const auto found = std::ranges::find(m_rows, minute.group, &ServiceRow::group);
    ServiceRow& row = found != m_rows.end() ? *found : m_rows.emplace_back();
    row.group = minute.group;
    row.from = from;
    row.to = std::min(from + m_step, day + std::chrono::days(1));
    row.sums += minute.sums;
    row.peaks.raiseTo(minute.peaks);
    row.concurrentCalls = minute.concurrentCalls;
    return true;
}

bool ServiceHistory::finish()
{
    std::ranges::sort(m_rows, [](const ServiceRow& a, const ServiceRow& b) {
        return std::pair(a.group.grouping, a.group.name.view()) < std::pair(b.group.grouping, b.group.name.view());
    });
    const bool wanted = std::ranges::all_of(m_rows, m_sink);
    m_rows.clear();
    return wanted;
}

}
