// What a receiver's jitter buffer leaves of recorded packets: those that the stream's record counts as discarded are
// not heard, and the others are heard later.
#pragma once

#include "shared/calls/stream_record.h"
#include "shared/codecs/packet_order.h"

namespace callmon {

struct HeardPackets {
    std::uint64_t discarded = 0; // taken out of the order
    Milliseconds delay {}; // that the buffer holds a packet for, on average: what is heard is later by it
};

// By the jitter buffer of the record; where it has none, by the one that is taken by default. Nothing without a clock
// rate. The record knows when the call was answered, and begins anew then; here the packets alone tell.
HeardPackets takeOutDiscarded(PacketOrder& order, const StreamRecord& stream);

}
