// Counters per second, from two readings of a status.
#pragma once

#include "shared/calls/probe_status.h"

#include <chrono>

namespace callmon {

class CounterRates {
public:
    // Sets perSecond of every counter by what it was at the reading before; none at the first one.
    void apply(ProbeStatus& status, std::chrono::steady_clock::time_point now);

private:
    std::vector<NamedCounter> m_before;
    std::chrono::steady_clock::time_point m_at;
};

}
