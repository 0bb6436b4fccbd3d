// Why a frame is handed to nobody.
#pragma once

#include <cstddef>
#include <cstdint>

namespace callmon {

// Each dropped frame is counted under exactly one of these.
enum class DropReason : std::uint8_t {
    UnknownLinkType,
    NotIp, // ARP, LLDP, ...
    TooManyTags, // of VLANs, or MPLS labels
    MalformedIp,
    TooManyExtensions,
    NotUdp, // other TCP, ICMP (and the datagrams that it quotes), ...
    MalformedUdp,
    OtherUdp, // neither RTP-like nor SIP: DNS, STUN, DTLS, ...
    MalformedTunnel, // a header around the packet contradicts itself, or is of a version that nobody wrote down
    TunnelTooDeep,
    Truncated, // headers cut by the capture
    MirrorCopy, // the packet of a frame just before, not the classifier's reason but MirrorCopies'
};
constexpr std::size_t dropReasons = static_cast<std::size_t>(DropReason::MirrorCopy) + 1;
const char* counterName(DropReason reason); // as the user sees it: "not_ip", "not_udp"

}
