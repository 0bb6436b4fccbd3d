// The network layer of a packet: IPv4 (RFC 791) or IPv6 (RFC 8200), seen as one family. Views into the frame's bytes.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/ip_address.h"

#include <variant>

namespace callmon {

namespace ip_protocol { // IANA "Assigned Internet Protocol Numbers"
constexpr std::uint8_t ipv4 = 4;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;
constexpr std::uint8_t ipv6 = 41;
constexpr std::uint8_t gre = 47;
constexpr std::uint8_t mpls = 137;
constexpr std::uint8_t sctp = 132;
}

struct IpPacket {
    IpAddress src;
    IpAddress dst;
    std::uint8_t protocol = 0; // of the payload, after the IPv6 extension headers
    std::uint8_t trafficClass = 0; // RFC 2474: DSCP and two bits of ECN
    std::uint16_t size = 0; // IP header and up, as on the wire
    std::uint16_t wirePayloadSize = 0; // after the headers, as on the wire
    Bytes payload; // what was captured of it: without the padding of short Ethernet frames
    // Of a fragment, `payload` is the piece; the seam for reassembly. A packet in one piece has neither.
    std::uint32_t fragmentId = 0;
    std::uint16_t fragmentOffset = 0; // bytes
    bool moreFragments = false;

    bool isFragment() const { return fragmentOffset != 0 || moreFragments; }
};

enum class IpFault { Truncated, Malformed, TooManyExtensions };

// Checksums are not required: captures made on the sending host hold packets whose checksum the card would fill in.
std::variant<IpPacket, IpFault> parseIp(Bytes bytes);

}
