// The [[alarm]] tables of the configuration file.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/alarm_rule.h"

#include <toml++/toml.h>

namespace callmon {

// Each names a rule: of one that there is, what it says replaces that and nothing else; another one is added.
Result<void> applyAlarmTables(const toml::node& node, std::vector<AlarmRule>& rules);

}
