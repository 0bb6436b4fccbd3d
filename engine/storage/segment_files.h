// What the logs of a data directory have in common: numbered segment files, NNNNNN.log, in a folder of their own.
#pragma once

#include "shared/base/file_handle.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

namespace callmon {

std::filesystem::path segmentPath(const std::filesystem::path& folder, std::uint32_t segment);
std::uint32_t segmentNumber(const std::filesystem::path& path); // 0: it is none
std::vector<std::uint32_t> segmentsIn(const std::filesystem::path& folder); // in ascending order
std::uint32_t lastSegment(const std::filesystem::path& folder); // highest number; 0: none

// The segments that a reader has open: the newest of those it asked for.
class OpenSegments {
public:
    // `folders`: where they lie, asked for again when one is not found. `advice`: POSIX_FADV_..., how they are read.
    using Folders = std::function<std::vector<std::filesystem::path>()>;
    OpenSegments(Folders folders, int advice)
        : m_askFolders(std::move(folders))
        , m_advice(advice)
    {
    }
    OpenSegments(std::filesystem::path folder, int advice)
        : OpenSegments([folder = std::move(folder)] { return std::vector { folder }; }, advice)
    {
    }

    int fileOf(std::uint32_t segment); // -1 when it is not there

private:
    static constexpr std::size_t mostOpen = 16;
    FileHandle opened(std::uint32_t segment) const;
    Folders m_askFolders;
    std::vector<std::filesystem::path> m_folders;
    int m_advice;
    std::map<std::uint32_t, FileHandle> m_files;
};

}
