// The live list as text.
#pragma once

#include "engine/ctl/call_source.h"

#include <map>
#include <string>

namespace callmon {

class LiveView {
public:
    void apply(const LiveDelta& delta);
    // A line on the probe, the headings and the newest calls; when not all fit, a last line says how many more there
    // are. At most `rows` lines (3 at least), each at most `columns` wide: what matters least is left out first. 0: as
    // it comes.
    std::string text(const ProbeStatus& status, std::size_t rows, std::size_t columns) const;

private:
    std::string head(const ProbeStatus& status, std::size_t columns) const;

    std::map<CallKey, LiveCall> m_calls;
};

// Frames, records and audio that the probe itself lost, all kinds together.
std::uint64_t lostByProbe(const ProbeStatus& status);

}
