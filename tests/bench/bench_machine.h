// What every bench prints first: on which machine, built how, and how busy it was.
#pragma once

#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

namespace callmon {

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
    double load = -1;
    std::ifstream("/proc/loadavg") >> load;
#ifdef NDEBUG
    const char* const asserts = "off";
#else
    const char* const asserts = "on";
#endif
    std::printf("machine: %u x %s, load %.2f%s; compiler " __VERSION__ ", asserts %s\n",
        std::thread::hardware_concurrency(), model.c_str(), load,
        load > 0.3 ? " (NOT QUIET: do not quote these figures)" : "", asserts);
}

}
