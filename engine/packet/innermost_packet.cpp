#include "engine/packet/innermost_packet.h"

#include "engine/packet/gre.h"
#include "engine/packet/link_layer.h"
#include "engine/packet/mpls.h"
#include "engine/packet/ppp.h"
#include "engine/packet/udp_tunnels.h"

namespace callmon {

namespace {

DropReason reasonFor(IpFault fault)
{
    switch (fault) {
    case IpFault::Malformed:
        return DropReason::MalformedIp;
    case IpFault::TooManyExtensions:
        return DropReason::TooManyExtensions;
    case IpFault::Truncated:
        break;
    }
    return DropReason::Truncated;
}

// Either a tunnel that `found.ip` carries, or nothing: then it is the innermost packet.
std::variant<std::monostate, Tunnel, DropReason> tunnelIn(InnermostPacket& found)
{
    if (found.ip.isFragment())
        return {};
    switch (found.ip.protocol) {
    case ip_protocol::ipv4: // RFC 2003
    case ip_protocol::ipv6: // RFC 4213 3, RFC 2473
        return Tunnel { Encapsulation::IpIp, Layer { ether_type::ipv4, found.ip.payload } };
    case ip_protocol::gre:
        return behindGre(found.ip.payload);
    case ip_protocol::mpls: // RFC 4023 3.1
        return Tunnel { Encapsulation::Mpls, behindMpls(found.ip.payload) };
    case ip_protocol::udp: {
        const auto udp = parseUdp(found.ip);
        if (const auto* reason = std::get_if<DropReason>(&udp))
            return *reason;
        found.udp = *std::get_if<UdpHeader>(&udp);
        if (canBeTunnel(found.udp.srcPort, found.udp.dstPort))
            if (const auto tunnel = tunnelIn(found.udp))
                return *tunnel;
        return {};
    }
    default:
        return {};
    }
}

// What a layer leads to that is not IP. Tags, PPP and Ethernet are no tunnels by themselves.
Tunnel behind(const Layer& layer)
{
    switch (layer.etherType) {
    case ether_type::vlan:
    case ether_type::serviceVlan:
    case ether_type::oldServiceVlan:
        return { Encapsulation::None, behindTags(layer) };
    case ether_type::ethernet:
        return { Encapsulation::None, behindEthernet(layer.bytes) };
    case ether_type::ppp:
        return { Encapsulation::None, behindPpp(layer.bytes) };
    case ether_type::mpls:
    case ether_type::mplsUpstream:
        return { Encapsulation::Mpls, behindMpls(layer.bytes) };
    case ether_type::pppoeSession:
        return { Encapsulation::Pppoe, behindPppoe(layer.bytes) };
    default:
        return { Encapsulation::None, DropReason::NotIp };
    }
}

}

std::variant<InnermostPacket, DropReason> findInnermost(std::uint16_t linkType, Bytes frame)
{
    // A mirrored (ERSPAN) frame of a mobile network (GTP-U) over a data centre's (VXLAN) with pseudowires has 5. Steps
    // that are no tunnels count as well: nothing may repeat for ever.
    constexpr int stepsAtMost = 24;
    constexpr int tunnelsAtMost = 8;
    InnermostPacket found;
    NextLayer next = firstLayer(linkType, frame);
    int tunnels = 0;
    for (int steps = 0; steps < stepsAtMost; ++steps) {
        if (const auto* reason = std::get_if<DropReason>(&next))
            return *reason;
        const Layer& layer = *std::get_if<Layer>(&next);
        Tunnel tunnel;
        if (layer.etherType == ether_type::ipv4 || layer.etherType == ether_type::ipv6) {
            const auto ip = parseIp(layer.bytes);
            if (const auto* fault = std::get_if<IpFault>(&ip))
                return reasonFor(*fault);
            found.network = layer.bytes;
            found.ip = *std::get_if<IpPacket>(&ip);
            const auto carried = tunnelIn(found);
            if (const auto* reason = std::get_if<DropReason>(&carried))
                return *reason;
            if (std::holds_alternative<std::monostate>(carried))
                return found;
            tunnel = *std::get_if<Tunnel>(&carried);
        } else {
            tunnel = behind(layer);
        }
        if (tunnel.encapsulation != Encapsulation::None && ++tunnels > tunnelsAtMost)
            return DropReason::TunnelTooDeep;
        if (found.encapsulation == Encapsulation::None)
            found.encapsulation = tunnel.encapsulation;
        next = tunnel.inside;
    }
    return DropReason::TunnelTooDeep;
}

}
