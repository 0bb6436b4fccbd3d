#include "engine/reassembly/sctp_packet.h"

#include <algorithm>

namespace callmon {

std::optional<SctpPacket> SctpPacket::parse(Bytes bytes)
{
    ByteReader in(bytes);
    SctpPacket packet;
    packet.m_srcPort = in.u16();
    packet.m_dstPort = in.u16();
    packet.m_verificationTag = in.u32();
    in.skip(4); // checksum
    if (!in.ok())
        return std::nullopt;
    packet.m_rest = in.rest();
    return packet;
}

std::optional<SctpChunk> SctpPacket::nextChunk()
{
    constexpr std::size_t headerSize = 4;
    if (m_rest.empty() || m_isMalformed)
        return std::nullopt;
    ByteReader in(m_rest);
    SctpChunk chunk;
    chunk.type = static_cast<SctpChunkType>(in.u8());
    chunk.flags = in.u8();
    const std::size_t length = in.u16();
    if (!in.ok() || length < headerSize) {
        m_isMalformed = true;
        return std::nullopt;
    }
    const std::size_t valueSize = length - headerSize;
    chunk.isCut = valueSize > in.left();
    chunk.value = in.take(std::min(valueSize, in.left()));
    in.skip(std::min((4 - length % 4) % 4, in.left())); // the last one's padding may be missing
    m_rest = in.rest();
    return chunk;
}

std::optional<SctpData> sctpDataOf(const SctpChunk& chunk)
{
    const bool isInterleaved = chunk.type == SctpChunkType::IData;
    if ((chunk.type != SctpChunkType::Data && !isInterleaved) || chunk.isCut)
        return std::nullopt;
    ByteReader in(chunk.value);
    SctpData data;
    data.isLast = (chunk.flags & 0x01) != 0;
    data.isFirst = (chunk.flags & 0x02) != 0;
    data.isUnordered = (chunk.flags & 0x04) != 0;
    data.tsn = in.u32();
    data.stream = in.u16();
    data.isInterleaved = isInterleaved;
    if (isInterleaved) {
        in.skip(2); // reserved
        data.message = in.u32();
        const std::uint32_t fragment = in.u32(); // of the first one: payload protocol
        data.fragment = data.isFirst ? 0 : fragment;
    } else {
        in.skip(6); // stream sequence number, payload protocol
        data.fragment = data.tsn;
    }
    data.payload = in.rest();
    if (!in.ok() || data.payload.empty())
        return std::nullopt;
    return data;
}

}
