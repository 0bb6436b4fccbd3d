// A directory of a fuzz target's own for files as anybody may have left them, and the checksums in these put right, so
// that what is behind them is reached.
#pragma once

#include "engine/storage/media_format.h"

#include <cstdlib>
#include <cstring>
#include <fstream>

namespace callmon {

struct FuzzDirectory {
    std::filesystem::path path;
    FuzzDirectory()
    {
        std::error_code ignored;
        std::string name = std::filesystem::is_directory("/dev/shm", ignored) ? "/dev/shm" : "/tmp"; // much is synced
        name += "/callmon_fuzz_XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            std::abort();
        path = name;
    }
    ~FuzzDirectory() { std::filesystem::remove_all(path); }
    void write(const std::filesystem::path& name, Bytes bytes) const
    {
        std::filesystem::create_directories((path / name).parent_path());
        std::ofstream(path / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
};

// Of whatever looks like a chunk at a multiple of `step`. One byte of the header says to leave it wrong.
inline void setChunkChecksums(std::vector<std::byte>& bytes, std::size_t step)
{
    ChunkHeader header;
    for (std::size_t at = 0; at + sizeof header <= bytes.size(); at += step) {
        std::memcpy(&header, bytes.data() + at, sizeof header);
        const Bytes behind = Bytes(bytes).subspan(at + sizeof header);
        if (header.magic != ChunkHeader::expectedMagic || header.bytes > behind.size() || header.crc == 0xff)
            continue;
        header.crc = crcOf(header, behind.first(header.bytes));
        std::memcpy(bytes.data() + at, &header, sizeof header);
    }
}

}
