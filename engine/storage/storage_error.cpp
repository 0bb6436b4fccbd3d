#include "engine/storage/storage_error.h"

#include <cerrno>
#include <cstring>

namespace callmon {

Error systemError(std::string_view what, const std::filesystem::path& path)
{
    const int code = errno;
    std::string text = std::string(what) + ' ' + path.string() + ": " + std::strerror(code);
    switch (code) {
    case ENOSPC:
    case EDQUOT:
        text += "; free some space there, or keep fewer days";
        break;
    case EACCES:
    case EPERM:
        text += "; give this user the right to it, or choose another data directory";
        break;
    case ENOENT:
    case ENOTDIR:
        text += "; is the path right?";
        break;
    case EROFS:
        text += "; choose a data directory on a file system that can be written";
        break;
    case EFBIG:
        text += "; raise the file size limit of this process (ulimit -f)";
        break;
    default:
        break;
    }
    return { text };
}

}
