// The columns of alarms and their rules, as call_fields.h has those of calls.
#pragma once

#include "shared/calls/alarm_rule.h"
#include "shared/calls/call_fields.h"

namespace callmon {

// Of figures and thresholds; with metric_low and metric_high that of the metric: "%" for asr.
std::string_view unitOf(AlarmKind kind, std::string_view metric);

std::span<const char* const> alarmFieldNames();
std::vector<FieldValue> alarmFields(const Alarm& alarm);

std::span<const char* const> alarmRuleFieldNames();
std::vector<FieldValue> alarmRuleFields(const AlarmRule& rule);

// Of a rule's history: those of the rule as it was left, and what happened: "put", "removed".
std::span<const char* const> alarmRuleChangeFieldNames();
std::vector<FieldValue> alarmRuleChangeFields(const AlarmRuleChange& change);

}
