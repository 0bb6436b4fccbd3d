#include "engine/storage/media_format.h"

#include "engine/storage/crc32c.h"
#include "engine/storage/segment_files.h"

#include <cstring>
#include <unistd.h>

namespace callmon {

namespace {

constexpr std::size_t largestChunkOfVersion1 = 16 * 1024;

bool isPlausible(const ChunkHeader& header, MediaLocation at)
{
    if (header.magic != ChunkHeader::expectedMagic || header.headerSize != sizeof header)
        return false;
    if (header.version == 1)
        return header.bytes <= largestChunkOfVersion1;
    return header.version == ChunkHeader::currentVersion && header.bytes <= MediaChunk::capacity && header.here == at;
}

}

std::uint32_t crcOf(ChunkHeader header, Bytes bytes)
{
    header.crc = 0;
    return crc32c(bytes, crc32c(std::as_bytes(std::span(&header, 1))));
}

std::filesystem::path mediaSegmentPath(const std::filesystem::path& directory, std::uint32_t segment)
{
    return segmentPath(directory / "media", segment);
}

std::optional<SegmentHeader> readSegmentHeader(int file)
{
    SegmentHeader header;
    if (::pread(file, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)
        || header.magic != SegmentHeader::expectedMagic || header.version != SegmentHeader::currentVersion
        || header.headerSize != SegmentHeader().headerSize)
        return std::nullopt;
    return header;
}

ChunkState readChunk(int file, MediaLocation at, StoredChunk& chunk)
{
    // In one read, whatever its length: what it reads too much costs less than asking twice.
    std::array<std::byte, sizeof(ChunkHeader) + largestChunkOfVersion1> block;
    std::size_t have = 0;
    while (have < block.size()) {
        const ssize_t got =
            ::pread(file, block.data() + have, block.size() - have, static_cast<off_t>(at.offset + have));
        if (got <= 0)
            break;
        have += static_cast<std::size_t>(got);
        if (have >= sizeof chunk.header)
            std::memcpy(&chunk.header, block.data(), sizeof chunk.header);
        if (have >= sizeof chunk.header + chunk.header.bytes)
            break;
    }
    if (have < sizeof chunk.header || !isPlausible(chunk.header, at) || have < sizeof chunk.header + chunk.header.bytes)
        return ChunkState::Missing;
    const Bytes bytes = Bytes(block).subspan(sizeof chunk.header, chunk.header.bytes);
    chunk.bytes.assign(bytes.begin(), bytes.end());
    return crcOf(chunk.header, bytes) == chunk.header.crc ? ChunkState::Whole : ChunkState::Damaged;
}

}
