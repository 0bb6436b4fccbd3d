// The [[recording]] tables of the configuration file.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/recording_rule.h"

#include <toml++/toml.h>

namespace callmon {

// In their order; "default" is added where the last is another. That they make sense, checkRecordingRules() says.
Result<void> applyRecordingTables(const toml::node& node, std::vector<RecordingRule>& rules);

}
