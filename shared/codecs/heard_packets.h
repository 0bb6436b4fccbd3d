// What a receiver's jitter buffer makes of recorded packets: those that the stream's record counts as discarded are not
// heard, and each of the others is played when the buffer's delay, which moves, has it due.
#pragma once

#include "shared/calls/stream_record.h"
#include "shared/codecs/packet_order.h"

namespace callmon {

struct PlayedPacket {
    std::int64_t ticks = 0; // of the RTP clock since the stream's first packet
    double delayMs = 0; // of the buffer's line then, against the arrival of that one
};

struct HeardPackets {
    std::uint64_t discarded = 0; // taken out of the order
    Timestamp firstAt; // arrival of the stream's first packet
    std::vector<std::vector<PlayedPacket>> played {}; // as the order's runs; empty where the stream has no clock rate
};

// By the jitter buffer of the record; where it has none, by the one that is taken by default. Nothing without a clock
// rate. The record knows when the call was answered, and begins anew then; here the packets alone tell.
HeardPackets takeOutDiscarded(PacketOrder& order, const StreamRecord& stream);

// Per run and packet: where its sound begins, in samples of `rate` from `origin`.
std::vector<std::vector<std::int64_t>> placeHeard(
    const HeardPackets& heard, const StreamRecord& stream, Timestamp origin, std::uint32_t rate);

}
