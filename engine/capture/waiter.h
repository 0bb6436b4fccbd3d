// Waiting for the other thread of a ring, without a lock: a short spin, then sleeps that grow; or, on a core of its
// own, a spin without end.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <immintrin.h>
#include <thread>

namespace callmon {

class Waiter {
public:
    enum class Manner : std::uint8_t { Sleep, Spin };
    explicit Waiter(Manner manner = Manner::Sleep)
        : m_manner(manner)
    {
    }

    // What was waited for has come. The next wait begins near the length of this one: a slow source costs few wakes, a
    // fast one is back at short sleeps within a few rounds.
    void found()
    {
        m_spins = 0;
        m_sleep = std::max(m_sleep / 2, shortest);
    }
    void wait()
    {
        if (m_manner == Manner::Spin) {
            _mm_pause();
            return;
        }
        // Not yield(): what shares this CPU would be given this thread's part of it for whole slices, and of 5 million
        // frames a second the buffers hold few of these. bench: consoles_bench
        if (m_spins < spinsAtMost) {
            ++m_spins;
            _mm_pause();
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
    Manner m_manner;
    int m_spins = 0;
    Microseconds m_sleep = shortest;
};

}
