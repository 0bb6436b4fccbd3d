// RTP on a port that may carry other things too: what it is told by (RFC 3550 5.1, RFC 5761 4).
#pragma once

#include "shared/base/rtp_header.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace callmon {

constexpr std::size_t rtpHeaderSize = 12;
static_assert(std::endian::native == std::endian::little);

// Version 2, long enough, and a packet type of RTCP. Cheap: two bytes are read.
inline bool looksLikeRtcp(Bytes datagram)
{
    if (datagram.size() < 8)
        return false;
    const auto version = std::to_integer<unsigned>(datagram[0]) >> 6;
    const auto type = std::to_integer<unsigned>(datagram[1]);
    return version == 2 && isRtcpType(type);
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

// What the first bytes say of a datagram: enough to find its stream, and for a plain packet all that is counted.
struct RtpGlance {
    enum class Kind : std::uint8_t {
        Other, // neither: not version 2
        PlainRtp, // first byte 0x80: no padding, extension nor contributing sources, as nearly every packet
        Rtp,
        Rtcp,
        TooShort, // of version 2
    };
    Kind kind = Kind::Other;
    Ssrc ssrc; // of the two kinds of RTP
    std::uint64_t firstWord = 0; // of these too: flags, payload type, sequence, timestamp
};

inline RtpGlance glanceAt(Bytes datagram)
{
    using enum RtpGlance::Kind;
    if (datagram.size() < rtpHeaderSize) [[unlikely]] {
        if (datagram.empty() || std::to_integer<unsigned>(datagram[0]) >> 6 != 2)
            return {};
        return { looksLikeRtcp(datagram) ? Rtcp : TooShort, {}, 0 };
    }
    std::uint64_t word = 0;
    std::memcpy(&word, datagram.data(), sizeof word);
    word = __builtin_bswap64(word);
    const auto type = static_cast<unsigned>(word >> 48 & 0xff);
    if (word >> 62 != 2)
        return {};
    if (isRtcpType(type))
        return { Rtcp, {}, 0 };
    return { word >> 56 == 0x80 ? PlainRtp : Rtp, ssrcOf(datagram), word };
}

// Of the two kinds of RTP.
inline std::uint16_t sequenceOf(const RtpGlance& glance)
{
    return static_cast<std::uint16_t>(glance.firstWord >> 32);
}

// Nothing in a plain packet can reach past the end, so it is read in two words instead of field by field.
inline RtpHeader plainRtp(const RtpGlance& glance, Bytes datagram)
{
    assert(glance.kind == RtpGlance::Kind::PlainRtp);
    RtpHeader header;
    header.marker = (glance.firstWord >> 55 & 1) != 0;
    header.payloadType = static_cast<std::uint8_t>(glance.firstWord >> 48 & 0x7f);
    header.sequence = sequenceOf(glance);
    header.sent = RtpTicks { static_cast<std::uint32_t>(glance.firstWord) };
    header.ssrc = glance.ssrc;
    header.payload = datagram.subspan(rtpHeaderSize);
    return header;
}

// Empty when it does not look like RTP, or claims more contributing sources, extension or padding than it has.
// `wireSize` is the size of the UDP payload as it was sent: a capture may have kept less.
inline std::optional<RtpHeader> parseRtp(const RtpGlance& glance, Bytes datagram, std::size_t wireSize)
{
    if (glance.kind == RtpGlance::Kind::PlainRtp)
        return plainRtp(glance, datagram);
    if (glance.kind != RtpGlance::Kind::Rtp)
        return std::nullopt;
    return parseRtpHeader(datagram, wireSize > datagram.size() ? Stored::CutShort : Stored::Whole);
}

inline std::optional<RtpHeader> parseRtp(Bytes datagram, std::size_t wireSize)
{
    return parseRtp(glanceAt(datagram), datagram, wireSize);
}

}
