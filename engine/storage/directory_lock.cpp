#include "engine/storage/directory_lock.h"

#include "engine/storage/storage_error.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>

namespace callmon {

namespace {

constexpr const char* lockName = "engine.lock";

std::string holderOf(int file)
{
    std::array<char, 32> text {};
    const ssize_t got = ::pread(file, text.data(), text.size() - 1, 0);
    std::string holder(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!holder.empty() && (holder.back() < '0' || holder.back() > '9'))
        holder.pop_back();
    return holder.empty() ? "another process" : "process " + holder;
}

}

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path& directory)
{
    const auto path = directory / lockName;
    DirectoryLock lock;
    lock.m_file = FileHandle(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (!lock.m_file)
        return systemError(TR("Engine", "cannot write in the data directory"), path);
    constexpr int attempts = 10;
    for (int attempt = 1; ::flock(lock.m_file.get(), LOCK_EX | LOCK_NB) != 0; ++attempt) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return systemError(TR("Engine", "cannot lock"), path);
        if (attempt == attempts)
            return Error { sentence(
                TR("Engine", "the data directory %1 is in use by %2; stop that engine or choose another directory"),
                directory.string(), holderOf(lock.m_file.get())) };
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    const std::string pid = std::to_string(::getpid()) + '\n';
    if (::ftruncate(lock.m_file.get(), 0) != 0
        || ::pwrite(lock.m_file.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
        return lock; // locked all the same: only a later error message is poorer
    return lock;
}

bool DirectoryLock::isHeld(const std::filesystem::path& directory)
{
    const FileHandle file(::open((directory / lockName).c_str(), O_RDONLY | O_CLOEXEC));
    return file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}
