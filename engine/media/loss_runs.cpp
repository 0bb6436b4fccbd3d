#include "engine/media/loss_runs.h"

#include <algorithm>

namespace callmon {

void LossRuns::missing(std::uint32_t first, std::uint32_t count)
{
    if (m_openCount > 0) {
        Run& last = m_open[m_openCount - 1];
        if (last.first + last.count == first) {
            last.count += count;
            return;
        }
    }
    ++m_runs;
    open(m_openCount, { first, count });
}

void LossRuns::open(std::size_t place, Run run)
{
    if (m_openCount == m_open.size()) {
        settleOldest();
        --place; // which is behind it: runs are opened behind others only
    }
    std::move_backward(m_open.begin() + place, m_open.begin() + m_openCount, m_open.begin() + m_openCount + 1);
    m_open[place] = run;
    ++m_openCount;
}

void LossRuns::cameLate(std::uint32_t number)
{
    for (std::uint32_t i = 0; i < m_openCount; ++i) {
        const Run run = m_open[i];
        const std::uint32_t before = number - run.first;
        if (before >= run.count)
            continue;
        const std::uint32_t behind = run.count - before - 1;
        if (before > 0 && behind > 0) {
            m_open[i].count = before;
            ++m_runs;
            open(i + 1, { number + 1, behind });
        } else if (before > 0 || behind > 0) {
            m_open[i] = before > 0 ? Run { run.first, before } : Run { number + 1, behind };
        } else {
            std::move(m_open.begin() + i + 1, m_open.begin() + m_openCount, m_open.begin() + i);
            --m_openCount;
            --m_runs;
        }
        return;
    }
}

void LossRuns::settleOldest()
{
    const Run run = m_open.front();
    std::move(m_open.begin() + 1, m_open.begin() + m_openCount, m_open.begin());
    --m_openCount;
    if (m_burstLost > 0 && run.first - m_burstEnd >= gmin)
        closeBurst();
    if (m_burstLost == 0)
        m_burstFirst = run.first;
    m_burstLost += run.count;
    m_burstEnd = run.first + run.count;
}

void LossRuns::closeBurst()
{
    if (m_burstLost > 1) {
        ++m_closed.bursts;
        m_closed.packets += m_burstEnd - m_burstFirst;
        m_closed.lost += m_burstLost;
    } else {
        m_closed.lostInGaps += m_burstLost;
    }
    m_burstLost = 0;
}

void LossRuns::restart()
{
    while (m_openCount > 0)
        settleOldest();
    closeBurst();
}

LossRuns::Bursts LossRuns::bursts() const
{
    LossRuns whole = *this;
    whole.restart();
    return whole.m_closed;
}

}
