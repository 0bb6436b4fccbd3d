// One signalling message of a call as it passed the probe: what a ladder draws, and what a pcap is made of again.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/calls/call_record.h"

#include <string>
#include <type_traits>

namespace callmon {

struct MessageHead { // crosses threads as bytes, in front of the text
    CallKey call;
    Timestamp arrival; // of the last byte: of a message in pieces, of the piece that made it whole
    Nanoseconds uncertainty {}; // of the arrival time
    FlowKey flow;
    Signalling signalling = Signalling::Sip;
    Transport transport = Transport::Udp;
    bool repeated = false; // a copy of one that came before: retransmitted, or delivered twice by a mirror
    std::uint32_t wireSize = 0; // bytes of the whole message
};
static_assert(std::is_trivially_copyable_v<MessageHead>);

struct CallMessage {
    MessageHead head;
    std::string
        text; // its first bytes, or all; keys and credentials in it read "***" (engine/records/message_secrets.h)
    bool isCut() const { return text.size() < head.wireSize; }
};

}
