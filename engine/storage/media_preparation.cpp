#include "engine/storage/media_preparation.h"

#include "engine/storage/directory_lock.h"
#include "engine/storage/media_files.h"
#include "engine/storage/segment_files.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <memory>

namespace callmon {

namespace {

constexpr std::size_t writtenAtOnce = 4u << 20;

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};
using Zeros = std::unique_ptr<void, Free>;

Zeros zeros()
{
    Zeros memory(std::aligned_alloc(mediaWriteAlignment, writtenAtOnce));
    std::fill_n(static_cast<std::byte*>(memory.get()), writtenAtOnce, std::byte {});
    return memory;
}

std::filesystem::path sparePath(const std::filesystem::path& folder, std::size_t number, const char* extension)
{
    char name[32];
    std::snprintf(name, sizeof name, "%06zu.%s", number, extension);
    return folder / name;
}

// False: it was stopped.
Result<bool> writeSpare(const std::filesystem::path& path, std::uint64_t size, const Zeros& zeros,
    const std::function<bool(std::uint64_t)>& progress)
{
    bool direct = false;
    const FileHandle file(openMediaFile(path, O_RDWR | O_CREAT | O_TRUNC, direct));
    if (!file)
        return systemError(TR("Engine", "cannot create"), path);
    (void)::posix_fallocate(file.get(), 0, static_cast<off_t>(size)); // in one piece, where that can be had
    for (std::uint64_t at = 0; at < size;) {
        const auto wrote = ::pwrite(
            file.get(), zeros.get(), std::min<std::uint64_t>(writtenAtOnce, size - at), static_cast<off_t>(at));
        if (wrote < 0 && errno != EINTR)
            return systemError(TR("Engine", "cannot write"), path);
        at += static_cast<std::uint64_t>(std::max<ssize_t>(wrote, 0));
        if (!progress(at))
            return false;
    }
    if (::fdatasync(file.get()) != 0)
        return systemError(TR("Engine", "cannot write"), path);
    return true;
}

Result<void> checkRoom(const std::filesystem::path& folder, std::uint64_t wanted)
{
    const auto space = mediaSpaceAt(folder);
    if (!space)
        return systemError(TR("Engine", "cannot ask for the free space of"), folder);
    if (space->free >= wanted + space->keptForRecords)
        return {};
    return Error { "there is no room for so much media: " + std::to_string(wanted >> 20) + " MiB are to be written and "
        + std::to_string(space->free >> 20) + " MiB are free in " + folder.string() + ", of which "
        + std::to_string(space->keptForRecords >> 20) + " MiB are for records; choose a smaller media-limit-gib" };
}

}

std::vector<std::filesystem::path> spareSegmentsIn(const std::filesystem::path& mediaFolder)
{
    std::vector<std::filesystem::path> spares;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(mediaFolder, ignored))
        if (entry.path().extension() == ".spare")
            spares.push_back(entry.path());
    std::sort(spares.begin(), spares.end());
    return spares;
}

Result<PreparedMedia> prepareMedia(const std::filesystem::path& directory, std::uint64_t mostBytes,
    const std::function<bool(std::uint64_t done, std::uint64_t all)>& progress, std::uint64_t segmentSize,
    const std::optional<std::vector<std::filesystem::path>>& mediaFolders)
{
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed)
        return Error { "cannot create " + directory.string() + ": " + failed.message() };
    const auto lock = DirectoryLock::take(directory);
    if (!lock)
        return lock.error();
    auto chosen = chooseMediaFolders(directory, mediaFolders);
    if (!chosen)
        return chosen.error();
    std::erase_if(chosen.value().folders, [](const MediaFolder& folder) { return !folder.inUse; });
    const auto& folders = chosen.value().folders;
    const std::uint64_t files = MediaSegmentRoll::mostKept(mostBytes, segmentSize, folders.size());
    const std::uint64_t size = segmentSize + MediaLogWriter::writeSize; // the last write may reach so far beyond
    PreparedMedia prepared;
    std::vector<std::uint64_t> missing; // by folder
    std::uint64_t allMissing = 0;
    for (const MediaFolder& folder : folders) {
        if (!folder.isThere)
            return Error { chosen.value().notes.front() };
        const std::uint64_t before = segmentsIn(folder.path).size() + spareSegmentsIn(folder.path).size();
        prepared.filesBefore += before;
        missing.push_back(files > before ? files - before : 0);
        allMissing += missing.back();
        if (auto room = checkRoom(folder.path, missing.back() * size); !room)
            return room.error();
    }
    const Zeros memory = zeros();
    for (std::size_t i = 0; i < folders.size(); ++i) {
        const auto& folder = folders[i].path;
        const auto spares = spareSegmentsIn(folder);
        std::size_t number = spares.empty() ? 1 : std::strtoul(spares.back().stem().c_str(), nullptr, 10) + 1;
        for (std::uint64_t file = 0; file < missing[i]; ++file, ++number) {
            const auto begun = sparePath(folder, number, "begun");
            const auto written = writeSpare(begun, size, memory,
                [&](std::uint64_t bytes) { return progress(prepared.bytesWritten + bytes, allMissing * size); });
            if (!written || !written.value()) {
                std::filesystem::remove(begun, failed);
                if (!written)
                    return written.error();
                prepared.stopped = true;
                return prepared;
            }
            std::filesystem::rename(begun, sparePath(folder, number, "spare"), failed);
            if (failed)
                return Error { "cannot rename " + begun.string() + ": " + failed.message() };
            ++prepared.filesWritten;
            prepared.bytesWritten += size;
        }
    }
    return prepared;
}

}
