// What a viewer gets of the live list and the status: everything but who talks to whom, and where.
#pragma once

#include "shared/calls/live_delta.h"
#include "shared/calls/probe_status.h"

#include <span>

namespace callmon {

// Of numbers and names the first three characters stay (country or area), the rest is one sign for all of it, so that
// not even its length is told. The Call-ID goes: it may hold a number.
LiveDelta withoutNumbers(LiveDelta delta);
void takeNumbersOut(std::span<LiveCall> calls);

// Rates and counters stay; what names a host, an interface or a file goes.
ProbeStatus withoutAddresses(ProbeStatus status);

}
