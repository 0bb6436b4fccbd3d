// What each thread of this process has had of a processor, by the name it was given: what cycles counted inside a
// thread cannot tell apart when several share a core.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>

namespace callmon {

// What the host of a virtual machine has taken from all its CPUs since it was started: work that was due stood still
// meanwhile. 0 where there is no such host, or it does not say.
inline double stolenSeconds()
{
    std::ifstream file("/proc/stat"); // proc(5): cpu user nice system idle iowait irq softirq steal
    std::string name;
    file >> name;
    double ticks = 0;
    for (int column = 0; column < 8; ++column)
        file >> ticks;
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

inline std::map<std::string, double> threadSeconds() // threads of one name together
{
    std::map<std::string, double> seconds;
    std::error_code failed;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", failed)) {
        std::ifstream file(task.path() / "stat"); // proc(5): pid (comm) state and 10 more, utime, stime
        std::string text;
        std::getline(file, text);
        const std::size_t open = text.find('('), close = text.rfind(')');
        if (open == std::string::npos || close == std::string::npos)
            continue; // it has ended
        std::size_t at = close + 1;
        for (int field = 0; field < 11; ++field)
            at = text.find(' ', at + 1);
        char* rest = nullptr;
        const double user = std::strtod(text.c_str() + at, &rest);
        const double system = std::strtod(rest, nullptr);
        seconds[text.substr(open + 1, close - open - 1)] +=
            (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
    return seconds;
}

}
