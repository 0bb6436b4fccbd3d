// Frame -> UDP datagram, or the name of the reason why it holds none.
#pragma once

#include "engine/packet/datagram.h"
#include "engine/packet/ip_packet.h"

#include <array>
#include <optional>

namespace callmon {

// Each frame is either a datagram or counted under exactly one of these.
enum class NoDatagram : std::uint8_t {
    UnknownLinkType,
    NotIp, // ARP, LLDP, ...
    TooManyTags,
    MalformedIp,
    TooManyExtensions,
    Fragment, // a piece of a datagram: reassembly will take these
    NotUdp, // TCP, ICMP (and the datagrams that it quotes), ...
    MalformedUdp,
    Truncated, // headers cut by the capture
};

struct PacketCounter {
    const char* name; // as the user sees it: "fragment", "not_udp"
    std::uint64_t value;
};

// One per processing thread.
class PacketDecoder {
public:
    static constexpr std::size_t reasons = static_cast<std::size_t>(NoDatagram::Truncated) + 1;

    // `linkType` is libpcap's number. The datagram's payload lies within `frame`. Sizes are the wire's, so a payload
    // that the capture cut is shorter than wirePayloadSize.
    std::optional<Datagram> decode(std::uint16_t linkType, Bytes frame, Timestamp arrival, Nanoseconds uncertainty);

    std::uint64_t framesDecoded() const { return m_frames; }
    std::uint64_t datagrams() const { return m_datagrams; } // frames less the sum of the counters
    std::uint64_t count(NoDatagram reason) const { return m_counts[static_cast<std::size_t>(reason)]; }
    std::array<PacketCounter, reasons> counters() const;

private:
    std::uint64_t m_frames = 0;
    std::uint64_t m_datagrams = 0;
    std::array<std::uint64_t, reasons> m_counts {};
};

}
