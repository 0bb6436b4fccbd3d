#include "engine/storage/storage_error.h"

#include <cerrno>
#include <cstring>

namespace callmon {

const char* adviceFor(int systemCode)
{
    switch (systemCode) {
    case ENOSPC:
    case EDQUOT:
        return TR("Engine", "; free some space there, or keep fewer days");
    case EACCES:
    case EPERM:
        return TR("Engine", "; give this user the right to it, or choose another data directory");
    case ENOENT:
    case ENOTDIR:
        return TR("Engine", "; is the path right?");
    case EROFS:
        return TR("Engine", "; choose a data directory on a file system that can be written");
    case EFBIG:
        return TR("Engine", "; raise the file size limit of this process (ulimit -f)");
    case EIO:
        return TR("Engine", "; look at the disk's health (dmesg)");
    default:
        return "";
    }
}

Error systemError(std::string_view what, const std::filesystem::path& path)
{
    const int code = errno;
    return { sentence(TR("Engine", "%1 %2: %3%4"), markedText(what), path.string(), std::strerror(code),
        markedText(adviceFor(code))) };
}

}
