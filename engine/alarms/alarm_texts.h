// What an alarm takes from its rule: the fields, and the sentence with figure, threshold and for how long.
#pragma once

#include "shared/calls/alarm_rule.h"

namespace callmon {

Alarm alarmOf(
    const AlarmRule& rule, Timestamp raisedAt); // its condition began just then, unless the caller knows better
std::string alarmText(const AlarmRule& rule, double figure, std::optional<Party> direction);

}
