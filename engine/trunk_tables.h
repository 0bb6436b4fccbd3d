// The [[trunk]] tables of the configuration file.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/call_groups.h"

#include <toml++/toml.h>

namespace callmon {

Result<void> applyTrunkTables(const toml::node& node, std::vector<Trunk>& trunks);

}
