#include "engine/storage/segment_files.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>

namespace callmon {

std::filesystem::path segmentPath(const std::filesystem::path& folder, std::uint32_t segment)
{
    char name[32];
    std::snprintf(name, sizeof name, "%06u.log", segment);
    return folder / name;
}

std::uint32_t segmentNumber(const std::filesystem::path& path)
{
    const std::string stem = path.stem().string();
    const bool digits = stem.size() >= 6 && stem.size() <= 9
        && std::all_of(stem.begin(), stem.end(), [](char c) { return c >= '0' && c <= '9'; });
    return path.extension() == ".log" && digits ? static_cast<std::uint32_t>(std::stoul(stem)) : 0;
}

std::vector<std::uint32_t> segmentsIn(const std::filesystem::path& folder)
{
    std::vector<std::uint32_t> numbers;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (const std::uint32_t number = segmentNumber(entry.path()); number != 0)
            numbers.push_back(number);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

std::uint32_t lastSegment(const std::filesystem::path& folder)
{
    const auto numbers = segmentsIn(folder);
    return numbers.empty() ? 0 : numbers.back();
}

FileHandle OpenSegments::opened(std::uint32_t segment) const
{
    FileHandle file;
    for (auto folder = m_folders.begin(); folder != m_folders.end() && !file; ++folder)
        file = FileHandle(::open(segmentPath(*folder, segment).c_str(), O_RDONLY | O_CLOEXEC));
    return file;
}

int OpenSegments::fileOf(std::uint32_t segment)
{
    if (const auto found = m_files.find(segment); found != m_files.end()) {
        struct stat status { };
        if (::fstat(found->second.get(), &status) == 0 && status.st_nlink > 0)
            return found->second.get();
        m_files.erase(found); // deleted since
    }
    if (m_files.size() >= mostOpen)
        m_files.erase(m_files.begin()); // the oldest segment
    FileHandle file = opened(segment);
    if (!file) {
        m_folders = m_askFolders();
        file = opened(segment);
    }
    if (!file)
        return -1;
    if (m_advice != POSIX_FADV_NORMAL)
        (void)::posix_fadvise(file.get(), 0, 0, m_advice);
    return m_files.emplace(segment, std::move(file)).first->second.get();
}

}
