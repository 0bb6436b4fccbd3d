#include "engine/capture/eal.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <sched.h>
#include <sstream>
#include <utility>
#include <vector>

namespace callmon {

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t hugeAtLeast = 64 * mebibyte;
constexpr std::size_t besideBuffers = 128 * mebibyte; // what DPDK itself needs: rings, devices, fragmentation

// DPDK logs from any of its threads. Kept instead of printed: what matters of it becomes an Error's text.
class LogTail {
public:
    static long write(void* self, const char* text, std::size_t size)
    {
        auto& tail = *static_cast<LogTail*>(self);
        const std::lock_guard lock(tail.m_mutex);
        tail.m_text.append(text, size);
        if (tail.m_text.size() > sizeAtMost)
            tail.m_text.erase(0, tail.m_text.size() - sizeAtMost);
        return static_cast<long>(size);
    }

    // Without the lines that say no more than that something failed.
    std::string takeReasons()
    {
        const std::lock_guard lock(m_mutex);
        std::istringstream lines(std::exchange(m_text, {}));
        std::string reasons;
        for (std::string line; std::getline(lines, line);)
            if (!line.empty() && line.find("ailed to attach") == std::string::npos
                && line.find("cannot attach") == std::string::npos)
                reasons += (reasons.empty() ? "" : "; ") + line;
        return reasons.empty() ? "DPDK gives no reason" : reasons;
    }

private:
    static constexpr std::size_t sizeAtMost = 4096;
    std::mutex m_mutex;
    std::string m_text;
};

LogTail& logTail()
{
    static LogTail tail; // the one per process that DPDK itself has
    return tail;
}

std::size_t readNumber(const std::filesystem::path& path)
{
    std::size_t number = 0;
    std::ifstream(path) >> number;
    return number;
}

std::size_t freeHugePageBytes()
{
    std::size_t bytes = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", ignored)) {
        std::size_t kibibytes = 0;
        if (std::sscanf(entry.path().filename().c_str(), "hugepages-%zukB", &kibibytes) == 1)
            bytes += 1024 * kibibytes * readNumber(entry.path() / "free_hugepages");
    }
    return bytes;
}

std::size_t availableMemoryBytes()
{
    std::ifstream file("/proc/meminfo");
    std::string key;
    std::size_t kibibytes = 0;
    while (file >> key >> kibibytes) {
        if (key == "MemAvailable:")
            return 1024 * kibibytes;
        file.ignore(80, '\n');
    }
    return 0;
}

int firstCpu(const cpu_set_t& cpus)
{
    int cpu = 0;
    while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(static_cast<unsigned>(cpu), &cpus))
        ++cpu;
    return cpu;
}

Result<void> startOnce(const std::string& pciAddress, const EalMemory& memory, std::size_t bufferBytes)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    pthread_getaffinity_np(pthread_self(), sizeof cpus, &cpus);

    // One lcore, the calling thread: capture runs on a thread of its own that registers itself.
    std::vector<std::string> arguments { "callmon-engine", "--lcores=0@" + std::to_string(firstCpu(cpus)),
        "--no-telemetry" };
    if (pciAddress.empty())
        arguments.insert(arguments.end(), { "--no-pci", "--iova-mode=va" });
    else
        arguments.insert(arguments.end(), { "-a", pciAddress });
    if (memory.hugePages) // needs no hugetlbfs mount and leaves nothing behind; refused together with --no-huge
        arguments.push_back("--in-memory");
    else
        arguments.insert(arguments.end(),
            { "--no-huge", "--no-shconf", "-m", std::to_string((bufferBytes + besideBuffers) / mebibyte) });

    std::FILE* log =
        fopencookie(&logTail(), "w", { .read = nullptr, .write = LogTail::write, .seek = nullptr, .close = nullptr });
    if (log) {
        std::setvbuf(log, nullptr, _IOLBF, 0);
        rte_openlog_stream(log);
    }
    std::vector<char*> argv;
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    const int parsed = rte_eal_init(static_cast<int>(argv.size()), argv.data());
    // EAL pinned this thread to one CPU, and every thread started later would inherit that.
    pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
    if (parsed < 0)
        return Error { "DPDK does not start: " + takeEalLog() + " (" + rte_strerror(rte_errno) + ")" };
    return {};
}

}

EalMemory findEalMemory()
{
    const std::size_t huge = freeHugePageBytes();
    if (huge >= hugeAtLeast)
        return { .hugePages = true, .availableBytes = huge / 4 * 3 };
    return { .hugePages = false, .availableBytes = availableMemoryBytes() / 4 };
}

Result<void> startEal(const std::string& pciAddress, const EalMemory& memory, std::size_t bufferBytes)
{
    static std::mutex mutex; // rte_eal_init() cannot be called twice, not even after a failure
    static std::optional<Result<void>> started;
    const std::lock_guard lock(mutex);
    if (!started)
        started = startOnce(pciAddress, memory, bufferBytes);
    return *started;
}

std::string takeEalLog()
{
    return logTail().takeReasons();
}

}
