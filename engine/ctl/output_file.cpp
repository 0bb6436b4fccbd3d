#include "engine/ctl/output_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace callmon {

namespace {

namespace fs = std::filesystem;

Error cannotWrite(const std::string& path, int code)
{
    std::string text = "cannot write " + path + ": " + std::strerror(code);
    if (code == ENOENT || code == ENOTDIR)
        text += "; is there such a folder?";
    else if (code == EISDIR)
        text += "; name a file in it";
    else if (code == ENOSPC || code == EDQUOT)
        text += "; free some space there, or choose another place";
    else
        text += "; choose another place";
    return { text };
}

}

Result<void> writeWhole(const std::string& path, const std::function<Result<void>(const std::string&)>& write)
{
    std::error_code failed;
    const fs::file_status there = fs::status(path, failed);
    if (fs::is_directory(there))
        return cannotWrite(path, EISDIR);
    if (fs::exists(there) && !fs::is_regular_file(there))
        return write(path);
    if (fs::exists(there) && ::access(path.c_str(), W_OK) != 0) // a rename would not ask
        return cannotWrite(path, errno);

    const fs::path target = fs::exists(there) ? fs::canonical(path, failed) : fs::path(path); // behind a symbolic link
    std::string temporary = target.string() + ".XXXXXX";
    const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (file < 0)
        return cannotWrite(path, errno);
    const mode_t mask = ::umask(0); // as any new file has it; mkostemp() gives 0600
    ::umask(mask);
    ::fchmod(file, 0666 & ~mask);
    ::close(file);
    auto written = write(temporary);
    if (written && ::rename(temporary.c_str(), target.c_str()) != 0)
        written = cannotWrite(path, errno);
    if (written)
        return {};
    ::unlink(temporary.c_str());
    std::string told = written.error().what;
    if (const auto at = told.find(temporary); at != std::string::npos)
        told.replace(at, temporary.size(), path);
    return Error { told };
}

}
