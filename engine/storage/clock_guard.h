// Whether the machine's clock may be believed where an age decides what is deleted for good. A clock that stepped by
// more than a day while the engine ran, or that is more than a week away from where it was when an engine last ran
// here, is not: nothing goes by age until somebody confirms it.
#pragma once

#include "shared/base/units.h"

#include <optional>

namespace callmon {

class ClockGuard {
public:
    static constexpr std::chrono::hours largestStep { 24 };
    static constexpr std::chrono::hours longestPause { 7 * 24 };

    // `lastKnown`: by the clock, when an engine last ran here; nothing in a new directory. `steady` is a clock that
    // is never set.
    ClockGuard(Timestamp wall, Nanoseconds steady, std::optional<Timestamp> lastKnown)
        : m_wall(wall)
        , m_steady(steady)
    {
        if (lastKnown && distance(wall, *lastKnown) > longestPause)
            m_expected = *lastKnown;
    }

    void look(Timestamp wall, Nanoseconds steady)
    {
        const Timestamp expected = m_wall + (steady - m_steady);
        if (!m_expected && distance(wall, expected) > largestStep)
            m_expected = expected;
        if (!m_expected) { // small steps add up to none
            m_wall = wall;
            m_steady = steady;
        }
    }
    bool isTrusted() const { return !m_expected; }
    std::optional<Timestamp> expected() const { return m_expected; } // what it said before it stepped
    void confirm(Timestamp wall, Nanoseconds steady)
    {
        m_wall = wall;
        m_steady = steady;
        m_expected.reset();
    }

private:
    static Nanoseconds distance(Timestamp a, Timestamp b) { return a < b ? b - a : a - b; }

    Timestamp m_wall;
    Nanoseconds m_steady;
    std::optional<Timestamp> m_expected;
};

}
