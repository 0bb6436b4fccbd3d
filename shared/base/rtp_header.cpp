#include "shared/base/rtp_header.h"

namespace callmon {

std::optional<RtpHeader> parseRtpHeader(Bytes datagram, Stored stored)
{
    ByteReader in(datagram);
    const unsigned first = in.u8();
    const unsigned second = in.u8();
    if (first >> 6 != 2)
        return std::nullopt;
    RtpHeader header;
    header.marker = (second & 0x80) != 0;
    header.payloadType = static_cast<std::uint8_t>(second & 0x7f);
    header.sequence = in.u16();
    header.sent = RtpTicks { in.u32() };
    header.ssrc = Ssrc { in.u32() };
    in.skip(4 * (first & 0x0f)); // CSRC list
    if (first & 0x10) { // extension, RFC 3550 5.3.1: its length counts 32-bit words
        in.skip(2);
        const std::size_t words = in.u16();
        in.skip(4 * words);
    }
    if (!in.ok())
        return std::nullopt;
    header.payload = in.rest();
    if ((first & 0x20) && stored == Stored::Whole) { // padding: its last byte counts all of it, itself too
        if (header.payload.empty())
            return std::nullopt;
        const auto padding = std::to_integer<std::size_t>(header.payload.back());
        if (padding == 0 || padding > header.payload.size())
            return std::nullopt;
        header.payload = header.payload.first(header.payload.size() - padding);
    }
    return header;
}

}
