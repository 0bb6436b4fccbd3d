#include "engine/packet/ip_packet.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t ipv4HeaderSize = 20;
constexpr std::size_t ipv6HeaderSize = 40;
constexpr std::uint16_t offsetMask = 0x1fff; // RFC 791 3.1, in units of 8 bytes
constexpr std::uint16_t moreFragmentsFlag = 0x2000;

// RFC 8200 section 4; RFC 4302 section 2 for the authentication header, which counts in 4 bytes.
enum ExtensionHeader : std::uint8_t {
    HopByHop = 0,
    Routing = 43,
    Fragment = 44,
    Authentication = 51,
    DestinationOptions = 60,
};

// Moves `in` behind one extension header whose type is packet.protocol. False when that is no extension header.
bool skipExtension(ByteReader& in, IpPacket& packet, std::size_t& size)
{
    const ByteReader before = in;
    const std::uint8_t type = packet.protocol;
    const std::uint8_t nextHeader = in.u8();
    const std::size_t length = in.u8();
    switch (type) {
    case HopByHop:
    case Routing:
    case DestinationOptions:
        size = 8 * (length + 1);
        break;
    case Authentication:
        size = 4 * (length + 2);
        break;
    case Fragment: { // RFC 8200 4.5; offset 0 and no more fragments is a whole packet (RFC 6946)
        const std::uint16_t field = in.u16();
        packet.fragmentOffset = field & 0xfff8;
        packet.moreFragments = (field & 1) != 0;
        packet.fragmentId = in.u32();
        size = 8;
        break;
    }
    default:
        in = before;
        return false;
    }
    in = before;
    in.skip(size);
    packet.protocol = nextHeader;
    return true;
}

std::variant<IpPacket, IpFault> parseIpv4(Bytes bytes)
{
    ByteReader in(bytes);
    const std::size_t headerSize = 4u * (in.u8() & 0x0fu);
    IpPacket packet;
    packet.trafficClass = in.u8();
    packet.size = in.u16();
    packet.fragmentId = in.u16();
    const std::uint16_t fragment = in.u16();
    packet.fragmentOffset = static_cast<std::uint16_t>(8 * (fragment & offsetMask));
    packet.moreFragments = (fragment & moreFragmentsFlag) != 0;
    in.skip(1); // time to live
    packet.protocol = in.u8();
    in.skip(2); // checksum
    const Bytes src = in.take(4);
    const Bytes dst = in.take(4);
    if (!in.ok())
        return IpFault::Truncated;
    // Captured on the sending host, before its card cuts it into segments: the card writes their lengths.
    if (packet.size == 0)
        packet.size = static_cast<std::uint16_t>(std::min<std::size_t>(bytes.size(), 0xffff));
    if (headerSize < ipv4HeaderSize || packet.size < headerSize)
        return IpFault::Malformed;
    in.skip(headerSize - ipv4HeaderSize);
    if (!in.ok())
        return IpFault::Truncated;
    packet.src = IpAddress::v4(src.first<4>());
    packet.dst = IpAddress::v4(dst.first<4>());
    packet.wirePayloadSize = static_cast<std::uint16_t>(packet.size - headerSize);
    in.limit(packet.wirePayloadSize);
    // RFC 4302 3.1.1: what follows is in the clear. A fragment is read once it is whole.
    if (packet.protocol == Authentication && !packet.isFragment()) {
        std::size_t size = 0;
        skipExtension(in, packet, size);
        if (size > packet.wirePayloadSize)
            return IpFault::Malformed;
        if (!in.ok())
            return IpFault::Truncated;
        packet.wirePayloadSize = static_cast<std::uint16_t>(packet.wirePayloadSize - size);
    }
    packet.payload = in.rest();
    return packet;
}

std::variant<IpPacket, IpFault> parseIpv6(Bytes bytes)
{
    constexpr int extensionsAtMost = 8;
    ByteReader in(bytes);
    IpPacket packet;
    packet.trafficClass = static_cast<std::uint8_t>(in.u16() >> 4); // behind the version's four bits
    in.skip(2); // flow label
    const std::size_t payloadSize = in.u16();
    packet.protocol = in.u8();
    in.skip(1); // hop limit
    const Bytes src = in.take(16);
    const Bytes dst = in.take(16);
    if (!in.ok())
        return IpFault::Truncated;
    // Length 0 is a jumbogram (RFC 2675), larger than any datagram of ours, or no payload at all.
    if (payloadSize == 0 || payloadSize + ipv6HeaderSize > 0xffff)
        return IpFault::Malformed;
    packet.src = IpAddress::v6(src.first<16>());
    packet.dst = IpAddress::v6(dst.first<16>());
    packet.size = static_cast<std::uint16_t>(ipv6HeaderSize + payloadSize);

    in.limit(payloadSize);
    std::size_t left = payloadSize; // on the wire
    std::size_t size = 0;
    for (int extensions = 0; !packet.isFragment() && skipExtension(in, packet, size); ++extensions) {
        if (size > left)
            return IpFault::Malformed;
        if (!in.ok())
            return IpFault::Truncated;
        if (extensions == extensionsAtMost)
            return IpFault::TooManyExtensions;
        left -= size;
    }
    packet.wirePayloadSize = static_cast<std::uint16_t>(left);
    packet.payload = in.rest();
    return packet;
}

}

std::variant<IpPacket, IpFault> parseIp(Bytes bytes)
{
    if (bytes.empty())
        return IpFault::Truncated;
    switch (std::to_integer<unsigned>(bytes[0]) >> 4) {
    case 4:
        return parseIpv4(bytes);
    case 6:
        return parseIpv6(bytes);
    default:
        return IpFault::Malformed;
    }
}

}
