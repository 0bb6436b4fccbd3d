#include "console/source/service_join.h"

#include <algorithm>

namespace callmon {

void ServiceJoin::add(const std::vector<ServiceRow>& rows)
{
    for (const ServiceRow& row : rows) {
        const std::int64_t when = m_by == By::Start
            ? nanosecondsSinceEpoch(row.from)
            : std::chrono::round<std::chrono::minutes>(row.to - row.from).count();
        const auto [found, fresh] = m_rows.try_emplace({ when, row.group.grouping, row.group.name.str() }, row);
        if (fresh)
            continue;
        ServiceRow& sum = found->second;
        const std::uint64_t watched = std::max(sum.sums.seconds, row.sums.seconds);
        sum.sums += row.sums;
        sum.sums.seconds = watched;
        sum.to = std::max(sum.to, row.to);
        sum.peaks.concurrentCalls += row.peaks.concurrentCalls;
        sum.peaks.newCalls += row.peaks.newCalls;
        sum.concurrentCalls += row.concurrentCalls;
    }
}

std::vector<ServiceRow> ServiceJoin::rows() const
{
    std::vector<ServiceRow> all;
    for (const auto& [place, row] : m_rows)
        all.push_back(row);
    return all;
}

}
