#include "engine/packet/ppp.h"

namespace callmon {

NextLayer behindPpp(Bytes bytes)
{
    constexpr std::uint16_t addressAndControl = 0xff03;
    ByteReader in(bytes);
    const ByteReader start = in;
    if (in.u16() != addressAndControl)
        in = start;
    std::uint16_t protocol = in.u8();
    if ((protocol & 1) == 0) // the last byte of a protocol is odd, all others are even (RFC 1661 2)
        protocol = static_cast<std::uint16_t>(protocol << 8 | in.u8());
    switch (protocol) { // IANA "PPP DLL Protocol Numbers"
    case 0x0021:
    case 0x0057:
        return layerBehind(in, ether_type::ipv4);
    case 0x0281:
    case 0x0283:
        return layerBehind(in, ether_type::mpls);
    default:
        return in.ok() ? DropReason::NotIp : DropReason::Truncated; // LCP, IPCP, compressed headers
    }
}

NextLayer behindPppoe(Bytes bytes)
{
    constexpr std::uint16_t sessionData = 0x1100; // version 1, type 1, code 0
    ByteReader in(bytes);
    const std::uint16_t kind = in.u16();
    in.skip(2); // session
    const std::uint16_t length = in.u16();
    if (in.ok() && kind != sessionData)
        return DropReason::MalformedTunnel;
    in.limit(length);
    return layerBehind(in, ether_type::ppp);
}

}
