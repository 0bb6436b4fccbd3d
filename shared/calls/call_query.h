// What calls are asked for: the fields of callmonctl, of the remote search and of the console's search page.
#pragma once

#include "shared/calls/call_search.h"

namespace callmon {

// An empty member does not restrict. Calls match when they started in [from, to).
struct CallQuery {
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
    std::string caller; // exact, or with * for any run of characters: "+34*", "*1234"
    std::string callee;
    std::string number; // either party, same wildcards
    std::string callId; // exact
    std::string leg; // exact: every leg of one call, by leg_id, or the call of that Call-ID
    std::optional<CallKey> key;
    std::optional<CallOutcome> outcome;
    std::optional<CaptureTrust> trust;
    std::optional<Recording> recorded;
    std::string recordingRule; // exact
    std::optional<double> minMos; // bounds on mos_mean; calls without MOS match neither
    std::optional<double> maxMos;
    std::uint64_t limit = 0; // 0: all
    bool newestFirst = false; // down: the newest, or the greatest, first
    std::string sortBy; // a field by its export name; empty: by start
    bool count = true; // false: matches beyond the limit are not wanted, so the search may end with the last row
    std::optional<CallCursor> after; // go on behind this call: the last that the same list gave
    std::vector<CallCondition> conditions; // all of them
};

}
