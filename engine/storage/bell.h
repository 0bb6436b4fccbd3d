// Wakes one thread from any other, which never waits for it: no lock is held by both.
#pragma once

#include <chrono>
#include <ctime>
#include <semaphore.h>

namespace callmon {

class Bell {
public:
    Bell() { ::sem_init(&m_rung, 0, 0); }
    ~Bell() { ::sem_destroy(&m_rung); }
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    void ring() { ::sem_post(&m_rung); } // any thread: a system call at most
    // One thread: until it is rung, or was since the last time, or `most` has passed.
    void wait(std::chrono::nanoseconds most)
    {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(most);
        timespec until {};
        ::clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += seconds.count();
        until.tv_nsec += (most - seconds).count();
        if (until.tv_nsec >= 1'000'000'000) {
            ++until.tv_sec;
            until.tv_nsec -= 1'000'000'000;
        }
        ::sem_clockwait(&m_rung, CLOCK_MONOTONIC, &until);
        while (::sem_trywait(&m_rung) == 0) { } // once, however often it was
    }

private:
    sem_t m_rung;
};

}
