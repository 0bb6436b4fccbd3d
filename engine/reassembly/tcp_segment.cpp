#include "engine/reassembly/tcp_segment.h"

#include <algorithm>

namespace callmon {

std::optional<TcpSegment> parseTcp(Bytes bytes, std::size_t wireSize)
{
    constexpr std::size_t headerSizeAtLeast = 20;
    ByteReader in(bytes);
    TcpSegment segment;
    segment.srcPort = in.u16();
    segment.dstPort = in.u16();
    segment.sequence = in.u32();
    segment.acknowledged = in.u32();
    const std::size_t headerSize = 4u * (in.u8() >> 4);
    const unsigned flags = in.u8();
    in.skip(6); // window, checksum, urgent pointer
    if (!in.ok() || headerSize < headerSizeAtLeast || headerSize > wireSize)
        return std::nullopt;
    in.skip(headerSize - headerSizeAtLeast);
    if (!in.ok())
        return std::nullopt;
    segment.fin = (flags & 0x01) != 0;
    segment.syn = (flags & 0x02) != 0;
    segment.rst = (flags & 0x04) != 0;
    segment.ack = (flags & 0x10) != 0;
    segment.wirePayloadSize = static_cast<std::uint32_t>(wireSize - headerSize);
    in.limit(segment.wirePayloadSize);
    segment.payload = in.rest();
    return segment;
}

}
