// The packet time of several probes. "The last hour" ends at the newest of them, also while a capture of last year is
// read beside a live engine.
#pragma once

#include "console/models/call_source.h"

#include <map>

namespace callmon {

class ProbeClocks {
public:
    // What that probe tells now; the newest time of all that the source has.
    Timestamp take(const CallSource& source, const ProbeStatus& status, ProbeId probe);

private:
    std::map<ProbeId, Timestamp> m_now;
};

}
