// How long the event loop of this thread was away at most: what somebody who types would wait.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <algorithm>
#include <ctime>

namespace callmon::test {

// Counted in the thread's own processor time: what other programs of the machine take is not the console's. What waits
// for a disk or a lock would not be seen by that: twice the wall clock's limit is one, too.
class StallWatch : public QObject {
public:
    StallWatch()
    {
        m_wall.start();
        m_cpu = cpu();
        QObject::connect(&m_timer, &QTimer::timeout, this, [this] { look(); });
        m_timer.start(0);
    }
    qint64 longest() const { return m_longest; } // ms of processor time
    qint64 longestWall() const { return m_longestWall; } // ms

private:
    static qint64 cpu()
    {
        timespec now {};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return now.tv_sec * 1'000 + now.tv_nsec / 1'000'000;
    }
    void look()
    {
        const qint64 now = cpu();
        m_longest = std::max(m_longest, now - m_cpu);
        m_longestWall = std::max(m_longestWall, m_wall.restart());
        m_cpu = now;
    }

    QTimer m_timer;
    QElapsedTimer m_wall;
    qint64 m_cpu = 0;
    qint64 m_longest = 0;
    qint64 m_longestWall = 0;
};

constexpr qint64 mostStall = 50; // ms

}
