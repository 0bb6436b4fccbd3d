#include "shared/export/whole_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <unistd.h>

namespace callmon {

namespace {

// In what is said of it: nobody has heard of the file that it was meanwhile.
void renameIn(Sentence& said, const std::string& from, const std::string& to)
{
    if (const auto at = said.words.find(from); at != std::string::npos)
        said.words.replace(at, from.size(), to);
    for (Sentence& part : said.parts)
        renameIn(part, from, to);
}

namespace fs = std::filesystem;

Error cannotWrite(const std::string& path, int code)
{
    const char* const advice = code == ENOENT || code == ENOTDIR ? TR("Engine", "; is there such a folder?")
        : code == EISDIR                                         ? TR("Engine", "; name a file in it")
        : code == ENOSPC || code == EDQUOT ? TR("Engine", "; free some space there, or choose another place")
                                           : TR("Engine", "; choose another place");
    return { sentence(TR("Engine", "cannot write %1: %2%3"), path, std::strerror(code), markedText(advice)) };
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
    std::string temporary;
    int file = -1;
    do { // mkostemp() gives 0600, and what the umask is no thread can ask without changing it for all
        temporary = target.string() + '.' + std::to_string(std::random_device()());
        file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (file < 0 && errno == EEXIST);
    if (file < 0)
        return cannotWrite(path, errno);
    ::close(file);
    auto written = write(temporary);
    if (written && ::rename(temporary.c_str(), target.c_str()) != 0)
        written = cannotWrite(path, errno);
    if (written)
        return {};
    ::unlink(temporary.c_str());
    Sentence told = written.error().sentence;
    renameIn(told, temporary, path);
    return Error { told };
}

fs::path scratchFolderFor(const std::string& path)
{
    std::error_code ignored;
    if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))
        return fs::temp_directory_path(ignored);
    const fs::path folder = fs::path(path).parent_path();
    return folder.empty() ? "." : folder;
}

}
