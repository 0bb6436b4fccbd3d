// One stream of a recording, read from first to last in the order of its sender, holding no more than what may still
// change places.
#pragma once

#include "shared/calls/stream_record.h"
#include "shared/codecs/call_audio.h"
#include "shared/codecs/packet_order.h"

namespace callmon {

struct PacketsRead {
    std::uint64_t notRtp = 0; // packets left out: no RTP header
    std::uint64_t strays = 0; // packets left out: one alone far from its neighbours' numbers
    std::uint64_t cut = 0; // packets kept, of which the capture holds only the beginning
    bool damaged = false; // the recorded bytes end in the middle of a packet, or in one that arrived before 1970
    std::uint64_t discarded = 0; // by the jitter buffer
};

// Packets that arrived at `end` or later, and all behind the first of them, are not looked at.
PacketsRead readPackets(const RecordedStream& recorded, Timestamp end, Hearing hearing, const PacketSink& take);

}
