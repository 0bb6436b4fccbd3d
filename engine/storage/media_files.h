// How the recording log's files are opened, and how much room they may take.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace callmon {

// A descriptor, or -1 with errno. `direct`: its writes pass by the page cache; some file systems have no such writes.
int openMediaFile(const std::filesystem::path& path, int flags, bool& direct);

struct MediaSpace { // of a file system, bytes
    std::uint64_t free = 0;
    std::uint64_t keptForRecords = 0; // of these: records are small and worth more
};
// Nothing, with errno, where the system does not tell.
std::optional<MediaSpace> mediaSpaceAt(const std::filesystem::path& path);

}
