// What callmonctl report sums up, and by what.
#pragma once

#include "engine/ctl/ctl_options.h"

#include <CLI/CLI.hpp>

namespace callmon {

void addGrouping(CLI::App& command, CtlOptions& options);
void addServiceHistory(CLI::App& command, CtlOptions& options);
std::string complaintAboutReport(const CtlOptions& options); // what is wrong with it; empty: nothing

}
