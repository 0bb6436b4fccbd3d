#include "engine/packet/udp_header.h"

namespace callmon {

std::variant<UdpHeader, DropReason> parseUdp(const IpPacket& packet)
{
    ByteReader in(packet.payload);
    UdpHeader header;
    header.srcPort = in.u16();
    header.dstPort = in.u16();
    const std::uint16_t length = in.u16();
    in.skip(2); // checksum
    if (packet.wirePayloadSize < udpHeaderSize)
        return DropReason::MalformedUdp;
    if (!in.ok())
        return DropReason::Truncated;
    if (length < udpHeaderSize || length > packet.wirePayloadSize)
        return DropReason::MalformedUdp;
    header.wirePayloadSize = static_cast<std::uint16_t>(length - udpHeaderSize);
    in.limit(header.wirePayloadSize);
    header.payload = in.rest();
    return header;
}

}
