// The calls that a figure is of, for a search.
#pragma once

#include "console/models/call_conditions.h"
#include "shared/base/units.h"

#include <QString>
#include <vector>

namespace callmon {

// A search looks at the calls that began in a span of time. Those that counted as attempts in it may have begun before:
// so long before it they are looked for.
constexpr std::chrono::hours longestSetup(6);

struct CallsBehind {
    Timestamp from; // begun since, or counted
    Timestamp to; // and before
    bool attempts = false; // those that the service metrics counted then; else those that began then
    QString codec {};
    std::vector<ConditionDraft> conditions {}; // all of them hold
};

}
