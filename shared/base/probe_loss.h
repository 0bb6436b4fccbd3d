// What the probe itself missed, as opposed to the network.
#pragma once

#include "shared/base/units.h"

namespace callmon {

// Since the report before: frames that reached the port and were lost between there and the processing cores (the
// port's own counters, full rings, empty pools), and the longest time the port went unpolled. Whose frames they were,
// nobody can tell, so they are charged to every call that was on.
struct ProbeLoss {
    std::uint64_t frames = 0;
    Nanoseconds pollGap {};
};

}
