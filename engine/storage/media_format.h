// DIR/media/NNNNNN.log: the raw RTP of all streams, in append-only segment files. A segment is a SegmentHeader, then
// chunks: ChunkHeader, then the bytes of a MediaChunk. Each chunk names the place of the one before it of the same
// stream, and the day database the place of the last: a call is read without scanning. All little-endian.
#pragma once

#include "shared/calls/media_chunk.h"

#include <array>
#include <compare>
#include <filesystem>
#include <vector>

namespace callmon {

struct MediaLocation { // of a chunk's header
    std::uint32_t segment = 0; // from 1; 0: nowhere
    std::uint32_t offset = 0; // bytes
    explicit operator bool() const { return segment != 0; }
    auto operator<=>(const MediaLocation&) const = default;
};

struct SegmentHeader {
    static constexpr std::array<char, 8> expectedMagic { 'C', 'M', 'M', 'E', 'D', 'I', 'A', '\n' };
    static constexpr std::uint32_t currentVersion = 1;
    std::array<char, 8> magic = expectedMagic;
    std::uint32_t version = currentVersion;
    std::uint32_t headerSize = 64;
    std::array<std::byte, 48> reserved {};
};
static_assert(sizeof(SegmentHeader) == 64);

struct ChunkHeader {
    static constexpr std::uint32_t expectedMagic = 0x4b4e4843; // "CHNK"
    static constexpr std::uint16_t currentVersion = 1;
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
    std::array<std::byte, 16> reserved {};
};
static_assert(sizeof(ChunkHeader) == 64 && std::is_trivially_copyable_v<ChunkHeader>);

std::uint32_t crcOf(ChunkHeader header, Bytes bytes);
std::filesystem::path mediaSegmentPath(const std::filesystem::path& directory, std::uint32_t segment);

// Whole at this place? Fills header and bytes. `file` is a segment's descriptor.
bool readChunk(int file, std::uint32_t offset, ChunkHeader& header, std::vector<std::byte>& bytes);
// The header alone, its crc unchecked: for walking back.
bool readChunkHeader(int file, std::uint32_t offset, ChunkHeader& header);

}
