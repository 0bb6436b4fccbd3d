// Frame -> what it can be to a VoIP monitor: media, signalling, or the name of the reason why it is nothing of the
// kind.
#pragma once

#include "engine/packet/datagram.h"
#include "engine/packet/drop_reason.h"
#include "engine/packet/sip_connections.h"

#include <array>
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
    FrameKind kind = FrameKind::Drop;
    DropReason reason {}; // of Drop
    UdpLayout udp; // of Media and Signalling; of Piece `ip` and `encapsulation` alone
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
        return linkType == ethernet ? classifyEthernet(frame) : classifyCarefully(linkType, frame);
    }
    FrameClass classifyCarefully(std::uint16_t linkType, Bytes frame);

private:
    static constexpr std::array<std::uint16_t, 1> usualSkinnyPorts { 2000 };
    static constexpr std::uint16_t ethernet = 1;
    using Ports = std::bitset<65536>;

    FrameClass classifyEthernet(Bytes frame);
    FrameClass ofUdp(Bytes frame, const UdpLayout& layout) const;
    FrameClass ofTcp(Bytes frame, Bytes segment, std::size_t ip, Encapsulation encapsulation);

    std::unique_ptr<Ports> m_sipPorts;
    std::unique_ptr<Ports> m_tcpPorts; // of SIP and Skinny
    SipConnections m_sipConnections; // on any other port
};

// Of Media: RTCP (RFC 5761 4). It goes to one core whatever its destination: what it says of a stream comes the other
// way than the stream.
bool isRtcp(Bytes frame, const UdpLayout& layout);

// Of what is not dropped: where its innermost IP packet ended on the wire, by the length that its header tells. Behind
// the frame's own end when that was cut: by a capture's snapshot length or a place too short in a port's ring.
std::size_t wireEndOf(Bytes frame, const FrameClass& found);

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
