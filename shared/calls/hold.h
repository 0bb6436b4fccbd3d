// A legal hold: one call that nothing may delete until somebody releases it, with who and why.
#pragma once

#include "shared/base/sentence.h"
#include "shared/calls/call_key.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callmon {

enum class HoldState : std::uint8_t {
    Waiting, // the call is on, or its copy is not whole yet
    Held, // copied, and on the disk
    Released,
};

struct Hold {
    std::int64_t number = 0; // 1, 2, 3... in the order in which they were set
    CallKey call;
    HoldState state = HoldState::Waiting;
    Timestamp setAt; // by the clock of the probe's machine, as all times here
    std::string setBy;
    std::string reason;
    std::uint64_t mediaPackets = 0; // copied
    std::uint64_t messages = 0;
    std::vector<Sentence> missing; // what had been overwritten or deleted before; empty: nothing
    std::optional<Timestamp> releasedAt;
    std::string releasedBy;
    std::string releaseReason;

    // Not kept with the hold, whose history outlives a deletion of the number: told from the records by who lists
    // holds.
    std::string caller;
    std::string callee;
};

constexpr std::size_t longestReason = 500; // bytes

inline std::string_view toText(HoldState state)
{
    return state == HoldState::Waiting ? "waiting" : state == HoldState::Held ? "held" : "released";
}

// Of one that is not released, as lists show it beside the record: "kept by hold, ada: case 17".
inline Sentence textOf(const Hold& hold)
{
    const bool waits = hold.state == HoldState::Waiting;
    const bool isSigned = !hold.setBy.empty() || !hold.reason.empty();
    const Sentence text = !isSigned ? markedText(waits ? TR("Engine", "hold waiting") : TR("Engine", "kept by hold"))
        : waits                     ? sentence(TR("Engine", "hold waiting, %1: %2"), hold.setBy, hold.reason)
                                    : sentence(TR("Engine", "kept by hold, %1: %2"), hold.setBy, hold.reason);
    return hold.missing.empty() ? text : sentence(TR("Engine", "%1 (%2)"), text, joined(hold.missing));
}

}
