#include "engine/records/chunk_filler.h"

#include <algorithm>

namespace callmon {

bool ChunkFiller::append(MediaChunk& chunk, const RecordedPacket& packet)
{
    if (m_packets == 0)
        m_firstArrival = nanosecondsSinceEpoch(packet.arrival);
    const auto header = MediaChunk::packHeader(packet, m_firstArrival, m_bytes);
    if (!header)
        return false;
    std::byte* at = chunk.memory() + sizeof(ChunkHeader) + m_bytes;
    std::copy_n(header->bytes.begin(), header->size, at);
    std::copy_n(packet.datagram.begin(), header->stored, at + header->size);
    m_bytes += static_cast<std::uint32_t>(header->size + header->stored);
    ++m_packets;
    return true;
}

void ChunkFiller::finish(MediaChunk& chunk, StreamKey stream) const
{
    ChunkHeader& header = chunk.header();
    header = {};
    header.bytes = m_bytes;
    header.callKey = stream.call.value;
    header.streamIndex = stream.index;
    header.packets = m_packets;
    header.firstArrival = m_firstArrival;
}

}
