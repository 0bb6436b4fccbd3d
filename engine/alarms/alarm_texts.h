// The sentence of an alarm: figure, threshold, for how long.
#pragma once

#include "shared/calls/alarm_rule.h"

namespace callmon {

std::string alarmText(const AlarmRule& rule, double figure, std::optional<Party> direction);

}
