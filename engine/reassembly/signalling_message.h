// What reassembly hands on. Views are valid during the call that hands them on.
#pragma once

#include "engine/packet/ip_packet.h"
#include "shared/base/encapsulation.h"
#include "shared/base/flow_key.h"
#include "shared/base/units.h"

namespace callmon {

struct PacketStamp {
    Timestamp arrival;
    Nanoseconds uncertainty {};
    std::uint64_t sequence = 0; // of the frame in the capture
    Encapsulation encapsulation = Encapsulation::None; // what the packet was in
};

// What carried a message; a datagram in fragments comes out as a datagram, see WholeDatagram.
enum class MessageTransport : std::uint8_t { SipTcp, SipWebSocket, SipSctp, SkinnyTcp };

struct SignallingMessage {
    MessageTransport transport {};
    FlowKey flow;
    // Of the frame that made it complete. After a hole that never closed: arrival of the message's own last segment,
    // sequence of the frame in hand when waiting ended.
    PacketStamp stamp;
    Bytes payload; // one SIP message, or one Skinny message with its length
    std::uint16_t ipSize = 0; // network-layer size of the packet that made it complete
};

// A datagram whose fragments have all come, with a plain IP header put before it: to be decoded like any other packet.
struct WholeDatagram {
    IpPacket packet;
    PacketStamp stamp; // of the fragment that made it complete
    Bytes bytes; // IP header (no options, no extension headers but those that were fragmented) and payload
};

struct ReassemblyCounter {
    const char* name; // as the user sees it: "fragments_timed_out"
    std::uint64_t value;
};

}
