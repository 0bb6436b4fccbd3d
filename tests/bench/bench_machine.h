// What every bench prints first: on which machine, built how, and how busy it was.
#pragma once

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

namespace callmon {

// Over half a second before the bench does anything: the load average would also tell what ended minutes ago. What the
// host of a virtual machine took away (stolen time) counts, too.
inline double coresUsedByOthers()
{
    struct Times {
        double idle = 0;
        double all = 0;
    };
    const auto read = [] {
        Times times;
        std::ifstream file("/proc/stat");
        std::string name;
        file >> name;
        for (int column = 0; column < 8; ++column) { // user nice system idle iowait irq softirq steal
            double ticks = 0;
            file >> ticks;
            times.all += ticks;
            if (column == 3 || column == 4)
                times.idle += ticks;
        }
        return times;
    };
    const Times before = read();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const Times after = read();
    const double all = after.all - before.all;
    return all > 0 ? (1 - (after.idle - before.idle) / all) * std::thread::hardware_concurrency() : 0;
}

inline void printMachine()
{
    std::ifstream cpus("/proc/cpuinfo");
    std::string model = "unknown processor";
    for (std::string line; std::getline(cpus, line);) {
        if (line.rfind("model name", 0) == 0) {
            model = line.substr(line.find(':') + 2);
            break;
        }
    }
    const double used = coresUsedByOthers();
#ifdef NDEBUG
    const char* const asserts = "off";
#else
    const char* const asserts = "on";
#endif
    std::printf("machine: %u x %s, %.2f cores used by others%s; compiler " __VERSION__ ", asserts %s\n",
        std::thread::hardware_concurrency(), model.c_str(), used,
        used > 0.1 ? " (NOT QUIET: do not quote these figures)" : "", asserts);
}

}
