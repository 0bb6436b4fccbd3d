// What a viewer gets of the live list: everything but who talks to whom.
#pragma once

#include "shared/calls/live_delta.h"

namespace callmon {

// Of numbers and names the first three characters stay (country or area), the rest is one sign for all of it, so that
// not even its length is told. The Call-ID goes: it may hold a number.
LiveDelta withoutNumbers(LiveDelta delta);

}
