// One writer per data directory: DIR/engine.lock, held by flock(2), so that a killed process holds nothing.
#pragma once

#include "shared/base/file_handle.h"
#include "shared/base/result.h"

#include <filesystem>
#include <string>

namespace callmon {

class DirectoryLock {
public:
    // Waits a little for another process that only recovers the directory; fails with the holder's process id else.
    static Result<DirectoryLock> take(const std::filesystem::path& directory);
    // Another process holds it now.
    static bool isHeld(const std::filesystem::path& directory);

private:
    FileHandle m_file;
};

}
