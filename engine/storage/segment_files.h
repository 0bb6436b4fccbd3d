// What the logs of a data directory have in common: numbered segment files, NNNNNN.log, in a folder of their own.
#pragma once

#include "shared/base/file_handle.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

namespace callmon {

std::filesystem::path segmentPath(const std::filesystem::path& folder, std::uint32_t segment);
std::vector<std::uint32_t> segmentsIn(const std::filesystem::path& folder); // in ascending order
std::uint32_t lastSegment(const std::filesystem::path& folder); // highest number; 0: none

// The segments that a reader has open: the newest of those it asked for.
class OpenSegments {
public:
    // `advice`: POSIX_FADV_..., how they are read.
    OpenSegments(std::filesystem::path folder, int advice)
        : m_folder(std::move(folder))
        , m_advice(advice)
    {
    }

    int fileOf(std::uint32_t segment); // -1 when it is not there

private:
    static constexpr std::size_t mostOpen = 16;
    std::filesystem::path m_folder;
    int m_advice;
    std::map<std::uint32_t, FileHandle> m_files;
};

}
