#include "engine/packet/decode_frame.h"

#include "engine/packet/link_layer.h"

namespace callmon {

namespace {

constexpr std::size_t udpHeaderSize = 8;

NoDatagram reasonFor(LinkFault fault)
{
    switch (fault) {
    case LinkFault::UnknownLinkType:
        return NoDatagram::UnknownLinkType;
    case LinkFault::NotIp:
        return NoDatagram::NotIp;
    case LinkFault::TooManyTags:
        return NoDatagram::TooManyTags;
    case LinkFault::Truncated:
        break;
    }
    return NoDatagram::Truncated;
}

NoDatagram reasonFor(IpFault fault)
{
    switch (fault) {
    case IpFault::Malformed:
        return NoDatagram::MalformedIp;
    case IpFault::TooManyExtensions:
        return NoDatagram::TooManyExtensions;
    case IpFault::Truncated:
        break;
    }
    return NoDatagram::Truncated;
}

// RFC 768. A length short of the IP payload leaves bytes behind that are not the datagram's.
std::variant<Datagram, NoDatagram> parseUdp(const IpPacket& packet)
{
    ByteReader in(packet.payload);
    Datagram datagram;
    datagram.flow.src = { packet.src, in.u16() };
    datagram.flow.dst = { packet.dst, in.u16() };
    const std::uint16_t length = in.u16();
    in.skip(2); // checksum
    if (packet.wirePayloadSize < udpHeaderSize)
        return NoDatagram::MalformedUdp;
    if (!in.ok())
        return NoDatagram::Truncated;
    if (length < udpHeaderSize || length > packet.wirePayloadSize)
        return NoDatagram::MalformedUdp;
    datagram.wirePayloadSize = static_cast<std::uint16_t>(length - udpHeaderSize);
    in.limit(datagram.wirePayloadSize);
    datagram.payload = in.rest();
    datagram.ipSize = packet.size;
    return datagram;
}

std::variant<Datagram, NoDatagram> parseFrame(std::uint16_t linkType, Bytes frame)
{
    const auto network = findIp(linkType, frame);
    if (const auto* fault = std::get_if<LinkFault>(&network))
        return reasonFor(*fault);
    const auto ip = parseIp(*std::get_if<Bytes>(&network));
    if (const auto* fault = std::get_if<IpFault>(&ip))
        return reasonFor(*fault);
    const auto& packet = *std::get_if<IpPacket>(&ip);
    if (packet.isFragment())
        return NoDatagram::Fragment;
    if (packet.protocol != ip_protocol::udp)
        return NoDatagram::NotUdp;
    return parseUdp(packet);
}

}

std::optional<Datagram> PacketDecoder::decode(
    std::uint16_t linkType, Bytes frame, Timestamp arrival, Nanoseconds uncertainty)
{
    ++m_frames;
    auto parsed = parseFrame(linkType, frame);
    if (const auto* reason = std::get_if<NoDatagram>(&parsed)) {
        ++m_counts[static_cast<std::size_t>(*reason)];
        return std::nullopt;
    }
    ++m_datagrams;
    auto& datagram = *std::get_if<Datagram>(&parsed);
    datagram.arrival = arrival;
    datagram.uncertainty = uncertainty;
    return datagram;
}

std::array<PacketCounter, PacketDecoder::reasons> PacketDecoder::counters() const
{
    const auto counter = [this](NoDatagram reason, const char* name) { return PacketCounter { name, count(reason) }; };
    return { counter(NoDatagram::UnknownLinkType, "unknown_link_type"), counter(NoDatagram::NotIp, "not_ip"),
        counter(NoDatagram::TooManyTags, "too_many_tags"), counter(NoDatagram::MalformedIp, "malformed_ip"),
        counter(NoDatagram::TooManyExtensions, "too_many_extensions"), counter(NoDatagram::Fragment, "fragment"),
        counter(NoDatagram::NotUdp, "not_udp"), counter(NoDatagram::MalformedUdp, "malformed_udp"),
        counter(NoDatagram::Truncated, "truncated") };
}

}
