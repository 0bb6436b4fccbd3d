// Which CPU runs what: capture and processing on cores of their own near the port, the rest of the process elsewhere.
#pragma once

#include "shared/base/result.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace callmon {

struct Cpu {
    int id = 0; // as the kernel numbers it
    int node = 0; // NUMA
    int core = 0; // two CPUs of the same one share its execution units (SMT)
    int cache = 0; // of the last level; what one core wrote another reads much sooner within the same
};

struct CoreWishes {
    int portNode = -1; // NUMA node of the port; -1 when it is on none
    unsigned lanes = 1; // processing threads
    bool captureSleeps = false; // the port is polled adaptively: what capture leaves of its CPU others may have
    std::vector<int> chosen; // by the user: the capture thread's, then the processing threads'; empty: to be found
};

struct CoreLayout {
    std::optional<int> capture; // empty: nothing is pinned, and nobody may spin
    std::vector<int> processing; // one per lane; the same CPU more than once when there are not enough
    bool processingMaySpin = false; // its CPUs are nobody else's
    std::vector<int> others; // for every other thread of the process
    std::string described; // for the user's log
};

// `allowed`: what the process may run on, by id. Fails when the user's choice is not among them.
Result<CoreLayout> layOutCores(std::span<const Cpu> allowed, const CoreWishes& wishes);

}
