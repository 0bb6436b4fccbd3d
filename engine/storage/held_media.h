// DIR/held/CALL_KEY.media: what was copied of the media of a call under legal hold while the call was on, so that the
// segments it lay in can go before the call is over. Version 1, little-endian: HeldMediaHeader, then chunks as they lay
// in the log (ChunkHeader with the place there, packed packets), one after the other, of each stream in their order. A
// kill may leave a torn one at the end. It goes when the whole call is copied (held_call.h).
#pragma once

#include "engine/storage/media_format.h"
#include "shared/base/file_handle.h"
#include "shared/base/result.h"

#include <filesystem>
#include <map>
#include <vector>

namespace callmon {

struct HeldMediaHeader {
    static constexpr std::array<char, 8> expectedMagic { 'C', 'M', 'H', 'E', 'L', 'D', 'M', '\n' };
    static constexpr std::uint32_t currentVersion = 1;
    std::array<char, 8> magic = expectedMagic;
    std::uint32_t version = currentVersion;
    std::uint32_t headerSize = 64;
    std::array<std::byte, 48> reserved {};
};
static_assert(sizeof(HeldMediaHeader) == 64);

class HeldMedia {
public:
    struct Place {
        std::uint32_t stream = 0;
        MediaLocation at; // in the log
        MediaLocation previous; // of its stream, likewise
        std::int64_t firstArrival = 0;
        std::uint64_t offset = 0; // in this file
        std::uint32_t bytes = 0; // behind the header
    };
    // Empty where nothing was copied.
    HeldMedia() = default;
    HeldMedia(const std::filesystem::path& directory, CallKey call);

    std::vector<Place> placesOf(std::uint32_t stream, MediaLocation after) const; // up to the last whole one
    ChunkState read(const Place& place, StoredChunk& chunk) const;

private:
    friend class HeldMediaWriter;
    void find(CallKey call);

    FileHandle m_file;
    std::vector<Place> m_places;
    std::uint64_t m_end = 0; // of the chunks
};

class HeldMediaWriter { // one thread at a time
public:
    // Goes on behind the last whole chunk that is there.
    static Result<HeldMediaWriter> open(const std::filesystem::path& directory, CallKey call);
    MediaLocation lastOf(std::uint32_t stream) const; // nowhere: none of it is there
    Result<void> add(const StoredChunk& chunk);
    Result<void> sync(); // what was added is on the disk itself

private:
    std::filesystem::path m_path;
    FileHandle m_file;
    std::uint64_t m_end = 0;
    std::map<std::uint32_t, MediaLocation> m_last;
};

}
