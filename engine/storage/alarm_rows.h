// The table of alarms in a day database: those that were raised on that UTC day.
#pragma once

#include "engine/storage/record_fields.h"
#include "shared/calls/alarm.h"

#include <vector>

namespace callmon {

// Made in every day that the writer opens; a day that no writer of this version has opened has none, and no alarms.
constexpr const char* alarmsSql = R"sql(
CREATE TABLE IF NOT EXISTS alarms(          -- one row per alarm; written when it is raised, cleared and acknowledged
  alarm_id INTEGER PRIMARY KEY,             -- time it was raised in ns, moved up where needed to be unique
  rule TEXT NOT NULL,
  kind INTEGER NOT NULL,                    -- 0 mos_low, 1 loss_high... in the order of shared/calls/alarm.h
  severity INTEGER NOT NULL,                -- 0 critical, 1 major, 2 minor, 3 warning
  end_reason INTEGER NOT NULL,              -- 0 open, 1 recovered, 2 media ended, 3 call ended, 4 rule changed, 5 probe stopped, 6 restarted,
                                            -- 7 too few calls
  since_ns INTEGER NOT NULL,                -- the condition began
  raised_at_ns INTEGER NOT NULL,
  cleared_at_ns INTEGER,                    -- NULL: open
  call_key INTEGER,                         -- NULL: of no single call
  direction INTEGER,                        -- whose media: 0 caller, 1 callee
  caller TEXT NOT NULL,
  callee TEXT NOT NULL,
  metric TEXT NOT NULL,
  call_group TEXT NOT NULL,
  calls INTEGER NOT NULL,                   -- at once, of one for many calls; else 0
  figure REAL NOT NULL,                     -- when it was raised
  worst REAL NOT NULL,                      -- until it was cleared
  threshold REAL NOT NULL,
  text TEXT NOT NULL,
  acknowledged_at_ns INTEGER,
  acknowledged_by TEXT NOT NULL,
  comment TEXT NOT NULL,
  raise_after_s INTEGER,                    -- its rule's; NULL: written by an engine of schema 9 or before
  window_min INTEGER NOT NULL DEFAULT 0,    -- that a metric is over
  part TEXT NOT NULL DEFAULT '',            -- counter, buffer or disk that it is about; of many calls the network of most
  part_calls INTEGER NOT NULL DEFAULT 0,    -- so many of them
  call_threshold REAL NOT NULL DEFAULT 0    -- of many calls: that of each
);
CREATE INDEX IF NOT EXISTS alarms_open ON alarms(alarm_id) WHERE cleared_at_ns IS NULL;
CREATE INDEX IF NOT EXISTS alarms_by_call ON alarms(call_key) WHERE call_key IS NOT NULL;
)sql";

constexpr AlarmKind lastEnumerator(AlarmKind)
{
    return AlarmKind::MetricHigh;
}
constexpr AlarmSeverity lastEnumerator(AlarmSeverity)
{
    return AlarmSeverity::Warning;
}
constexpr AlarmEnd lastEnumerator(AlarmEnd)
{
    return AlarmEnd::TooFewCalls;
}
inline StoredValue toStored(CallKey key)
{
    return toStored(key.value);
}
inline bool fromStored(const StoredValue& value, CallKey& key)
{
    return fromStored(value, key.value);
}

// As the visitors of record_fields.h: the columns in their order.
template <typename A, typename Visit> void visitAlarmFields(A& alarm, Visit&& visit)
{
    visit("alarm_id", alarm.id.value);
    visit("rule", alarm.rule);
    visit("kind", alarm.kind);
    visit("severity", alarm.severity);
    visit("end_reason", alarm.end);
    visit("since_ns", alarm.since);
    visit("raised_at_ns", alarm.raisedAt);
    visit("cleared_at_ns", alarm.clearedAt);
    visit("call_key", alarm.call);
    visit("direction", alarm.direction);
    visit("caller", alarm.caller);
    visit("callee", alarm.callee);
    visit("metric", alarm.metric);
    visit("call_group", alarm.group);
    visit("calls", alarm.calls);
    visit("figure", alarm.figure);
    visit("worst", alarm.worst);
    visit("threshold", alarm.threshold);
    visit("text", alarm.text);
    visit("acknowledged_at_ns", alarm.acknowledgedAt);
    visit("acknowledged_by", alarm.acknowledgedBy);
    visit("comment", alarm.comment);
    visit("raise_after_s", alarm.raiseAfter);
    visit("window_min", alarm.windowMinutes);
    visit("part", alarm.part);
    visit("part_calls", alarm.partCalls);
    visit("call_threshold", alarm.callThreshold);
}

std::vector<std::string> alarmColumns();

struct AlarmFilter {
    std::string where; // "" or " WHERE ..."
    std::vector<StoredValue> values;
};
AlarmFilter filterOf(const AlarmQuery& query);

}
