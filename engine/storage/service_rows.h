// The table of service metrics in a day database: a row for each minute and group.
#pragma once

#include "engine/storage/record_fields.h"
#include "shared/calls/service_window.h"

#include <vector>

namespace callmon {

// Made as the table of alarms is. At most 150 groups a minute have a row: 20 MB a day.
constexpr const char* serviceSql = R"sql(
CREATE TABLE IF NOT EXISTS service_minutes( -- a row for the total, and for each group in which something happened
  minute_ns INTEGER NOT NULL,               -- its begin; where the probe began amid it, or missed some of it, that of
                                            -- the part that was watched: the rows of a minute are added
  grouping INTEGER NOT NULL,                -- 0 total, 1 trunk, 2 prefix, 3 codec
  name TEXT NOT NULL,                       -- of the group; '' of the total
  concurrent_calls INTEGER NOT NULL,        -- at its end
  peak_concurrent_calls INTEGER NOT NULL,
  peak_new_calls INTEGER NOT NULL,          -- within one second
  setting_up INTEGER NOT NULL,              -- this and all below can be added; see shared/calls/service_figures.h
  began_before_probe INTEGER NOT NULL,
  attempts INTEGER NOT NULL,                -- that were answered or failed in this minute
  answered INTEGER NOT NULL,
  completed INTEGER NOT NULL,               -- answered calls that a BYE ended in it
  user_busy INTEGER NOT NULL,
  ring_no_answer INTEGER NOT NULL,
  terminal_reject INTEGER NOT NULL,
  number_errors INTEGER NOT NULL,
  redirected INTEGER NOT NULL,
  ineffective INTEGER NOT NULL,
  effective_failures INTEGER NOT NULL,
  talk_time_ns INTEGER NOT NULL,            -- of `talked` calls that ended in it
  talked INTEGER NOT NULL,
  answer_delay_ns INTEGER NOT NULL,
  answer_delays INTEGER NOT NULL,
  pdd_answered_ns INTEGER NOT NULL,         -- post-dial delay
  pdds_answered INTEGER NOT NULL,
  pdd_failed_ns INTEGER NOT NULL,
  pdds_failed INTEGER NOT NULL,
  mos_millionths INTEGER NOT NULL,          -- sum of the mean MOS of `mos_calls` calls that ended in it
  mos_calls INTEGER NOT NULL,
  mos_best INTEGER NOT NULL,                -- calls from 4.34, 4.03, 3.60, 3.10 and below
  mos_high INTEGER NOT NULL,
  mos_medium INTEGER NOT NULL,
  mos_low INTEGER NOT NULL,
  mos_poor INTEGER NOT NULL,
  new_calls INTEGER NOT NULL,
  repeated_calls INTEGER NOT NULL,
  seconds INTEGER NOT NULL,                 -- that were watched; 60 of a whole minute
  call_seconds INTEGER NOT NULL,            -- calls that were on, summed over these
  PRIMARY KEY(minute_ns, grouping, name)
) WITHOUT ROWID;
)sql";

constexpr ServiceGrouping lastEnumerator(ServiceGrouping)
{
    return ServiceGrouping::Codec;
}

// The columns in their order; `counts` are those of the row's sums.
template <typename Row, typename Counts, typename Visit>
void visitServiceFields(Row& row, Counts& counts, Visit&& visit)
{
    visit("minute_ns", row.from);
    visit("grouping", row.group.grouping);
    visit("name", row.group.name);
    visit("concurrent_calls", row.concurrentCalls);
    visit("peak_concurrent_calls", row.peaks.concurrentCalls);
    visit("peak_new_calls", row.peaks.newCalls);
    for (std::size_t i = 0; i < counts.size(); ++i)
        visit(serviceSumNames[i], counts[i]);
}

inline std::vector<std::string> serviceColumns()
{
    std::vector<std::string> names;
    const ServiceRow row;
    const ServiceCounts counts {};
    visitServiceFields(row, counts, [&](const char* name, const auto&) { names.emplace_back(name); });
    return names;
}

}
