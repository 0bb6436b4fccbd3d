// Files of the recording log that were written with zeros before anything was recorded: NNNNNN.spare beside its
// segments. A
// segment that begins in one costs the disk half of what new space does (tests/bench/media_log_bench), and above all
// its writes are asynchronous: into space that no write has reached before, the kernel makes them one after the other
// in threads of its own, which starve beside threads that poll (tests/bench/full_load_bench: 0.03 GB/s of 0.5).
#pragma once

#include "engine/storage/media_log_writer.h"
#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace callmon {

std::vector<std::filesystem::path> spareSegmentsIn(const std::filesystem::path& mediaFolder); // in order of their names

struct PreparedMedia {
    std::uint64_t filesWritten = 0;
    std::uint64_t bytesWritten = 0;
    std::uint64_t filesBefore = 0; // segments and whole spare files that were there
    bool stopped = false; // by `progress`
};
// Writes what a recording log of `mostBytes` lacks. The directory is made when it is missing and must be nobody's: an
// engine that runs there is an error. A file that was begun when the process died is written anew. `progress` is told
// the bytes that are done and to do, several times a second; false stops.
Result<PreparedMedia> prepareMedia(const std::filesystem::path& directory, std::uint64_t mostBytes,
    const std::function<bool(std::uint64_t done, std::uint64_t all)>& progress,
    std::uint64_t segmentSize = MediaLogWriter::defaultSegmentSize,
    const std::optional<std::vector<std::filesystem::path>>& mediaFolders = std::nullopt); // chooseMediaFolders()

}
