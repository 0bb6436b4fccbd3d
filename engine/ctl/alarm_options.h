// Which alarms callmonctl alarms lists, and what it does to one.
#pragma once

#include "engine/ctl/ctl_options.h"

#include <CLI/CLI.hpp>

namespace callmon {

void addAlarmFilters(CLI::App& command, CtlOptions& options);
std::string complaintAboutAlarms(const CtlOptions& options); // what is wrong with them; empty: nothing

}
