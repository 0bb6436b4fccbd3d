// Waiting for the other thread of a ring: a short spin, then sleeps that grow. No lock, and little CPU when idle.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace callmon {

class Waiter {
public:
    void wait()
    {
        if (m_spins < spinsAtMost) {
            ++m_spins;
            std::this_thread::yield();
            return;
        }
        std::this_thread::sleep_for(m_sleep);
        m_sleep = std::min(2 * m_sleep, sleepAtMost);
    }

private:
    using Microseconds = std::chrono::microseconds;
    static constexpr int spinsAtMost = 20;
    static constexpr Microseconds sleepAtMost { 1000 };
    int m_spins = 0;
    Microseconds m_sleep { 30 };
};

}
