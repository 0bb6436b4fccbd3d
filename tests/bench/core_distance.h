// How far the first two CPUs are from each other. Every frame goes from one core to another, and virtual CPUs may lie
// under one cache now and under two a minute later: the same engine then needs half as much time again for each frame.
#pragma once

#include "engine/capture/machine.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <limits>
#include <thread>

namespace callmon {

// Nanoseconds for a cache line to the other core and back, the best of some tries; 0 with less than two CPUs. `cpus`:
// as allowedCpus() said before the caller was put on one of them.
inline double coreRoundTripNanoseconds(const std::vector<Cpu>& cpus)
{
    constexpr int tries = 5;
    constexpr int trips = 20'000;
    if (cpus.size() < 2)
        return 0;
    double best = std::numeric_limits<double>::max();
    for (int i = 0; i < tries; ++i) {
        std::atomic<int> line { 0 };
        const auto answer = [&line, cpu = cpus[1].id] {
            runOn(std::span(&cpu, 1));
            for (int trip = 0; trip < trips; ++trip) {
                while (line.load(std::memory_order_acquire) != 2 * trip + 1) { }
                line.store(2 * trip + 2, std::memory_order_release);
            }
        };
        const auto ask = [&line, &best, cpu = cpus[0].id] { // on threads of their own: the caller stays unpinned
            runOn(std::span(&cpu, 1));
            const auto begin = std::chrono::steady_clock::now();
            for (int trip = 0; trip < trips; ++trip) {
                line.store(2 * trip + 1, std::memory_order_release);
                while (line.load(std::memory_order_acquire) != 2 * trip + 2) { }
            }
            const std::chrono::duration<double, std::nano> used = std::chrono::steady_clock::now() - begin;
            best = std::min(best, used.count() / trips);
        };
        std::jthread other(answer);
        std::jthread(ask).join();
    }
    return best;
}

inline void printCoreDistance(const std::vector<Cpu>& cpus)
{
    std::printf("a cache line to the other CPU and back: %.0f ns\n", coreRoundTripNanoseconds(cpus));
}

}
