#include "engine/packet/udp_tunnels.h"

#include "engine/packet/mpls.h"

namespace callmon {

namespace {

// RFC 7348 section 5. Bits that are reserved there are in use elsewhere (group policy), the last byte nowhere.
std::optional<Tunnel> vxlan(Bytes payload)
{
    constexpr unsigned hasIdentifier = 0x08;
    ByteReader in(payload);
    const unsigned flags = in.u8();
    in.skip(6); // group policy, VNI
    if (in.u8() != 0 || (flags & hasIdentifier) == 0 || !in.ok())
        return std::nullopt;
    return Tunnel { Encapsulation::Vxlan, Layer { ether_type::ethernet, in.rest() } };
}

// RFC 8926 section 3.4.
std::optional<Tunnel> geneve(Bytes payload)
{
    ByteReader in(payload);
    const unsigned versionAndLength = in.u8();
    in.skip(1); // flags
    const std::uint16_t etherType = in.u16();
    in.skip(4); // VNI, reserved
    in.skip(4 * (versionAndLength & 0x3f)); // options
    if (versionAndLength >> 6 != 0 || !in.ok())
        return std::nullopt;
    return Tunnel { Encapsulation::Geneve, Layer { etherType, in.rest() } };
}

// 3GPP TS 29.281 5.1 and 5.2: version 1 of GTP, not GTP', and a user's packet (G-PDU). The next header's type stands at
// the end of each extension header.
std::optional<Tunnel> gtpU(const UdpHeader& datagram)
{
    constexpr unsigned version1 = 0x30;
    constexpr unsigned extension = 0x04;
    constexpr unsigned anyOptional = 0x07; // extension, sequence number, N-PDU number: the fields come together
    constexpr unsigned userPacket = 255;
    constexpr int extensionsAtMost = 8;
    ByteReader in(datagram.payload);
    const unsigned flags = in.u8();
    const unsigned type = in.u8();
    const std::size_t length = in.u16(); // of what lies behind these eight bytes
    in.skip(4); // TEID
    if ((flags & 0xf0) != version1 || type != userPacket || length + 8 != datagram.wirePayloadSize)
        return std::nullopt;
    if ((flags & anyOptional) != 0) {
        in.skip(3);
        unsigned next = in.u8();
        for (int extensions = 0; (flags & extension) != 0 && next != 0 && in.ok(); ++extensions) {
            const std::size_t size = 4u * in.u8();
            if (in.ok() && (size == 0 || extensions == extensionsAtMost))
                return Tunnel { Encapsulation::GtpU, DropReason::MalformedTunnel };
            in.skip(size - 2);
            next = in.u8();
        }
    }
    if (!in.ok())
        return Tunnel { Encapsulation::GtpU, DropReason::Truncated };
    return Tunnel { Encapsulation::GtpU, carriedLayer(in.rest()) };
}

// RFC 2661 section 3.1: data of version 2, which is PPP.
std::optional<Tunnel> l2tp(Bytes payload)
{
    enum Flag : std::uint16_t {
        Control = 0x8000,
        Length = 0x4000,
        Sequence = 0x0800,
        Offset = 0x0200,
        Version = 0x000f,
        Reserved = 0x34f0, // all but these and the priority's 0x0100
    };
    ByteReader in(payload);
    const std::uint16_t flags = in.u16();
    if ((flags & (Control | Reserved)) != 0 || (flags & Version) != 2)
        return std::nullopt;
    if ((flags & Length) != 0)
        in.skip(2);
    in.skip(4); // tunnel, session
    if ((flags & Sequence) != 0)
        in.skip(4);
    if ((flags & Offset) != 0)
        in.skip(in.u16());
    return Tunnel { Encapsulation::L2tp, layerBehind(in, ether_type::ppp) };
}

// RFC 7510. A stack may begin like RTP, and there is no other header: then only IP of exactly that size is believed.
std::optional<Tunnel> mpls(const UdpHeader& datagram)
{
    const NextLayer inside = behindMpls(datagram.payload);
    const auto* const layer = std::get_if<Layer>(&inside);
    if (layer == nullptr)
        return std::nullopt;
    if (std::to_integer<unsigned>(datagram.payload[0]) >> 6 == 2) {
        const auto ip = parseIp(layer->bytes);
        const auto* const packet = std::get_if<IpPacket>(&ip);
        const std::size_t labels = datagram.payload.size() - layer->bytes.size();
        if (layer->etherType != ether_type::ipv4 || packet == nullptr
            || labels + packet->size != datagram.wirePayloadSize)
            return std::nullopt;
    }
    return Tunnel { Encapsulation::Mpls, inside };
}

}

std::optional<Tunnel> tunnelIn(const UdpHeader& datagram)
{
    switch (datagram.dstPort) {
    case tunnel_port::vxlan:
    case tunnel_port::oldVxlan:
        return vxlan(datagram.payload);
    case tunnel_port::geneve:
        return geneve(datagram.payload);
    case tunnel_port::gtpU:
        return gtpU(datagram);
    case tunnel_port::mpls:
        return mpls(datagram);
    case tunnel_port::l2tp:
        return l2tp(datagram.payload);
    default:
        return datagram.srcPort == tunnel_port::l2tp ? l2tp(datagram.payload) : std::nullopt;
    }
}

}
