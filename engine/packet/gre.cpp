#include "engine/packet/gre.h"

namespace callmon {

namespace {

enum GreFlag : std::uint16_t {
    Checksum = 0x8000,
    Routing = 0x4000,
    Key = 0x2000,
    Sequence = 0x1000,
    Acknowledgment = 0x0080, // version 1 only
    Version = 0x0007,
};

// draft-foschiano-erspan 4.3: the frame type says Ethernet (0) or IP (2).
NextLayer behindErspanIII(ByteReader in)
{
    constexpr unsigned ip = 2;
    in.skip(10); // version, VLAN, session, time stamp, group
    const unsigned flags = in.u16();
    if ((flags & 1) != 0)
        in.skip(8); // platform specific subheader
    return layerBehind(in, (flags >> 10 & 0x1f) == ip ? ether_type::ipv4 : ether_type::ethernet);
}

}

Tunnel behindGre(Bytes bytes)
{
    ByteReader in(bytes);
    const std::uint16_t flags = in.u16();
    const std::uint16_t etherType = in.u16();
    const unsigned version = flags & Version;
    if (in.ok() && (version > 1 || (flags & Routing) != 0)) // RFC 2784 2.3: to be discarded
        return { Encapsulation::Gre, DropReason::MalformedTunnel };
    if ((flags & Checksum) != 0)
        in.skip(4);
    if ((flags & Key) != 0)
        in.skip(4);
    if ((flags & Sequence) != 0)
        in.skip(4);
    if (version == 1 && (flags & Acknowledgment) != 0)
        in.skip(4);
    switch (etherType) {
    case ether_type::erspan:
        if ((flags & Sequence) != 0)
            in.skip(8); // header of II: version, VLAN, session, index
        return { Encapsulation::Erspan, layerBehind(in, ether_type::ethernet) };
    case ether_type::erspanIII:
        return { Encapsulation::Erspan, behindErspanIII(in) };
    default:
        return { Encapsulation::Gre, layerBehind(in, etherType) };
    }
}

}
