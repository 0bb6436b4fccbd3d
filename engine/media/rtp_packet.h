// RTP on a port that may carry other things too: what it is told by (RFC 3550 5.1, RFC 5761 4).
#pragma once

#include "shared/base/rtp_header.h"

namespace callmon {

constexpr std::size_t rtpHeaderSize = 12;

// Version 2, long enough, and packet type 192 to 223 in the second byte, which as RTP would be payload types 64 to 95
// with the marker set (RFC 5761 4). Cheap: two bytes are read.
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

// Empty when it does not look like RTP, or claims more contributing sources, extension or padding than it has.
// `wireSize` is the size of the UDP payload as it was sent: a capture may have kept less.
inline std::optional<RtpHeader> parseRtp(Bytes datagram, std::size_t wireSize)
{
    if (!looksLikeRtp(datagram))
        return std::nullopt;
    return parseRtpHeader(datagram, wireSize > datagram.size() ? Stored::CutShort : Stored::Whole);
}

}
