// How a call and its streams are named across engine, storage, remote interface and console.
#pragma once

#include "shared/base/units.h"

#include <string_view>

namespace callmon {

// The UTC nanosecond of the call's first message with its low 10 bits replaced by a hash of the Call-ID, moved up where
// needed so that it is unique within a run. Hence: keys sort by start time, the day database of a call follows from
// its key alone, and a capture read twice yields the same keys.
struct CallKey {
    std::int64_t value = 0;
    auto operator<=>(const CallKey&) const = default;
};

constexpr std::int64_t callKeyHashMask = 0x3ff;

inline Timestamp approximateStart(CallKey key) // within 1.024 microseconds
{
    return timestampFromNanoseconds(key.value & ~callKeyHashMask);
}

// `last` is the greatest key given so far in this run.
CallKey makeCallKey(Timestamp start, std::string_view callId, CallKey last);

struct StreamKey {
    CallKey call;
    std::uint32_t index = 0; // 0, 1, 2... in order of the streams' first packets
    auto operator<=>(const StreamKey&) const = default;
};

}
