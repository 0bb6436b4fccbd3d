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

std::optional<Timestamp> lastWrite(const std::filesystem::path& file)
{
    struct stat status { };
    if (::stat(file.c_str(), &status) != 0)
        return std::nullopt;
    return timestampFromNanoseconds(status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec);
}

std::shared_ptr<OpenSegments::Opened> OpenSegments::opened(std::uint32_t segment)
{
    for (const auto& folder : m_folders) {
        const auto file = m_answers->ask<std::shared_ptr<Opened>>(folder, [folder, segment, advice = m_advice] {
            const auto found = std::make_shared<Opened>(
                Opened { folder, FileHandle(::open(segmentPath(folder, segment).c_str(), O_RDONLY | O_CLOEXEC)) });
            if (found->file && advice != POSIX_FADV_NORMAL)
                (void)::posix_fadvise(found->file.get(), 0, 0, advice);
            return found;
        });
        if (!file)
            m_silent = folder;
        else if ((*file)->file)
            return *file;
    }
    return nullptr;
}

bool OpenSegments::isThere(int file)
{
    struct stat status { };
    return ::fstat(file, &status) == 0 && status.st_nlink > 0;
}

std::shared_ptr<OpenSegments::Opened> OpenSegments::fileOf(std::uint32_t segment)
{
    m_silent.clear();
    if (const auto found = m_files.find(segment); found != m_files.end())
        return found->second;
    if (m_files.size() >= mostOpen)
        m_files.erase(m_files.begin()); // the oldest segment
    auto file = opened(segment);
    if (!file) {
        m_folders = m_askFolders();
        file = opened(segment);
    }
    if (!file)
        return nullptr;
    m_silent.clear();
    m_files.emplace(segment, file);
    return file;
}

std::filesystem::path OpenSegments::folderOf(std::uint32_t segment)
{
    const auto file = fileOf(segment);
    return file ? file->folder : std::filesystem::path();
}

}
