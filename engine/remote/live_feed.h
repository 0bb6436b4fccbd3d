// The changes of the live list, encoded once a second however many clients follow it.
#pragma once

#include "engine/remote/live_table.h"

#include <QByteArray>
#include <map>

namespace callmon {

class LiveFeed {
public:
    struct Step {
        std::uint64_t toVersion = 0;
        std::vector<QByteArray> parts; // empty when nothing changed
    };

    explicit LiveFeed(const LiveTable& table)
        : m_table(table)
    {
    }
    // From a version (0: a snapshot) to the newest of this second. Stays valid until nextSecond().
    const Step& since(std::uint64_t version);
    void nextSecond() { m_steps.clear(); }

private:
    const LiveTable& m_table;
    std::map<std::uint64_t, Step> m_steps;
};

}
