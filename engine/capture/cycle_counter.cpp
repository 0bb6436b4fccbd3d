#include "engine/capture/cycle_counter.h"

#include <cpuid.h>

namespace callmon {

namespace {

Nanoseconds readClock(clockid_t clock)
{
    timespec time {};
    clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

// Intel SDM volume 3, "Invariant TSC"; AMD's manual names the same bit. A counter that jumps all the same, as one of a
// virtual machine that is moved may, is noticed by CounterClock.
bool hasInvariantTsc()
{
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & 1u << 8) != 0;
}

}

CycleCounter::CycleCounter()
    : m_isTsc(hasInvariantTsc())
{
}

std::uint64_t CycleCounter::monotonicNanoseconds()
{
    return static_cast<std::uint64_t>(readClock(CLOCK_MONOTONIC).count());
}

// The span is in nanoseconds of the raw clock, whose two readings enclose the other two.
CounterReading CycleCounter::read() const
{
    CounterReading best;
    best.span = Nanoseconds::max();
    for (int tries = 0; tries < 5; ++tries) {
        CounterReading reading;
        const Nanoseconds before = readClock(CLOCK_MONOTONIC_RAW);
        const std::uint64_t counterBefore = now();
        reading.utc = Timestamp(readClock(CLOCK_REALTIME));
        const std::uint64_t counterAfter = now();
        const Nanoseconds after = readClock(CLOCK_MONOTONIC_RAW);
        reading.counter = counterBefore + (counterAfter - counterBefore) / 2;
        reading.raw = before + (after - before) / 2;
        reading.span = after - before;
        if (reading.span < best.span)
            best = reading;
    }
    return best;
}

}
