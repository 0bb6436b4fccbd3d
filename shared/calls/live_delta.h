// What changed in the live list between two versions of it.
#pragma once

#include "shared/calls/list_delta.h"
#include "shared/calls/live_call.h"

namespace callmon {

struct LiveDelta : ListDelta<LiveCall, CallKey> {
    std::vector<LiveFigures> figures; // of other calls than `changed`, all of them known; after those
};

}
