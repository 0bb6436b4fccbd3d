#include "engine/storage/media_files.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/statvfs.h>

namespace callmon {

namespace {

// A minute of records at 442 calls a second, with all their points: time to notice.
constexpr std::uint64_t enoughForRecords = 256u << 20;

}

int openMediaFile(const std::filesystem::path& path, int flags, bool& direct)
{
    const int file = ::open(path.c_str(), flags | O_DIRECT | O_CLOEXEC, 0640);
    direct = file >= 0;
    return file >= 0 || errno != EINVAL ? file : ::open(path.c_str(), flags | O_CLOEXEC, 0640);
}

std::optional<MediaSpace> mediaSpaceAt(const std::filesystem::path& path)
{
    struct statvfs status { };
    if (::statvfs(path.c_str(), &status) != 0)
        return std::nullopt;
    return MediaSpace { status.f_bavail * status.f_frsize,
        std::min<std::uint64_t>(enoughForRecords, status.f_blocks * status.f_frsize / 2) };
}

}
