// Which calls and streams a command is about, and in what order.
#pragma once

#include "engine/ctl/ctl_options.h"

#include <CLI/CLI.hpp>

namespace callmon {

void addTime(CLI::App& command, const char* name, std::optional<Timestamp>& time, const char* help);
void addFilters(CLI::App& command, CtlOptions& options); // of calls
void addTrunkFilter(CLI::App& command, CtlOptions& options); // not of reports, whose --trunk says what a trunk is
void addOrder(CLI::App& command, CtlOptions& options);
void addStreamFilter(CLI::App& command, CtlOptions& options);

}
