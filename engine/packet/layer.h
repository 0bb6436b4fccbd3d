// What lies behind a header. Whatever is followed has an EtherType, also inside of tunnels, so each step takes such a
// layer and gives the next one.
#pragma once

#include "engine/packet/drop_reason.h"
#include "shared/base/byte_reader.h"
#include "shared/base/encapsulation.h"

#include <variant>

namespace callmon {

namespace ether_type { // IANA "IEEE 802 Numbers"
constexpr std::uint16_t ipv4 = 0x0800; // the version is read from the header itself: this or ipv6
constexpr std::uint16_t erspanIII = 0x22eb;
constexpr std::uint16_t ethernet = 0x6558; // a frame in a tunnel, "transparent Ethernet bridging"
constexpr std::uint16_t vlan = 0x8100; // 802.1Q
constexpr std::uint16_t ipv6 = 0x86dd;
constexpr std::uint16_t ppp = 0x880b;
constexpr std::uint16_t mpls = 0x8847;
constexpr std::uint16_t mplsUpstream = 0x8848; // labels assigned upstream (RFC 5332), else multicast
constexpr std::uint16_t pppoeSession = 0x8864;
constexpr std::uint16_t serviceVlan = 0x88a8; // 802.1ad
constexpr std::uint16_t erspan = 0x88be; // I and II
constexpr std::uint16_t oldServiceVlan = 0x9100; // before 802.1ad was written
}

constexpr bool isVlanTag(std::uint16_t etherType)
{
    return etherType == ether_type::vlan || etherType == ether_type::serviceVlan
        || etherType == ether_type::oldServiceVlan;
}

// What can stand in an Ethernet header and lead to an IP packet.
constexpr bool isFollowed(std::uint16_t etherType)
{
    return etherType == ether_type::ipv4 || etherType == ether_type::ipv6 || isVlanTag(etherType)
        || etherType == ether_type::mpls || etherType == ether_type::mplsUpstream
        || etherType == ether_type::pppoeSession;
}

struct Layer {
    std::uint16_t etherType = 0;
    Bytes bytes; // may hold padding behind what they are
};
using NextLayer = std::variant<Layer, DropReason>;

// What the headers of a tunnel say: which one it is, and what it carries.
struct Tunnel {
    Encapsulation encapsulation = Encapsulation::None;
    NextLayer inside;
};

// For steps that have read their header by `in`.
inline NextLayer layerBehind(const ByteReader& in, std::uint16_t etherType)
{
    if (!in.ok())
        return DropReason::Truncated;
    return Layer { etherType, in.rest() };
}

}
