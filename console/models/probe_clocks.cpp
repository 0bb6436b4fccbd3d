#include "console/models/probe_clocks.h"

#include <algorithm>

namespace callmon {

Timestamp ProbeClocks::take(const CallSource& source, const ProbeStatus& status, ProbeId probe)
{
    m_now[probe] = status.now;
    const std::vector<CallSource::Probe> probes = source.probes();
    std::erase_if(m_now, [&](const auto& one) {
        return one.first != probe && std::ranges::find(probes, one.first, &CallSource::Probe::id) == probes.end();
    });
    Timestamp newest {};
    for (const auto& [id, now] : m_now)
        newest = std::max(newest, now);
    return newest;
}

}
