// One second of one stream.
#pragma once

#include "shared/calls/call_key.h"

#include <optional>
#include <type_traits>

namespace callmon {

// What the receiver of a stream reported of it, by RTCP, in one second: each figure of the time since the report
// before. Whole numbers, so that the same is seen live and stored.
struct FarEndReport {
    static constexpr std::uint16_t unknown = 0xffff;
    std::uint16_t lost = unknown; // hundredths of a percent, of what was sent: before the probe and behind it
    std::uint16_t jitter = unknown; // tenths of a millisecond (RFC 3550 A.8, as the receiver has it)
    std::uint16_t roundTrip = unknown; // tenths of a millisecond, from the probe to both ends and back
    std::uint16_t reports = 0; // 0: none came in that second
    bool operator==(const FarEndReport&) const = default;
};

struct QualityPoint {
    StreamKey stream;
    Timestamp at; // the second begins here; a stream's seconds count from its own first packet
    std::uint32_t packets = 0; // arrived in it, duplicates included
    std::uint32_t lost = 0; // newly missing in it: expected then less received then, never negative
    std::uint32_t duplicates = 0;
    std::uint32_t reordered = 0;
    float jitterMs = 0; // RFC 3550 estimate at the end of the second
    float deltaMaxMs = 0; // longest inter-arrival time that ended in it
    float mos = 0; // E-model over the second; 0 when it cannot be said (unknown codec, no packets)
    std::uint32_t lostWithProbe = 0; // instead of lost, in a second in which the probe itself lost frames; no MOS then
    float jitterErrorMs = 0; // the true jitter lies within jitterMs +- this
    std::uint32_t bytes = 0; // network layer
    std::uint16_t discarded = 0; // of the packets: too late for the jitter buffer; 0 where the probe itself lost frames
    std::uint8_t dscp = 0; // of its last packet (RFC 2474)
    bool earlyMedia = false; // it began before the call was answered
    bool pausing = false; // comfort noise came, or silence was left out: fewer packets are no loss
    bool probeLost = false; // the probe itself lost frames in it, or while a gap lasted that ended in it
    FarEndReport farEnd;
};
static_assert(std::is_trivially_copyable_v<QualityPoint>);

}
