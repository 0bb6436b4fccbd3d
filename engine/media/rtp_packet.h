// RTP as it lies in a datagram (RFC 3550 5.1), and how it is told from RTCP on the same port (RFC 5761 4).
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/units.h"

#include <optional>

namespace callmon {

struct RtpPacket { // a view, valid as long as the datagram it was read from
    std::uint8_t payloadType = 0;
    bool marker = false;
    std::uint16_t sequence = 0;
    RtpTicks sent;
    Ssrc ssrc;
    Bytes payload; // without padding; shorter than it was when the capture cut the datagram
};

constexpr std::size_t rtpHeaderSize = 12;

// Version 2, long enough, and not RTCP: packet types 192 to 223 in the second byte, which as RTP would be payload types
// 64 to 95 with the marker set (RFC 5761 4). Cheap: two bytes are read.
inline bool looksLikeRtcp(Bytes datagram)
{
    if (datagram.size() < 8)
        return false;
    const auto version = std::to_integer<unsigned>(datagram[0]) >> 6;
    const auto type = std::to_integer<unsigned>(datagram[1]);
    return version == 2 && type >= 192 && type <= 223;
}

inline bool looksLikeRtp(Bytes datagram)
{
    return datagram.size() >= rtpHeaderSize && std::to_integer<unsigned>(datagram[0]) >> 6 == 2
        && !looksLikeRtcp(datagram);
}

// Empty when the datagram is not RTP, or claims more contributing sources, header extension or padding than it has.
// `wireSize` is the size of the UDP payload as sent: of a datagram that the capture cut, what is missing is not an
// error, and its padding count is out of sight.
std::optional<RtpPacket> parseRtp(Bytes datagram, std::size_t wireSize);
inline std::optional<RtpPacket> parseRtp(Bytes datagram)
{
    return parseRtp(datagram, datagram.size());
}

}
