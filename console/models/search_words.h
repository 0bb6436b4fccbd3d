// The one search box: what is typed there, as questions to the engine.
#pragma once

#include "shared/calls/call_query.h"

#include <QString>
#include <vector>

namespace callmon {

// A number or its part with *, a SIP address (its user), a Call-ID, or an IP address of either party. An address makes
// two questions, asked one after the other, which no call answers twice.
std::vector<CallQuery> queriesFor(const QString& typed);

}
