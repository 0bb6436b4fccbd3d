#include "engine/storage/media_format.h"

#include "engine/storage/crc32c.h"

#include <cstdio>
#include <unistd.h>

namespace callmon {

namespace {

bool readAll(int file, std::uint64_t offset, std::span<std::byte> into)
{
    while (!into.empty()) {
        const ssize_t got = ::pread(file, into.data(), into.size(), static_cast<off_t>(offset));
        if (got <= 0)
            return false;
        into = into.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
    return true;
}

}

std::uint32_t crcOf(ChunkHeader header, Bytes bytes)
{
    header.crc = 0;
    return crc32c(bytes, crc32c(std::as_bytes(std::span(&header, 1))));
}

std::filesystem::path mediaSegmentPath(const std::filesystem::path& directory, std::uint32_t segment)
{
    char name[32];
    std::snprintf(name, sizeof name, "%06u.log", segment);
    return directory / "media" / name;
}

bool readChunkHeader(int file, std::uint32_t offset, ChunkHeader& header)
{
    return readAll(file, offset, std::as_writable_bytes(std::span(&header, 1)))
        && header.magic == ChunkHeader::expectedMagic && header.version == ChunkHeader::currentVersion
        && header.headerSize == sizeof header && header.bytes <= MediaChunk::capacity;
}

bool readChunk(int file, std::uint32_t offset, ChunkHeader& header, std::vector<std::byte>& bytes)
{
    if (!readChunkHeader(file, offset, header))
        return false;
    bytes.resize(header.bytes);
    return readAll(file, std::uint64_t { offset } + sizeof header, bytes) && crcOf(header, bytes) == header.crc;
}

}
