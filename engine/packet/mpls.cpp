#include "engine/packet/mpls.h"

#include <optional>

namespace callmon {

namespace {

// The size that the header of an IP packet says; empty when there is none.
std::optional<std::size_t> sizeAsIp(Bytes bytes)
{
    constexpr std::size_t ipv6HeaderSize = 40;
    ByteReader in(bytes);
    const unsigned first = in.u8();
    in.skip(1);
    const std::size_t total = in.u16(); // RFC 791 3.1
    const std::size_t payload = in.u16(); // RFC 8200 3
    const std::size_t headerSize = 4 * (first & 0x0f);
    if (first >> 4 == 6)
        return ipv6HeaderSize + payload;
    return first >> 4 == 4 && headerSize >= 20 && total >= headerSize ? std::optional(total) : std::nullopt;
}

bool readsLikeEthernet(Bytes bytes)
{
    ByteReader in(bytes);
    in.skip(12);
    return isFollowed(in.u16());
}

// A frame without control word may go to an address that begins with 4 or 6: then its size is another.
bool readsLikeIp(Bytes bytes)
{
    const std::optional<std::size_t> size = sizeAsIp(bytes);
    return size && (size == bytes.size() || !readsLikeEthernet(bytes));
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
