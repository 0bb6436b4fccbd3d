// A mutex that is got in the order in which it was asked for: who has long work to do in pieces, and gives way between
// them, is waited for by nobody longer than for one piece. With std::mutex it could have it again and again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace callmon {

class TurnMutex {
public:
    void lock()
    {
        std::unique_lock lock(m_mutex);
        const std::uint64_t mine = m_next++;
        m_turn.wait(lock, [&] { return m_turnOf == mine; });
    }
    void unlock()
    {
        {
            const std::lock_guard lock(m_mutex);
            ++m_turnOf;
        }
        m_turn.notify_all();
    }
    void giveWay() // of who has it, and has it again afterwards
    {
        unlock();
        lock();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_turn;
    std::uint64_t m_next = 0;
    std::uint64_t m_turnOf = 0;
};

}
