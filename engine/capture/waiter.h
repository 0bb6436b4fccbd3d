// Waiting for the other thread of a ring: a short spin, then sleeps that grow. No lock, and little CPU when idle.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace callmon {

class Waiter {
public:
    // What was waited for has come. The next wait begins near the length of this one: a slow source costs few wakes, a
    // fast one is back at short sleeps within a few rounds.
    void found()
    {
        m_spins = 0;
        m_sleep = std::max(m_sleep / 2, shortest);
    }
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
    static constexpr Microseconds shortest { 30 };
    static constexpr Microseconds sleepAtMost { 1000 };
    int m_spins = 0;
    Microseconds m_sleep = shortest;
};

}
