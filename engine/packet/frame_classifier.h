// Frame -> what it can be to a VoIP monitor: media, signalling, or the name of the reason why it is nothing of the
// kind.
#pragma once

#include "engine/packet/datagram.h"
#include "engine/packet/drop_reason.h"
#include "engine/packet/header_bytes.h"
#include "engine/packet/sip_connections.h"
#include "engine/packet/udp_tunnels.h"
#include "shared/base/rtp_header.h"

#include <array>
#include <bit>
#include <bitset>
#include <memory>
#include <span>

namespace callmon {

enum class FrameKind : std::uint8_t {
    Drop, // nobody reads it: counted under its reason
    Media, // UDP whose payload begins like RTP or RTCP, version 2 (RFC 3550)
    Signalling, // UDP that is SIP by its first bytes or by its port
    Piece, // what reassembly reads: a fragment, TCP that is SIP or Skinny by its port or its connection's bytes, SCTP
};

struct FrameClass {
    UdpLayout udp; // of Media and Signalling; of Piece `ip` and `encapsulation` alone
    FrameKind kind = FrameKind::Drop;
    DropReason reason {}; // of Drop
};

// One thread: it remembers which TCP connections carry SIP.
class FrameClassifier {
public:
    // `sipPorts`: everything from or to these is signalling, whatever it looks like. `skinnyPorts`: of TCP.
    explicit FrameClassifier(
        std::span<const std::uint16_t> sipPorts, std::span<const std::uint16_t> skinnyPorts = usualSkinnyPorts);

    // `linkType` is libpcap's number. Ethernet with tags, IPv4 without options or IPv6 without extensions and UDP or
    // TCP take a short way; tunnels, the rest, and whatever is odd, go through findInnermost. Both find the same.
    FrameClass classify(std::uint16_t linkType, Bytes frame)
    {
        if (linkType != ethernet) [[unlikely]]
            return classifyCarefully(linkType, frame);
        FrameClass media { .udp = {}, .kind = FrameKind::Media };
        return isPlainMedia(frame, media.udp) ? media : classifyEthernet(frame);
    }
    FrameClass classifyCarefully(std::uint16_t linkType, Bytes frame);

private:
    static constexpr std::array<std::uint16_t, 1> usualSkinnyPorts { 2000 };
    static constexpr std::uint16_t ethernet = 1;
    static constexpr std::size_t rtcpHeaderSize = 8; // RFC 3550 6.4.2, less than RTP's 12
    using Ports = std::bitset<65536>;

    static bool isPlainMedia(Bytes frame, UdpLayout& layout);
    FrameClass classifyEthernet(Bytes frame);
    FrameClass ofUdp(Bytes frame, const UdpLayout& layout) const;
    FrameClass ofTcp(Bytes frame, Bytes segment, std::size_t ip, Encapsulation encapsulation);

    std::unique_ptr<Ports> m_sipPorts;
    std::unique_ptr<Ports> m_tcpPorts; // of SIP and Skinny
    SipConnections m_sipConnections; // on any other port
};

// What nearly all frames are: no tag, IPv4 without options, UDP with what can be RTP or RTCP in it. Its fields are at
// known places, and one word after the other tells; whatever is not just so is for the others.
inline bool FrameClassifier::isPlainMedia(Bytes frame, UdpLayout& layout)
{
    static_assert(std::endian::native == std::endian::little);
    constexpr std::size_t ip = 14;
    constexpr std::size_t udp = ip + 20;
    constexpr std::size_t payload = udp + 8;
    if (frame.size() <= payload)
        return false;
    // EtherType, version and header length; traffic class, total length and identification are not looked at.
    constexpr std::uint32_t beginning = 0x45'0008;
    // RFC 791 3.1: more fragments and offset, not "don't fragment"; the protocol behind the hops to live.
    constexpr std::uint32_t flagsMask = 0xff'00'ff3f;
    constexpr std::uint32_t flags = std::uint32_t { ip_protocol::udp } << 24;
    if ((wordAt<std::uint32_t>(frame, ip - 2) & 0xff'ffff) != beginning
        || (wordAt<std::uint32_t>(frame, ip + 6) & flagsMask) != flags)
        return false;
    const std::size_t size = big16(frame, ip + 2);
    const std::size_t length = big16(frame, udp + 4);
    if (length < udpHeaderSize + rtcpHeaderSize || udp - ip + length > size || byteAt(frame, payload) >> 6 != 2
        || canBeTunnel(big16(frame, udp), big16(frame, udp + 2)))
        return false;
    layout = { .ip = ip,
        .payload = payload,
        .wirePayloadSize = static_cast<std::uint16_t>(length - udpHeaderSize),
        .ipSize = static_cast<std::uint16_t>(size) };
    return true;
}

// Of Media: RTCP (RFC 5761 4). It goes to one core whatever its destination: what it says of a stream comes the other
// way than the stream.
inline bool isRtcp(Bytes frame, const UdpLayout& layout)
{
    const Bytes payload = frame.subspan(layout.payload);
    return payload.size() >= 2 && byteAt(payload, 0) >> 6 == 2 && isRtcpType(byteAt(payload, 1));
}

// Of what is not dropped: where its innermost IP packet ended on the wire, by the length that its header tells. Behind
// the frame's own end when that was cut: by a capture's snapshot length or a place too short in a port's ring.
std::size_t wireEndOfPiece(Bytes frame, const FrameClass& found);
inline std::size_t wireEndOf(Bytes frame, const FrameClass& found)
{
    return found.kind == FrameKind::Piece ? wireEndOfPiece(frame, found)
                                          : std::size_t { found.udp.ip } + found.udp.ipSize;
}

// 32 well-mixed bits that are the same for everything that goes to one media address: streams are found by their
// destination, so one core sees all of a stream.
std::uint32_t destinationHash(Bytes frame, const UdpLayout& layout, std::uint64_t seed);

// How frames are dealt to processing cores: media by where it goes to, anything else to the first.
struct LaneDeal {
    std::uint32_t lanes = 1; // 256 at most
    std::uint64_t seed = 0; // so that nobody can aim all media at one lane

    std::uint8_t laneOf(Bytes frame, const FrameClass& found) const
    {
        if (lanes == 1 || found.kind != FrameKind::Media || isRtcp(frame, found.udp))
            return 0;
        return static_cast<std::uint8_t>(std::uint64_t { destinationHash(frame, found.udp, seed) } * lanes >> 32);
    }
};

}
