// One figure held against one rule: hold times before raising and clearing, and the room between both thresholds.
#pragma once

#include "shared/calls/alarm_rule.h"

#include <algorithm>

namespace callmon {

class ThresholdWatch {
public:
    enum class Change { None, Raise, Clear };

    // The figure of [from, to). What nobody could measure is not told: it neither raises nor clears. After a silence of
    // more than `longestGap` a run begins anew.
    Change update(const AlarmRule& rule, double figure, Timestamp from, Timestamp to)
    {
        const bool below = isBelow(rule.kind);
        const bool bad = below ? figure < rule.threshold : figure > rule.threshold;
        const bool good = below ? figure >= rule.clearThreshold : figure <= rule.clearThreshold;
        if (m_running && from - m_to > longestGap)
            m_running = false;
        m_to = to;
        if (bad)
            m_worst =
                (m_raised || m_running) ? (below ? std::min(m_worst, figure) : std::max(m_worst, figure)) : figure;
        if (m_raised ? !good : !bad) {
            m_running = false;
            return Change::None;
        }
        if (!m_running) {
            m_running = true;
            m_since = from;
        }
        if (to - m_since < (m_raised ? rule.clearAfter : rule.raiseAfter))
            return Change::None;
        m_running = false;
        m_raised = !m_raised;
        return m_raised ? Change::Raise : Change::Clear;
    }

    bool isRaised() const { return m_raised; }
    bool isIdle() const { return !m_raised && !m_running; } // to be forgotten
    Timestamp since() const { return m_since; } // when the run began that raised or will raise
    Timestamp upTo() const { return m_to; } // end of the last figure
    double worst() const { return m_worst; }

    static constexpr std::chrono::seconds longestGap { 10 };

private:
    Timestamp m_since;
    Timestamp m_to;
    double m_worst = 0;
    bool m_raised = false;
    bool m_running = false;
};

}
