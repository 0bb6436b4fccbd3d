// How long a live source sleeps before the next poll: not at all when frames are dense, shortly while they flow, up to
// 2 ms when nothing comes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace callmon {

class IdleSleep {
public:
    using Microseconds = std::chrono::microseconds;
    static constexpr Microseconds whileFramesFlow { 200 };
    static constexpr Microseconds atMost { 2000 };

    // To be asked after each poll that returned `frames` of the `wanted` ones.
    Microseconds after(std::size_t frames, std::size_t wanted)
    {
        if (frames > 0)
            m_emptyPolls = 0;
        else if (m_emptyPolls < emptyPollsUntilIdle)
            ++m_emptyPolls;
        if (frames >= wanted / 2) // the port fills faster than that: keep up with it
            m_sleep = Microseconds(0);
        else if (m_sleep == Microseconds(0))
            m_sleep = shortest;
        else if (m_emptyPolls == emptyPollsUntilIdle)
            m_sleep = std::min(2 * m_sleep, atMost);
        else if (frames < wanted / 8)
            m_sleep = std::min(2 * m_sleep, whileFramesFlow);
        else
            m_sleep = std::clamp(m_sleep / 2, shortest, whileFramesFlow);
        return m_sleep;
    }

private:
    static constexpr Microseconds shortest { 10 };
    static constexpr int emptyPollsUntilIdle = 100; // 20 ms: the time between two RTP packets of one call
    int m_emptyPolls = 0;
    Microseconds m_sleep { 0 };
};

}
