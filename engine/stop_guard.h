// A stop that never ends: the disk does not answer, and what the kernel waits for nobody can take back. After so long
// without anything that got on, the process is to end all the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

namespace callmon {

class StopGuard {
public:
    using Progress = std::function<std::uint64_t()>; // another value: something got on. From the guard's thread.
    // Once, from the guard's thread; after so long without.
    using GiveUp = std::function<void(std::chrono::seconds)>;

    static constexpr std::chrono::seconds patience { 30 }; // a third of what systemd has by default

    StopGuard(Progress progress, GiveUp giveUp, std::chrono::milliseconds forSoLong = patience);
    ~StopGuard(); // it has ended in time

    void begin(); // the stop was asked for; again: nothing. One thread.

private:
    void watch(const std::stop_token& stop);

    Progress m_progress;
    GiveUp m_giveUp;
    std::chrono::milliseconds m_patience;
    std::jthread m_thread;
};

}
