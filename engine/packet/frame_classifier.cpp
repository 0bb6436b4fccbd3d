#include "engine/packet/frame_classifier.h"

#include "engine/packet/innermost_packet.h"
#include "engine/packet/layer.h"
#include "engine/packet/sip_beginning.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t ipv4HeaderSize = 20; // without options
constexpr std::size_t ipv6HeaderSize = 40;
constexpr std::size_t tcpHeaderSize = 20; // without options

constexpr FrameClass dropped(DropReason reason)
{
    return { .udp = {}, .kind = FrameKind::Drop, .reason = reason };
}

constexpr FrameClass pieceAt(std::size_t ip, Encapsulation encapsulation)
{
    return { .udp = { .ip = static_cast<std::uint16_t>(ip), .encapsulation = encapsulation },
        .kind = FrameKind::Piece };
}

}

FrameClassifier::FrameClassifier(std::span<const std::uint16_t> sipPorts, std::span<const std::uint16_t> skinnyPorts)
    : m_sipPorts(std::make_unique<Ports>())
    , m_tcpPorts(std::make_unique<Ports>())
{
    for (const std::uint16_t port : sipPorts)
        m_sipPorts->set(port);
    *m_tcpPorts = *m_sipPorts;
    for (const std::uint16_t port : skinnyPorts)
        m_tcpPorts->set(port);
}

FrameClass FrameClassifier::classifyEthernet(Bytes frame)
{
    std::size_t at = 12; // behind the addresses
    if (frame.size() < at + 2 + ipv4HeaderSize + udpHeaderSize)
        return classifyCarefully(ethernet, frame);
    std::uint16_t etherType = big16(frame, at);
    for (int tags = 0; tags < 2 && isVlanTag(etherType); ++tags) { // the minimum size covers two
        at += 4;
        etherType = big16(frame, at);
    }
    at += 2;
    if (etherType == ether_type::ipv4 && frame.size() >= at + ipv4HeaderSize + udpHeaderSize
        && byteAt(frame, at) == 0x45) {
        const std::size_t size = big16(frame, at + 2);
        const bool isFragment = (big16(frame, at + 6) & 0x3fff) != 0; // RFC 791 3.1: more fragments, offset
        const std::uint8_t protocol = byteAt(frame, at + 9);
        const std::size_t transport = at + ipv4HeaderSize;
        if (protocol == ip_protocol::udp && !isFragment) {
            const std::size_t length = big16(frame, transport + 4);
            if (canBeTunnel(big16(frame, transport), big16(frame, transport + 2)))
                return classifyCarefully(ethernet, frame);
            if (length >= udpHeaderSize && ipv4HeaderSize + length <= size)
                return ofUdp(frame,
                    { .ip = static_cast<std::uint16_t>(at),
                        .payload = static_cast<std::uint16_t>(transport + udpHeaderSize),
                        .wirePayloadSize = static_cast<std::uint16_t>(length - udpHeaderSize),
                        .ipSize = static_cast<std::uint16_t>(size) });
        } else if (protocol == ip_protocol::tcp && !isFragment && size >= ipv4HeaderSize) {
            return ofTcp(
                frame, frame.subspan(transport, std::min(frame.size() - transport, size - ipv4HeaderSize)), at, {});
        }
    } else if (etherType == ether_type::ipv6 && frame.size() >= at + ipv6HeaderSize + udpHeaderSize
        && byteAt(frame, at) >> 4 == 6) {
        const std::size_t payloadSize = big16(frame, at + 4);
        const std::size_t transport = at + ipv6HeaderSize;
        if (byteAt(frame, at + 6) == ip_protocol::udp && payloadSize + ipv6HeaderSize <= 0xffff) {
            const std::size_t length = big16(frame, transport + 4);
            if (canBeTunnel(big16(frame, transport), big16(frame, transport + 2)))
                return classifyCarefully(ethernet, frame);
            if (length >= udpHeaderSize && length <= payloadSize)
                return ofUdp(frame,
                    { .ip = static_cast<std::uint16_t>(at),
                        .payload = static_cast<std::uint16_t>(transport + udpHeaderSize),
                        .wirePayloadSize = static_cast<std::uint16_t>(length - udpHeaderSize),
                        .ipSize = static_cast<std::uint16_t>(ipv6HeaderSize + payloadSize) });
        }
    }
    if (!isFollowed(etherType))
        return dropped(DropReason::NotIp);
    return classifyCarefully(ethernet, frame);
}

FrameClass FrameClassifier::classifyCarefully(std::uint16_t linkType, Bytes frame)
{
    const auto innermost = findInnermost(linkType, frame);
    if (const auto* reason = std::get_if<DropReason>(&innermost))
        return dropped(*reason);
    const auto& found = *std::get_if<InnermostPacket>(&innermost);
    const auto ip = static_cast<std::size_t>(found.network.data() - frame.data());
    // Both lie before its payload, whose place is kept in 16 bits. Only headers without end get that far.
    if (static_cast<std::size_t>(found.ip.payload.data() - frame.data()) + udpHeaderSize > 0xffff)
        return dropped(DropReason::TunnelTooDeep);
    if (found.ip.isFragment())
        return pieceAt(ip, found.encapsulation);
    switch (found.ip.protocol) {
    case ip_protocol::udp:
        return ofUdp(frame,
            { .ip = static_cast<std::uint16_t>(ip),
                .payload = static_cast<std::uint16_t>(found.udp.payload.data() - frame.data()),
                .wirePayloadSize = found.udp.wirePayloadSize,
                .ipSize = found.ip.size,
                .encapsulation = found.encapsulation });
    case ip_protocol::tcp:
        return ofTcp(frame, found.ip.payload, ip, found.encapsulation);
    case ip_protocol::sctp:
        return pieceAt(ip, found.encapsulation);
    default:
        return dropped(DropReason::NotUdp);
    }
}

FrameClass FrameClassifier::ofUdp(Bytes frame, const UdpLayout& layout) const
{
    const FrameClass media { .udp = layout, .kind = FrameKind::Media };
    const FrameClass signalling { .udp = layout, .kind = FrameKind::Signalling };
    const Bytes payload = frame.subspan(layout.payload);
    if (layout.wirePayloadSize >= rtcpHeaderSize) {
        // A capture of headers alone does not say what it is: what may be media is let through.
        if (payload.empty() || byteAt(payload, 0) >> 6 == 2)
            return media;
    }
    if (m_sipPorts->test(big16(frame, layout.payload - udpHeaderSize))
        || m_sipPorts->test(big16(frame, layout.payload - udpHeaderSize + 2))
        || beginsLikeSip(payload.first(std::min<std::size_t>(payload.size(), layout.wirePayloadSize))))
        return signalling;
    return dropped(DropReason::OtherUdp);
}

FrameClass FrameClassifier::ofTcp(Bytes frame, Bytes segment, std::size_t ip, Encapsulation encapsulation)
{
    if (segment.size() < 4)
        return dropped(DropReason::NotUdp);
    if (m_tcpPorts->test(big16(segment, 0)) || m_tcpPorts->test(big16(segment, 2)))
        return pieceAt(ip, encapsulation);
    if (segment.size() < tcpHeaderSize)
        return dropped(DropReason::NotUdp);
    const std::size_t headerSize = 4u * (byteAt(segment, 12) >> 4); // RFC 9293 3.1
    const Bytes payload = segment.subspan(std::min(headerSize, segment.size()));
    constexpr std::uint8_t finOrReset = 0x05;
    if (payload.empty() && (byteAt(segment, 13) & finOrReset) == 0) // nobody waits for a SYN or an ACK
        return dropped(DropReason::NotUdp);
    const std::uint64_t connection = SipConnections::keyOf(frame.subspan(ip), segment);
    if (m_sipConnections.has(connection))
        return pieceAt(ip, encapsulation);
    const bool opens = opensSipConnection(payload);
    if (opens)
        m_sipConnections.add(connection);
    return opens || beginsLikeSip(payload) ? pieceAt(ip, encapsulation) : dropped(DropReason::NotUdp);
}

std::size_t wireEndOfPiece(Bytes frame, const FrameClass& found)
{
    const std::size_t ip = found.udp.ip;
    // The length of RFC 8200 3 counts what follows its header; RFC 791's counts all.
    return byteAt(frame, ip) >> 4 == 4 ? ip + big16(frame, ip + 2) : ip + ipv6HeaderSize + big16(frame, ip + 4);
}

std::uint32_t destinationHash(Bytes frame, const UdpLayout& layout, std::uint64_t seed)
{
    std::uint64_t mixed = seed ^ big16(frame, layout.payload - udpHeaderSize + 2);
    const auto mix = [&](std::uint64_t value) { // multiply-xorshift (MurmurHash3 fmix64)
        mixed = (mixed ^ value) * 0xff51afd7ed558ccdULL;
        mixed ^= mixed >> 32;
    };
    if (byteAt(frame, layout.ip) >> 4 == 4) {
        mix(std::uint64_t { wordAt<std::uint32_t>(frame, layout.ip + 16u) } << 16);
    } else {
        mix(wordAt<std::uint64_t>(frame, layout.ip + 24u));
        mix(wordAt<std::uint64_t>(frame, layout.ip + 32u));
    }
    mix(0xc4ceb9fe1a85ec53ULL);
    return static_cast<std::uint32_t>(mixed >> 32);
}

}
