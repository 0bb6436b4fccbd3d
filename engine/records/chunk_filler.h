// How far the chunk is filled that a stream is filling, apart from the chunk: small enough that those of all streams
// stay in the cache, where the chunks' own headers would each be one more line and page from memory for every packet.
#pragma once

#include "shared/calls/media_chunk.h"

namespace callmon {

// Trivial, for a LazyArray: begin() first. One thread. bench: tracking_bench --payload
class ChunkFiller {
public:
    void begin() { m_bytes = m_packets = 0; }
    // False when it does not fit; see MediaChunk::append(), whose bytes these are. The same chunk each time.
    bool append(MediaChunk& chunk, const RecordedPacket& packet);
    void finish(MediaChunk& chunk, StreamKey stream) const; // writes the header: from here on the chunk stands alone

    std::uint32_t packets() const { return m_packets; }
    Timestamp firstArrival() const { return timestampFromNanoseconds(m_firstArrival); } // of a chunk with packets
    // Where in the chunk the next packet goes, to be asked for ahead.
    const std::byte* end(MediaChunk& chunk) const { return chunk.memory() + sizeof(ChunkHeader) + m_bytes; }

private:
    std::int64_t m_firstArrival;
    std::uint32_t m_bytes;
    std::uint32_t m_packets;
};
static_assert(std::is_trivial_v<ChunkFiller> && sizeof(ChunkFiller) == 16);

}
