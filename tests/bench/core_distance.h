// How far the first two CPUs are from each other, and whether they are two cores. Every frame goes from one to another,
// and virtual CPUs may lie under one cache now and under two a minute later: the same engine then needs half as much
// time again for each frame. They may also be the two threads of one core, which then does the work of both.
#pragma once

#include "engine/capture/machine.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
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

// How much each of the two does while both work, per cent of what one does alone: near 100 of two cores, near 50 of two
// threads of one. Multiplications that do not wait for each other, so that nothing but the core's units counts; the
// mean of some tries against the best of them alone. 0 with less than two CPUs.
inline double sharePercent(const std::vector<Cpu>& cpus)
{
    static constexpr auto time = std::chrono::milliseconds(10);
    constexpr int tries = 5;
    if (cpus.size() < 2)
        return 0;
    const auto work = [](int cpu, std::atomic<int>& waiting, double& rounds) {
        runOn(std::span(&cpu, 1));
        --waiting;
        while (waiting.load() > 0) { }
        std::array<std::uint64_t, 8> numbers { 1, 3, 5, 7, 9, 11, 13, 15 };
        std::uint64_t done = 0;
        for (const auto end = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < end; ++done)
            for (int i = 0; i < 1000; ++i)
                for (std::uint64_t& number : numbers)
                    number = number * 6364136223846793005U + 1;
        volatile std::uint64_t kept = numbers[done % numbers.size()]; // so that it is computed
        rounds = static_cast<double>(done) + 0 * static_cast<double>(kept);
    };
    double alone = 0, together = 0;
    for (int i = 0; i < tries; ++i) {
        for (const std::size_t cpu : { 0U, 1U }) {
            std::atomic<int> one { 1 };
            double rounds = 0;
            std::jthread(work, cpus[cpu].id, std::ref(one), std::ref(rounds)).join();
            alone = std::max(alone, rounds);
        }
        std::atomic<int> both { 2 };
        double first = 0, second = 0;
        std::jthread other(work, cpus[1].id, std::ref(both), std::ref(second));
        std::jthread(work, cpus[0].id, std::ref(both), std::ref(first)).join();
        other.join();
        together += (first + second) / 2 / tries;
    }
    return alone > 0 ? 100 * together / alone : 0;
}

inline void printCoreDistance(const std::vector<Cpu>& cpus)
{
    std::printf(
        "a cache line to the other CPU and back: %.0f ns; both at work, each does %.0f %% of what one does alone\n",
        coreRoundTripNanoseconds(cpus), sharePercent(cpus));
}

}
