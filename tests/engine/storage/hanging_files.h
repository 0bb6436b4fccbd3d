// Calls of the file system that hang below one folder, as those to a dead NFS server or a controller that resets do.
// To be included by one source file of a program: it takes the place of the C library's functions in all of it.
#pragma once

#include <QTest>
#include <atomic>
#include <condition_variable>
#include <cstdarg>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <thread>
#include <unistd.h>

namespace callmon::sample {

class HangingFiles {
public:
    static HangingFiles& ofThisProcess()
    {
        static HangingFiles all;
        return all;
    }
    void hang(std::string call, std::string below)
    {
        const std::lock_guard lock(m_mutex);
        m_call = std::move(call);
        m_below = std::move(below);
        m_hasHung = false;
    }
    void release() // returns when nobody hangs any more
    {
        std::unique_lock lock(m_mutex);
        m_call.clear();
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return m_hanging == 0; });
    }
    int hanging() const
    {
        const std::lock_guard lock(m_mutex);
        return m_hanging;
    }
    bool hasHung() const // since hang()
    {
        const std::lock_guard lock(m_mutex);
        return m_hasHung;
    }
    void enter(const char* call, std::string_view path)
    {
        std::unique_lock lock(m_mutex);
        if (m_call != call || !path.starts_with(m_below))
            return;
        ++m_hanging;
        m_hasHung = true;
        m_changed.wait(lock, [&] { return m_call != call; });
        --m_hanging;
        m_changed.notify_all();
    }
    void enter(const char* call, int file)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_call != call)
                return;
        }
        char path[4096] {};
        const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path);
        if (length > 0)
            enter(call, std::string_view(path, static_cast<std::size_t>(length)));
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::string m_call, m_below;
    int m_hanging = 0;
    bool m_hasHung = false;
};

constexpr int soon = 30'000; // ms; what waits for the file system waits for ever

// Until the end of the test at the latest: else it would hang, too.
struct Hang {
    Hang(const char* call, const std::filesystem::path& below) { files.hang(call, below.string() + "/"); }
    ~Hang() { files.release(); }
    HangingFiles& files = HangingFiles::ofThisProcess();
};

// Whether it comes to its end while files hang. If not they are let go, so that it does.
template <typename Work> bool ends(Hang& hang, Work&& work)
{
    std::atomic<bool> ended { false };
    std::thread thread([&] {
        work();
        ended = true;
    });
    const bool inTime = QTest::qWaitFor([&] { return ended.load(); }, soon);
    if (!inTime)
        hang.files.release();
    thread.join();
    return inTime;
}

}

extern "C" {

int open(const char* path, int flags, ...)
{
    callmon::sample::HangingFiles::ofThisProcess().enter("open", path);
    va_list more;
    va_start(more, flags);
    const int mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, int) : 0;
    va_end(more);
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int rename(const char* from, const char* to) noexcept
{
    callmon::sample::HangingFiles::ofThisProcess().enter("rename", from);
    return static_cast<int>(::syscall(SYS_rename, from, to));
}

int stat(const char* path, struct stat* status) noexcept
{
    callmon::sample::HangingFiles::ofThisProcess().enter("stat", path);
    return static_cast<int>(::syscall(SYS_newfstatat, AT_FDCWD, path, status, 0));
}

ssize_t pread(int file, void* memory, std::size_t length, off_t offset)
{
    callmon::sample::HangingFiles::ofThisProcess().enter("pread", file);
    return ::syscall(SYS_pread64, file, memory, length, offset);
}

ssize_t pwrite(int file, const void* memory, std::size_t length, off_t offset)
{
    callmon::sample::HangingFiles::ofThisProcess().enter("pwrite", file);
    return ::syscall(SYS_pwrite64, file, memory, length, offset);
}

int fdatasync(int file)
{
    callmon::sample::HangingFiles::ofThisProcess().enter("fdatasync", file);
    return static_cast<int>(::syscall(SYS_fdatasync, file));
}

int unlink(const char* path) noexcept
{
    callmon::sample::HangingFiles::ofThisProcess().enter("unlink", path);
    return static_cast<int>(::syscall(SYS_unlink, path));
}

int fallocate(int file, int mode, off_t offset, off_t length)
{
    callmon::sample::HangingFiles::ofThisProcess().enter("fallocate", file);
    return static_cast<int>(::syscall(SYS_fallocate, file, mode, offset, length));
}

int ftruncate(int file, off_t length) noexcept
{
    callmon::sample::HangingFiles::ofThisProcess().enter("ftruncate", file);
    return static_cast<int>(::syscall(SYS_ftruncate, file, length));
}

int statvfs(const char* path, struct statvfs* status) noexcept
{
    callmon::sample::HangingFiles::ofThisProcess().enter("statvfs", path);
    struct statfs of { };
    if (::statfs(path, &of) != 0)
        return -1;
    *status = {};
    status->f_frsize = status->f_bsize = static_cast<unsigned long>(of.f_bsize);
    status->f_blocks = of.f_blocks;
    status->f_bfree = of.f_bfree;
    status->f_bavail = of.f_bavail;
    return 0;
}
}
