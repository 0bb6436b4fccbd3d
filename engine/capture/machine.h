// The machine's CPUs and NUMA nodes as the kernel shows them, and threads put on them.
#pragma once

#include "engine/capture/core_layout.h"

namespace callmon {

// What the calling thread may run on now, by id.
std::vector<Cpu> allowedCpus();

// The NUMA node of a port by its EAL name: a PCI address, or a virtual device over an interface (iface=eth1). -1 when
// it has none.
int nodeOfPort(const std::string& name);

// For the calling thread and those that it starts from now on. An empty list changes nothing.
void runOn(std::span<const int> cpus);

// Nice value of capture and processing on a live port: other programs of the machine wait for them, yet are not starved
// as by a real-time class. At 0, twenty programs that wake at once on processing's CPU held it up for longer than the
// buffers last at 5 million packets a second; at -10 they still left it no more than a third while all of them ran, and
// at -15 no more than three fifths: a CPU of which the host takes a part needs more. bench: consoles_bench
constexpr int fastPathNiceness = -20;

// Of the calling thread. Those that it starts from now on begin with it.
int niceness();
bool setNiceness(int value); // false when the process may not go so low (RLIMIT_NICE, CAP_SYS_NICE)

// As `top -H` and `ps -L` show it; at most 15 characters.
void nameThread(const char* name);

// For the whole process, before its threads start: memory that was allocated is kept for the next allocation, and grows
// by 64 MiB at a time. By default each thread's heap grows by single pages, a system call and a page fault each, which
// took a quarter of the storage thread's time at full load.
void keepAllocatedMemory();

}
