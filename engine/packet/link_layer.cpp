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

// The address family is in the byte order of the machine that captured; BSDs number IPv6 differently.
NextLayer behindFamily(ByteReader in)
{
    std::uint32_t family = in.u32();
    if (!in.ok())
        return DropReason::Truncated;
    if (family > 0xffff)
        family = __builtin_bswap32(family);
    switch (family) {
    case 2: // AF_INET everywhere
    case 10: // AF_INET6 on Linux
    case 24: // NetBSD, OpenBSD
    case 28: // FreeBSD
    case 30: // macOS
        return Layer { ether_type::ipv4, in.rest() };
    default:
        return DropReason::NotIp;
    }
}

// What tunnels may carry besides is nothing that a header of Ethernet may name.
NextLayer followed(const ByteReader& in, std::uint16_t etherType)
{
    if (in.ok() && !isFollowed(etherType))
        return DropReason::NotIp;
    return layerBehind(in, etherType);
}

}

NextLayer firstLayer(std::uint16_t linkType, Bytes frame)
{
    ByteReader in(frame);
    switch (linkType) {
    case Ethernet:
        return behindEthernet(frame);
    case LinuxSll: { // packet type, hardware type, address length, address, protocol
        in.skip(14);
        const std::uint16_t protocol = in.u16();
        return layerBehind(in, protocol);
    }
    case LinuxSll2: { // protocol first, then 18 bytes
        const std::uint16_t protocol = in.u16();
        in.skip(18);
        return layerBehind(in, protocol);
    }
    case Null:
    case Loop:
        return behindFamily(in);
    case RawIp:
    case Ipv4:
    case Ipv6:
        return Layer { ether_type::ipv4, frame };
    default:
        return DropReason::UnknownLinkType;
    }
}

NextLayer behindEthernet(Bytes frame)
{
    ByteReader in(frame);
    in.skip(12); // addresses
    const std::uint16_t etherType = in.u16();
    return followed(in, etherType);
}

NextLayer behindTags(Layer tagged)
{
    constexpr int tagsAtMost = 8;
    ByteReader in(tagged.bytes);
    std::uint16_t etherType = tagged.etherType;
    for (int tags = 0; isVlanTag(etherType) && in.ok(); ++tags) {
        if (tags == tagsAtMost)
            return DropReason::TooManyTags;
        in.skip(2); // priority and VLAN
        etherType = in.u16();
    }
    return followed(in, etherType);
}

}
