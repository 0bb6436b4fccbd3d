// What changed in the live list between two versions of it.
#pragma once

#include "shared/calls/list_delta.h"
#include "shared/calls/live_call.h"

namespace callmon {

using LiveDelta = ListDelta<LiveCall, CallKey>;

}
