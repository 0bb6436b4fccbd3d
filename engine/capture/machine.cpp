#include "engine/capture/machine.h"

#include "engine/capture/pci_device.h"

#include <filesystem>
#include <fstream>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace callmon {

namespace {

int readNumber(const std::filesystem::path& path, int otherwise)
{
    int number = otherwise;
    std::ifstream file(path);
    return file >> number ? number : otherwise;
}

int nodeOfCpu(const std::filesystem::path& cpu)
{
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(cpu, ignored)) {
        int node = 0;
        if (std::sscanf(entry.path().filename().c_str(), "node%d", &node) == 1)
            return node;
    }
    return 0;
}

}

std::vector<Cpu> allowedCpus()
{
    constexpr int coresPerPackage = 65536; // core_id is unique within a package only
    cpu_set_t set;
    CPU_ZERO(&set);
    pthread_getaffinity_np(pthread_self(), sizeof set, &set);
    std::vector<Cpu> cpus;
    for (int id = 0; id < CPU_SETSIZE; ++id) {
        if (!CPU_ISSET(static_cast<unsigned>(id), &set))
            continue;
        const std::filesystem::path folder = "/sys/devices/system/cpu/cpu" + std::to_string(id);
        const int package = readNumber(folder / "topology/physical_package_id", 0);
        const int core = readNumber(folder / "topology/core_id", id);
        cpus.push_back({ .id = id,
            .node = nodeOfCpu(folder),
            .core = package * coresPerPackage + core,
            .cache = readNumber(folder / "cache/index3/id", package) });
    }
    return cpus;
}

int nodeOfPort(const std::string& name)
{
    if (const std::string address = toPciAddress(name.substr(0, name.find(','))); !address.empty())
        return readNumber("/sys/bus/pci/devices/" + address + "/numa_node", -1);
    const std::string argument = ",iface=";
    const std::size_t at = name.find(argument);
    if (at == std::string::npos)
        return -1;
    const std::string interface = name.substr(at + argument.size());
    return readNumber("/sys/class/net/" + interface.substr(0, interface.find(',')) + "/device/numa_node", -1);
}

void runOn(std::span<const int> cpus)
{
    if (cpus.empty())
        return;
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus)
        CPU_SET(static_cast<unsigned>(cpu), &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int niceness()
{
    return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); // on Linux a thread has its own
}

bool setNiceness(int value)
{
    return setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), value) == 0;
}

void keepAllocatedMemory()
{
    mallopt(M_ARENA_MAX, 1); // other heaps than the first grow by pages whatever M_TOP_PAD says
    mallopt(M_TOP_PAD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MMAP_THRESHOLD, 32 << 20); // the most there is
}

void nameThread(const char* name)
{
    pthread_setname_np(pthread_self(), name);
}

}
