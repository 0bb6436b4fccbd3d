#include "engine/storage/kept_times.h"

#include "engine/storage/storage_error.h"
#include "shared/base/file_handle.h"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <utility>

namespace callmon {

void KeptTimes::keep(const std::filesystem::path& file)
{
    if (m_times.contains(file))
        return;
    using Time = std::optional<timespec>;
    const auto time = m_files->ask<Time>(file.parent_path(), [file] {
        struct stat status { };
        return ::stat(file.c_str(), &status) == 0 ? Time(status.st_mtim) : std::nullopt;
    });
    if (time && *time)
        m_times.emplace(file, **time);
}

std::map<std::filesystem::path, Error> KeptTimes::toDisk()
{
    std::map<std::filesystem::path, Error> failed;
    for (const auto& kept : std::exchange(m_times, {})) {
        const auto folder = kept.first.parent_path();
        const auto written = m_files->ask<Result<void>>(
            folder, [kept] { return toDisk(kept.first, kept.second); }, m_patience);
        if (!written)
            failed.emplace(kept.first, Error { silenceOf(folder) });
        else if (!*written)
            failed.emplace(kept.first, written->error());
    }
    return failed;
}

Result<void> KeptTimes::toDisk(const std::filesystem::path& path, timespec time)
{
    const FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!file && errno == ENOENT)
        return {}; // it expired meanwhile
    const timespec times[] { { 0, UTIME_OMIT }, time };
    if (!file || ::fdatasync(file.get()) != 0 || ::futimens(file.get(), times) != 0)
        return systemError(TR("Engine", "cannot write"), path);
    return {};
}

}
