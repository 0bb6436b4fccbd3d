// From a captured frame to its IP packet: the link layers and the tags between.
#pragma once

#include "shared/base/byte_reader.h"

#include <variant>

namespace callmon {

namespace ether_type { // IEEE 802 numbers
constexpr std::uint16_t ipv4 = 0x0800;
constexpr std::uint16_t vlan = 0x8100; // 802.1Q
constexpr std::uint16_t ipv6 = 0x86dd;
constexpr std::uint16_t serviceVlan = 0x88a8; // 802.1ad
constexpr std::uint16_t oldServiceVlan = 0x9100; // before 802.1ad was written
}

constexpr bool isVlanTag(std::uint16_t etherType)
{
    return etherType == ether_type::vlan || etherType == ether_type::serviceVlan
        || etherType == ether_type::oldServiceVlan;
}

enum class LinkFault { UnknownLinkType, Truncated, NotIp, TooManyTags };

// `linkType` is libpcap's number (https://www.tcpdump.org/linktypes.html): Ethernet with any tags of 802.1Q and
// 802.1ad, raw IP, BSD null and loop, Linux cooked v1 and v2. What is returned begins at the IP header and may hold
// padding behind the packet.
std::variant<Bytes, LinkFault> findIp(std::uint16_t linkType, Bytes frame);

}
