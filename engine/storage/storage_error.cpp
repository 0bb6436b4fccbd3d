#include "engine/storage/storage_error.h"

#include <cerrno>
#include <cstring>

namespace callmon {

const char* adviceFor(int systemCode)
{
    switch (systemCode) {
    case ENOSPC:
    case EDQUOT:
        return "; free some space there, or keep fewer days";
    case EACCES:
    case EPERM:
        return "; give this user the right to it, or choose another data directory";
    case ENOENT:
    case ENOTDIR:
        return "; is the path right?";
    case EROFS:
        return "; choose a data directory on a file system that can be written";
    case EFBIG:
        return "; raise the file size limit of this process (ulimit -f)";
    case EIO:
        return "; look at the disk's health (dmesg)";
    default:
        return "";
    }
}

Error systemError(std::string_view what, const std::filesystem::path& path)
{
    const int code = errno;
    return { std::string(what) + ' ' + path.string() + ": " + std::strerror(code) + adviceFor(code) };
}

}
