// RTP on a port that may carry other things too: what it is told by (RFC 3550 5.1, RFC 5761 4).
#pragma once

#include "shared/base/rtp_header.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace callmon {

constexpr std::size_t rtpHeaderSize = 12;
static_assert(std::endian::native == std::endian::little);

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

// RFC 3550 5.1; of what looksLikeRtp() only.
inline Ssrc ssrcOf(Bytes datagram)
{
    assert(datagram.size() >= rtpHeaderSize);
    std::uint32_t ssrc = 0;
    std::memcpy(&ssrc, datagram.data() + 8, sizeof ssrc);
    return Ssrc { __builtin_bswap32(ssrc) };
}

// Of looksLikeRtp() with first byte 0x80: neither padding, extension nor contributing sources, as nearly every packet.
// Nothing in it can reach past the end, so it is read in two words instead of field by field.
inline RtpHeader parsePlainRtp(Bytes datagram)
{
    assert(datagram.size() >= rtpHeaderSize && datagram[0] == std::byte { 0x80 });
    std::uint64_t words = 0;
    std::memcpy(&words, datagram.data(), sizeof words);
    words = __builtin_bswap64(words);
    RtpHeader header;
    header.marker = (words >> 55 & 1) != 0;
    header.payloadType = static_cast<std::uint8_t>(words >> 48 & 0x7f);
    header.sequence = static_cast<std::uint16_t>(words >> 32);
    header.sent = RtpTicks { static_cast<std::uint32_t>(words) };
    header.ssrc = ssrcOf(datagram);
    header.payload = datagram.subspan(rtpHeaderSize);
    return header;
}

// Empty when it does not look like RTP, or claims more contributing sources, extension or padding than it has.
// `wireSize` is the size of the UDP payload as it was sent: a capture may have kept less.
inline std::optional<RtpHeader> parseRtp(Bytes datagram, std::size_t wireSize)
{
    if (!looksLikeRtp(datagram))
        return std::nullopt;
    if (datagram[0] == std::byte { 0x80 })
        return parsePlainRtp(datagram);
    return parseRtpHeader(datagram, wireSize > datagram.size() ? Stored::CutShort : Stored::Whole);
}

}
