// DPDK's environment abstraction layer: started once per process, with what this machine has.
#pragma once

#include "shared/base/result.h"

#include <cstddef>
#include <string>

namespace callmon {

struct EalMemory {
    bool hugePages = false; // without them it works, slower
    std::size_t availableBytes = 0; // what packet buffers may take of it
};

// What a port's buffers may take: three quarters of the free huge pages when these hold at least 64 MiB; else a quarter
// of the memory that is available.
EalMemory findEalMemory();

// Starts it, for a PCI device when `pciAddress` is given, with `bufferBytes` for packet buffers where there are no huge
// pages. Leaves the calling thread's CPU affinity as it was. The second call does nothing but repeat what the first
// returned.
Result<void> startEal(const std::string& pciAddress, const EalMemory& memory, std::size_t bufferBytes);

// What DPDK logged since the last call, on one line: the reason when one of its functions failed.
std::string takeEalLog();

}
