#include "engine/packet/mpls.h"

namespace callmon {

namespace {

bool readsLikeIp(Bytes bytes)
{
    ByteReader in(bytes);
    const unsigned first = in.u8();
    if (first >> 4 == 6)
        return true;
    in.skip(1);
    const std::size_t headerSize = 4 * (first & 0x0f);
    return first >> 4 == 4 && headerSize >= 20 && in.u16() >= headerSize; // RFC 791 3.1
}

bool readsLikeEthernet(Bytes bytes)
{
    ByteReader in(bytes);
    in.skip(12);
    return isFollowed(in.u16());
}

}

NextLayer carriedLayer(Bytes bytes)
{
    constexpr std::size_t controlWord = 4;
    if (bytes.empty())
        return DropReason::Truncated;
    const unsigned firstBits = std::to_integer<unsigned>(bytes[0]) >> 4;
    if (readsLikeIp(bytes))
        return Layer { ether_type::ipv4, bytes };
    if (firstBits == 0 && bytes.size() > controlWord && readsLikeEthernet(bytes.subspan(controlWord)))
        return Layer { ether_type::ethernet, bytes.subspan(controlWord) };
    if (readsLikeEthernet(bytes))
        return Layer { ether_type::ethernet, bytes };
    return DropReason::NotIp;
}

NextLayer behindMpls(Bytes bytes)
{
    constexpr int labelsAtMost = 16; // more than any network stacks
    ByteReader in(bytes);
    for (int labels = 0; labels < labelsAtMost; ++labels) {
        const std::uint32_t entry = in.u32(); // label, traffic class, bottom of stack, time to live
        if (!in.ok())
            return DropReason::Truncated;
        if ((entry & 0x100) != 0)
            return carriedLayer(in.rest());
    }
    return DropReason::TooManyTags;
}

}
