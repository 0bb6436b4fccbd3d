// The recorded packets of one stream as their sender numbered them: duplicates and reordering undone.
#pragma once

#include "shared/base/rtp_header.h"

#include <cstdint>
#include <vector>

namespace callmon {

struct OrderedPacket {
    Timestamp arrival;
    Nanoseconds uncertainty {}; // of the arrival
    std::int64_t sequence = 0; // extended past 16 bits within its run (RFC 3550 A.1)
    RtpHeader rtp; // a view into the recorded bytes
};

// One numbering of one SSRC: ascending, each sequence number once. A sender that starts anew begins another run.
using PacketRun = std::vector<OrderedPacket>;

struct PacketOrder {
    std::vector<PacketRun> runs; // in order of their first arrival
    std::uint64_t notRtp = 0; // packets left out: no RTP header
    std::uint64_t duplicates = 0; // packets left out: sequence number heard before
    std::uint64_t strays = 0; // packets left out: one alone far from its neighbours' numbers
    std::uint64_t cut = 0; // packets kept, of which the capture holds only the beginning
    bool damaged = false; // the recorded bytes end in the middle of a packet, or in one that arrived before 1970
};

// In the same numbering as `highest`, the highest sequence number so far (RFC 3550 A.1): neither far ahead nor far
// behind it.
bool isNearInSequence(std::uint16_t highest, std::uint16_t sequence);

// `recorded` is what MediaReader reads; packets that arrived at `end` or later, and all behind the first of them, are
// not looked at.
PacketOrder orderPackets(Bytes recorded, Timestamp end = Timestamp::max());

}
