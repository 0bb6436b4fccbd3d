// DIR/media/NNNNNN.log, or in several folders (media_folders.h): the raw RTP of all streams, in append-only segment
// files. Version 2, all little-endian:
//
//   0            SegmentHeader, zeros up to 4 KiB
//   n * 512      chunks: ChunkHeader, packed packets (shared/calls/media_chunk.h), zeros up to the next disk block
//
// Each chunk names the place of the one before it of the same stream and of one further back (chain_end.h; zeros in
// what older engines wrote), and the day database the place of the last: a call is read without scanning. Between
// chunks there may be zeros (writes end on 4 KiB) and, after a kill, blocks that never arrived: several writes are on
// their way at once. A place is named only when its write and all before it are complete. The end of a segment that is
// being written is zeros too: its space is taken from the file system in advance. Where media may take so much space
// only, the oldest segment's file becomes the newest segment, under its number: what lies between and behind the chunks
// is then what it held before, and no chunk of that says that it is here. Version 1 had the header's 64 bytes only,
// chunks without gaps, and packets as MediaReader reads them.
#pragma once

#include "shared/calls/media_chunk.h"

#include <filesystem>
#include <vector>

namespace callmon {

struct SegmentHeader {
    static constexpr std::array<char, 8> expectedMagic { 'C', 'M', 'M', 'E', 'D', 'I', 'A', '\n' };
    static constexpr std::uint32_t currentVersion = 2;
    std::array<char, 8> magic = expectedMagic;
    std::uint32_t version = currentVersion;
    std::uint32_t headerSize = 4096; // 64 in version 1
    std::int64_t tookOverAt = 0; // ns since 1970, by the packets that came then
    std::uint32_t tookOver = 0; // the segment whose file this was; 0: none, it was new
    std::array<std::byte, 36> reserved {};
};
static_assert(sizeof(SegmentHeader) == 64);

// Of a file that is a segment of this version.
std::optional<SegmentHeader> readSegmentHeader(int file);

constexpr std::size_t mediaBlockSize = 512; // a chunk begins on a multiple of it
constexpr std::size_t mediaWriteAlignment = 4096; // a write does: file systems copy what is not a block of theirs

std::uint32_t crcOf(ChunkHeader header, Bytes bytes);
std::filesystem::path mediaSegmentPath(const std::filesystem::path& directory, std::uint32_t segment);

struct StoredChunk {
    ChunkHeader header;
    std::vector<std::byte> bytes;
};
enum class ChunkState {
    Missing,
    Damaged, // a header that makes sense, and a checksum that does not fit
    Whole,
};
// What lies at this place; `file` is a segment's descriptor.
ChunkState readChunk(int file, MediaLocation at, StoredChunk& chunk);

}
