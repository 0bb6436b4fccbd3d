// RTP between two addresses that no call claims: its signalling was never seen, or cannot be read.
#pragma once

#include "shared/base/flow_key.h"
#include "shared/base/units.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>

namespace callmon {

struct UnboundFlow {
    FlowKey flow;
    Ssrc ssrc;
    std::uint8_t payloadType = 0; // of the last packet
    Timestamp firstPacketAt;
    Timestamp lastPacketAt;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0; // at the network layer

    bool operator==(const UnboundFlow&) const = default;

    // Whichever has most packets comes first; what has as many, in the order in which it began.
    bool operator<(const UnboundFlow& other) const
    {
        return std::tie(other.packets, firstPacketAt, flow.src.port, ssrc.value)
            < std::tie(packets, other.firstPacketAt, other.flow.src.port, other.ssrc.value);
    }
};

// Into the first `count` of `list`, which are in order: the first ones of all stay, as many as there is room for.
inline void keepFirst(std::span<UnboundFlow> list, std::size_t& count, const UnboundFlow& flow)
{
    const auto end = list.begin() + static_cast<std::ptrdiff_t>(count);
    const auto place = std::upper_bound(list.begin(), end, flow);
    if (place == list.end())
        return;
    const bool full = count == list.size();
    std::move_backward(place, full ? end - 1 : end, full ? end : end + 1);
    *place = flow;
    count += full ? 0 : 1;
}

}
