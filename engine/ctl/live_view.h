// The live list as text.
#pragma once

#include "engine/ctl/call_source.h"

#include <map>
#include <string>

namespace callmon {

class LiveView {
public:
    void apply(const LiveDelta& delta);
    // At most `rows` calls, the newest; each line at most `columns` wide (0: as it comes).
    std::string text(const ProbeStatus& status, std::size_t rows, std::size_t columns) const;

private:
    std::map<CallKey, LiveCall> m_calls;
};

}
