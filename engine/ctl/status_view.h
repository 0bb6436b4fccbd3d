// The state of the probe as text for the eye: what it reads, whether it loses anything and what helps, then its
// counters by group, each in all and per second.
#pragma once

#include "shared/calls/probe_status.h"

#include <string>

namespace callmon {

std::string statusText(const ProbeStatus& status);

// "frames_received 100 = frames_handed_on 97 + ring_full_dropped 3", and " + 5 on their way" while frames are.
std::string balanceText(const ProbeStatus& status);

}
