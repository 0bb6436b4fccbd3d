#include "engine/remote/masking.h"

namespace callmon {

namespace {

constexpr std::size_t kept = 3;
constexpr std::string_view hidden = "\u2026";

FixedText<127> masked(std::string_view party)
{
    if (party.empty())
        return {};
    std::size_t end = std::min(kept, party.size() / 2); // of short ones, such as extensions, less
    while (end > 0 && (static_cast<unsigned char>(party[end]) & 0xC0) == 0x80)
        --end; // not within a character of UTF-8
    std::string text(party.substr(0, end));
    text += hidden;
    return FixedText<127>(text);
}

}

void takeNumbersOut(std::span<LiveCall> calls)
{
    for (LiveCall& call : calls) {
        call.caller = masked(call.caller.view());
        call.callee = masked(call.callee.view());
        call.callId = std::string_view();
    }
}

LiveDelta withoutNumbers(LiveDelta delta)
{
    takeNumbersOut(delta.changed);
    return delta;
}

ProbeStatus withoutAddresses(ProbeStatus status)
{
    status.source.clear();
    status.unboundFlows.clear();
    status.addressesWithheld = true;
    return status;
}

}
