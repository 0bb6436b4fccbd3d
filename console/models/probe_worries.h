// Which of the probe's counters say that something was lost.
#pragma once

#include "shared/calls/probe_status.h"

namespace callmon {

// Counters above zero whose name tells of a loss: dropped, full, missed or not_stored.
std::vector<NamedCounter> losses(const ProbeStatus& status);

}
