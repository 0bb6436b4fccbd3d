// The header of a datagram (RFC 768). Views into the frame's bytes.
#pragma once

#include "engine/packet/drop_reason.h"
#include "engine/packet/ip_packet.h"

namespace callmon {

constexpr std::size_t udpHeaderSize = 8;

struct UdpHeader {
    std::uint16_t srcPort = 0;
    std::uint16_t dstPort = 0;
    std::uint16_t wirePayloadSize = 0; // as the header says
    Bytes payload; // what was captured of it: bytes behind the header's length are not the datagram's
};

// `packet` carries UDP, and all of it.
std::variant<UdpHeader, DropReason> parseUdp(const IpPacket& packet);

}
