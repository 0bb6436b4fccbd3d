// RTP as captured, on its way to the recording log and back: a second of one stream at most, in the block that goes to
// the disk as it lies here.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/calls/call_key.h"

#include <array>
#include <compare>
#include <optional>
#include <type_traits>
#include <vector>

namespace callmon {

struct RecordedPacket {
    Timestamp arrival;
    Nanoseconds uncertainty {}; // of the arrival time; kept to 4.29 s
    std::uint16_t wireSize = 0; // UDP payload as it was sent; more than datagram.size() when the capture cut it
    Bytes datagram; // the UDP payload from the RTP header on; a view into its chunk
};

struct MediaLocation { // of a chunk in the recording log (engine/storage/media_format.h)
    std::uint32_t segment = 0; // from 1; 0: nowhere
    std::uint32_t offset = 0; // bytes
    explicit operator bool() const { return segment != 0; }
    auto operator<=>(const MediaLocation&) const = default;
};

struct ChunkHeader { // on disk, little-endian
    static constexpr std::uint32_t expectedMagic = 0x4b4e4843; // "CHNK"
    static constexpr std::uint16_t currentVersion = 2;
    std::uint32_t magic = expectedMagic;
    std::uint16_t version = currentVersion;
    std::uint16_t headerSize = 64;
    std::uint32_t crc = 0; // CRC-32C of this header with crc = 0, then of the bytes
    std::uint32_t bytes = 0; // after the header
    std::int64_t callKey = 0;
    std::uint32_t streamIndex = 0;
    std::uint32_t packets = 0;
    std::int64_t firstArrival = 0; // ns since 1970
    MediaLocation previous; // of the same stream; segment 0 in its first chunk
    MediaLocation here; // version 2: a chunk found elsewhere is what a recycled file held before
    MediaLocation waypoint; // of the same stream, further back than `previous`; segment 0: none, or an older engine's
};
static_assert(sizeof(ChunkHeader) == 64 && std::is_trivially_copyable_v<ChunkHeader>);

// Its header, then packets one after the other (all little-endian):
//
//   u32 arrival, ns after the chunk's first | u16 size | u16 uncertainty | [u16 wire size] | bytes
//
// size: bit 15 says that the wire size follows, because the capture cut the packet; the rest counts the bytes kept.
// uncertainty: m * 2^e ns, e in the upper 5 bits, m in the lower 11; exact below 2,048 ns, else up to 0.1 % too large.
//
// 8 KiB hold 45 packets of G.711, nine tenths of a second. Half of it doubles the writes and chain links of a call,
// twice of it costs 104,000 open streams 1.7 GB for the same bytes on disk.
class alignas(4096) MediaChunk { // direct writes want whole disk blocks, 4 KiB at most
public:
    static constexpr std::size_t size = 8 * 1024;
    static constexpr std::size_t capacity = size - sizeof(ChunkHeader);
    static constexpr std::size_t packetHeaderSize = 8;

    void clear(StreamKey stream);
    // False when it does not fit: hand this chunk on and begin another. A datagram that fits no chunk is cut. An
    // empty chunk takes any.
    bool append(const RecordedPacket& packet);

    // What append() puts in front of a packet behind `bytes` bytes of others; nothing when it does not fit there.
    struct PackedHeader {
        std::array<std::byte, packetHeaderSize + sizeof(std::uint16_t)> bytes;
        std::size_t size = 0;
        std::size_t stored = 0; // of the datagram
    };
    static std::optional<PackedHeader> packHeader(
        const RecordedPacket& packet, std::int64_t firstArrival, std::size_t bytes);

    StreamKey stream() const { return { { m_header.callKey }, m_header.streamIndex }; }
    std::uint32_t packets() const { return m_header.packets; }
    void setStream(StreamKey stream) // known only after its first packets
    {
        m_header.callKey = stream.call.value;
        m_header.streamIndex = stream.index;
    }
    Timestamp firstArrival() const { return timestampFromNanoseconds(m_header.firstArrival); }
    Bytes bytes() const { return Bytes(m_bytes.data(), m_header.bytes); } // packets as above

    ChunkHeader& header() { return m_header; } // the log's: crc and places
    std::byte* memory() { return reinterpret_cast<std::byte*>(this); } // the header, then the packets
    // What goes to the disk: header and packets, with zeros up to a multiple of `blockSize`.
    Bytes block(std::size_t blockSize);

private:
    ChunkHeader m_header;
    std::array<std::byte, capacity> m_bytes;
};
static_assert(std::is_trivially_copyable_v<MediaChunk> && sizeof(MediaChunk) == MediaChunk::size);

// The packets of a chunk in the form of MediaReader, appended to `recorded`. False when they are not whole: those in
// front of the damage are given.
bool unpackPackets(Bytes packed, Timestamp firstArrival, std::vector<std::byte>& recorded);
inline void unpackPackets(const MediaChunk& chunk, std::vector<std::byte>& recorded)
{
    unpackPackets(chunk.bytes(), chunk.firstArrival(), recorded);
}

// Reads recorded packets, of one chunk or of several in a row; stops at the first thing that is not whole. Each: i64
// arrival ns | u32 uncertainty ns | u16 wire size | u16 stored size | bytes, little-endian. These bytes cross the
// remote interface, and lie in segments of version 1.
class MediaReader {
public:
    static constexpr std::size_t packetHeaderSize = 16;

    explicit MediaReader(Bytes bytes)
        : m_rest(bytes)
    {
    }
    std::optional<RecordedPacket> next();
    bool damaged() const { return m_damaged; } // stopped before the end

private:
    Bytes m_rest;
    bool m_damaged = false;
};

}
