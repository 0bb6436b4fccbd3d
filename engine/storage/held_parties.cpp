#include "engine/storage/held_parties.h"

namespace callmon {

namespace {

void tell(std::span<Hold> holds, const CallRecord& call)
{
    for (Hold& hold : holds)
        if (hold.call == call.key) {
            hold.caller = call.caller.str();
            hold.callee = call.callee.str();
        }
}

}

void tellParties(std::span<Hold> holds, RecordQuery& query, const std::atomic<bool>* cancelled)
{
    const auto take = [&](const CallRecord& call) {
        tell(holds, call);
        return true;
    };
    CallQuery held; // all at once
    held.conditions = { { "legal_hold", Comparison::NotEqual, "" } };
    if (holds.size() > 1)
        (void)query.calls(held, take, cancelled);
    for (const Hold& hold : holds) { // the others are on, or were released
        if (!hold.caller.empty() || !hold.callee.empty() || (cancelled && *cancelled))
            continue;
        CallQuery one;
        one.key = hold.call;
        (void)query.calls(one, take, cancelled);
    }
}

}
