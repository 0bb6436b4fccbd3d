// A call that is on, as the live list shows it.
#pragma once

#include "shared/calls/call_record.h"

#include <array>

namespace callmon {

struct LiveDirection { // what one party sends
    bool seen = false; // any RTP yet
    float mosNow = 0; // last second; 0 unknown
    float mosMin = 0; // lowest 10-second window so far; 0 unknown
    float lossPercent = 0; // since the stream began
    float jitterMs = 0; // now
};

struct LiveCall {
    CallKey key;
    CallState state = CallState::Trying;
    CaptureTrust trust = CaptureTrust::Whole;
    std::uint16_t lastCode = 0;
    Timestamp startedAt;
    std::optional<Timestamp> answeredAt;
    std::optional<Timestamp> endedAt;
    FixedText<127> caller;
    FixedText<127> callee;
    FixedText<254> callId;
    FixedText<30> codec; // of the last stream; empty before media
    FixedText<47> callerTrunk; // as in its record
    FixedText<47> calleeTrunk;
    std::optional<Timestamp> countedAt; // likewise
    std::array<LiveDirection, 2> sent; // indexed by Party
};
static_assert(std::is_trivially_copyable_v<LiveCall>);

struct LiveFigures { // of a call of which nothing else has changed: a tenth of it, and most of what changes
    CallKey key;
    std::array<LiveDirection, 2> sent;
};

}
