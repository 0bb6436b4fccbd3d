// The cheapest clock there is: the processor's time stamp counter where it runs evenly, else CLOCK_MONOTONIC.
#pragma once

#include "engine/capture/counter_clock.h"

#include <ctime>
#include <x86intrin.h>

namespace callmon {

class CycleCounter {
public:
    CycleCounter(); // finds out which one
    bool isTsc() const { return m_isTsc; }
    std::uint64_t now() const { return m_isTsc ? __rdtsc() : monotonicNanoseconds(); }
    // Counter and kernel clocks as close together as some tries get them: about a microsecond in all.
    CounterReading read() const;

private:
    static std::uint64_t monotonicNanoseconds();
    bool m_isTsc;
};

}
