#include "engine/packet/datagram.h"

#include <algorithm>

namespace callmon {

Datagram datagramOf(Bytes frame, const UdpLayout& layout)
{
    constexpr std::size_t udpHeaderSize = 8;
    constexpr std::size_t ipv4Addresses = 12; // RFC 791 3.1
    constexpr std::size_t ipv6Addresses = 8; // RFC 8200 3
    Datagram datagram;
    ByteReader ports(frame.subspan(layout.payload - udpHeaderSize, udpHeaderSize));
    const auto first = std::to_integer<unsigned>(frame[layout.ip]);
    const auto second = std::to_integer<unsigned>(frame[layout.ip + 1u]);
    if (first >> 4 == 4) {
        datagram.dscp = static_cast<std::uint8_t>(second >> 2);
        const Bytes addresses = frame.subspan(layout.ip + ipv4Addresses, 8);
        datagram.flow.src = { IpAddress::v4(addresses.first<4>()), ports.u16() };
        datagram.flow.dst = { IpAddress::v4(addresses.last<4>()), ports.u16() };
    } else {
        datagram.dscp = static_cast<std::uint8_t>((first & 0xf) << 2 | second >> 6);
        const Bytes addresses = frame.subspan(layout.ip + ipv6Addresses, 32);
        datagram.flow.src = { IpAddress::v6(addresses.first<16>()), ports.u16() };
        datagram.flow.dst = { IpAddress::v6(addresses.last<16>()), ports.u16() };
    }
    const Bytes behind = frame.subspan(layout.payload);
    datagram.payload = behind.first(std::min<std::size_t>(behind.size(), layout.wirePayloadSize));
    datagram.wirePayloadSize = layout.wirePayloadSize;
    datagram.ipSize = layout.ipSize;
    datagram.encapsulation = layout.encapsulation;
    return datagram;
}

}
