#include "engine/packet/link_layer.h"

namespace callmon {

namespace {

enum LinkTypeNumber : std::uint16_t {
    Null = 0,
    Ethernet = 1,
    RawIp = 101,
    Loop = 108,
    LinuxSll = 113,
    Ipv4 = 228,
    Ipv6 = 229,
    LinuxSll2 = 276,
};

std::variant<Bytes, LinkFault> afterEtherType(ByteReader& in, std::uint16_t etherType)
{
    constexpr int tagsAtMost = 8;
    for (int tags = 0; isVlanTag(etherType) && in.ok(); ++tags) {
        if (tags == tagsAtMost)
            return LinkFault::TooManyTags;
        in.skip(2); // priority and VLAN
        etherType = in.u16();
    }
    if (!in.ok())
        return LinkFault::Truncated;
    if (etherType != ether_type::ipv4 && etherType != ether_type::ipv6)
        return LinkFault::NotIp;
    return in.rest();
}

// The address family is in the byte order of the machine that captured; BSDs number IPv6 differently.
std::variant<Bytes, LinkFault> afterFamily(ByteReader& in)
{
    std::uint32_t family = in.u32();
    if (!in.ok())
        return LinkFault::Truncated;
    if (family > 0xffff)
        family = __builtin_bswap32(family);
    switch (family) {
    case 2: // AF_INET everywhere
    case 10: // AF_INET6 on Linux
    case 24: // NetBSD, OpenBSD
    case 28: // FreeBSD
    case 30: // macOS
        return in.rest();
    default:
        return LinkFault::NotIp;
    }
}

}

std::variant<Bytes, LinkFault> findIp(std::uint16_t linkType, Bytes frame)
{
    ByteReader in(frame);
    switch (linkType) {
    case Ethernet:
        in.skip(12); // addresses
        return afterEtherType(in, in.u16());
    case LinuxSll: // packet type, hardware type, address length, address, protocol
        in.skip(14);
        return afterEtherType(in, in.u16());
    case LinuxSll2: { // protocol first, then 18 bytes
        const std::uint16_t protocol = in.u16();
        in.skip(18);
        return afterEtherType(in, protocol);
    }
    case Null:
    case Loop:
        return afterFamily(in);
    case RawIp:
    case Ipv4:
    case Ipv6:
        return frame;
    default:
        return LinkFault::UnknownLinkType;
    }
}

}
