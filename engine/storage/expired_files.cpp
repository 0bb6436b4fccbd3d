// RecordKeeper: files that have expired are deleted, or filled with zeros for the recording log to begin segments in.
#include "engine/storage/media_files.h"
#include "engine/storage/media_format.h"
#include "engine/storage/record_keeper_parts.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace callmon {

namespace {

constexpr std::size_t zerosAtOnce = 4u << 20;
constexpr std::chrono::seconds clearingPatience { 60 }; // this thread is the last that the disk serves
constexpr std::size_t mostFilesToClear = 4; // more than that wait: the rest is deleted, for zeros come too slowly

constexpr std::chrono::minutes triedAgainAfter { 10 };

std::vector<std::filesystem::path> expiredFilesIn(
    const std::filesystem::path& folder, const std::set<std::filesystem::path>& but)
{
    std::vector<std::filesystem::path> files;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.path().extension() == ".expired" && !but.contains(entry.path()))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

}

// A file that a new segment may begin in is filled with zeros first, some at a time; any other is deleted. One that
// cannot be (its file system was mounted anew, read-only, after an error) holds up nothing else.
bool RecordKeeper::clearOneExpiredFile()
{
    const Nanoseconds steady = m_options.clocks.steady();
    if (!m_undeletable.empty() && steady - m_undeletableSince >= triedAgainAfter)
        m_undeletable.clear();
    if (m_undeletable.empty())
        m_undeletableSince = steady;
    if (!m_clearing) {
        const auto days = expiredFilesIn(m_directory, m_undeletable);
        if (!days.empty()) {
            if (::unlink(days.front().c_str()) == 0)
                return true;
            cannotDelete(days.front(), systemError(TR("Engine", "cannot delete"), days.front()));
        }
        const auto folders = m_upkeep.mediaFolders();
        return std::ranges::any_of(folders, [this](const auto& folder) { return beginClearing(folder); });
    }
    const auto clearing = m_clearing;
    const auto written = m_files.ask<bool>(
        clearing->path.parent_path(), [clearing] { return clearing->writeSome(); }, clearingPatience);
    if (!written) { // it is begun anew when its disk answers
        m_clearing.reset();
        return false;
    }
    if (*written && clearing->done < clearing->size)
        return true;
    m_clearing.reset();
    if (!*written)
        fail({ "cannot write " + clearing->path.string() });
    if (!*written || !m_upkeep.wantsSpareMedia(clearing->path.parent_path()) || !m_upkeep.addSpareMedia(clearing->path))
        (void)askFor<bool>(clearing->path.parent_path(), [clearing] { return ::unlink(clearing->path.c_str()) == 0; });
    return true;
}

void RecordKeeper::cannotDelete(const std::filesystem::path& file, const Error& error)
{
    m_undeletable.insert(file);
    fail(error);
}

// One file of that folder. False: there is none, or it could not be deleted.
bool RecordKeeper::beginClearing(const std::filesystem::path& folder)
{
    struct Found {
        std::filesystem::path path;
        std::shared_ptr<Clearing> file; // to be cleared
        std::optional<Error> error; // else it was to be deleted, and this came of it
    };
    const auto found = askFor<std::optional<Found>>(
        folder, [folder, asSpare = m_upkeep.wantsSpareMedia(folder), but = m_undeletable]() -> std::optional<Found> {
            const auto waiting = expiredFilesIn(folder, but);
            if (waiting.empty())
                return std::nullopt;
            auto next = std::make_shared<Clearing>();
            next->path = waiting.front();
            bool direct = false;
            if (waiting.size() <= mostFilesToClear && asSpare)
                next->file = FileHandle(openMediaFile(next->path, O_RDWR, direct));
            if (!next->file) {
                const bool gone = ::unlink(next->path.c_str()) == 0;
                return Found { waiting.front(), nullptr,
                    gone ? std::nullopt : std::optional(systemError(TR("Engine", "cannot delete"), next->path)) };
            }
            next->size = sizeOf(next->path);
            next->zeros.reset(std::aligned_alloc(mediaWriteAlignment, zerosAtOnce));
            std::fill_n(static_cast<std::byte*>(next->zeros.get()), zerosAtOnce, std::byte {});
            return Found { waiting.front(), std::move(next), {} };
        });
    if (!found || !*found)
        return false;
    if ((*found)->error)
        cannotDelete((*found)->path, *(*found)->error);
    m_clearing = (*found)->file;
    return !(*found)->error;
}

// False: it cannot be written.
bool RecordKeeper::Clearing::writeSome()
{
    const std::uint64_t rest = size - done;
    const std::uint64_t some = std::min<std::uint64_t>(
        zerosAtOnce, (rest + mediaWriteAlignment - 1) / mediaWriteAlignment * mediaWriteAlignment);
    if (rest > 0 && ::pwrite(file.get(), zeros.get(), some, static_cast<off_t>(done)) != static_cast<ssize_t>(some))
        return false;
    done += some;
    if (done >= size)
        ::fdatasync(file.get());
    return true;
}

}
