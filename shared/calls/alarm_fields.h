// The columns of alarms and their rules, as call_fields.h has those of calls.
#pragma once

#include "shared/calls/alarm_rule.h"
#include "shared/calls/call_fields.h"

namespace callmon {

std::span<const char* const> alarmFieldNames();
std::vector<FieldValue> alarmFields(const Alarm& alarm);

}
