#include "engine/media/rtp_packet.h"

#include <algorithm>

namespace callmon {

std::optional<RtpPacket> parseRtp(Bytes datagram, std::size_t wireSize)
{
    if (!looksLikeRtp(datagram))
        return std::nullopt;
    ByteReader in(datagram);
    const unsigned first = in.u8();
    const unsigned second = in.u8();
    RtpPacket packet;
    packet.payloadType = static_cast<std::uint8_t>(second & 0x7f);
    packet.marker = (second & 0x80) != 0;
    packet.sequence = in.u16();
    packet.sent = RtpTicks { in.u32() };
    packet.ssrc = Ssrc { in.u32() };

    const bool cut = wireSize > datagram.size();
    std::size_t headerSize = rtpHeaderSize + std::size_t { 4 } * (first & 0x0f); // contributing sources
    in.skip(headerSize - rtpHeaderSize);
    if ((first & 0x10) != 0) { // header extension, RFC 3550 5.3.1
        in.skip(2);
        const std::size_t words = in.u16();
        if (in.ok()) {
            in.skip(4 * words);
            headerSize += 4 + 4 * words;
        }
    }
    if (!in.ok() && (!cut || headerSize > wireSize))
        return std::nullopt;
    packet.payload = in.rest();
    if ((first & 0x20) != 0 && !cut) { // the last byte counts the padding, itself included
        const std::size_t padding
            = packet.payload.empty() ? 0 : std::to_integer<std::size_t>(packet.payload.back());
        if (padding == 0 || padding > packet.payload.size())
            return std::nullopt;
        packet.payload = packet.payload.first(packet.payload.size() - padding);
    }
    return packet;
}

}
