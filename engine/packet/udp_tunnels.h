// Tunnels in UDP: VXLAN, Geneve, GTP-U, L2TP, MPLS.
#pragma once

#include "engine/packet/layer.h"
#include "engine/packet/udp_header.h"

#include <optional>

namespace callmon {

namespace tunnel_port { // IANA "Service Name and Transport Protocol Port Number Registry"
constexpr std::uint16_t l2tp = 1701;
constexpr std::uint16_t gtpU = 2152;
constexpr std::uint16_t vxlan = 4789;
constexpr std::uint16_t geneve = 6081;
constexpr std::uint16_t mpls = 6635;
constexpr std::uint16_t oldVxlan = 8472; // what Linux took before there was a number
}

// What nearly all datagrams are not. All are known by their destination; the answers of L2TP come from its port.
constexpr bool canBeTunnel(std::uint16_t srcPort, std::uint16_t dstPort)
{
    using namespace tunnel_port;
    return dstPort == vxlan || dstPort == gtpU || dstPort == mpls || dstPort == geneve || dstPort == oldVxlan
        || dstPort == l2tp || srcPort == l2tp;
}

// Nothing when the datagram is not what its port says: media may have any port.
std::optional<Tunnel> tunnelIn(const UdpHeader& datagram);

}
