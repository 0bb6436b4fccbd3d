// How the probe is: one answer for the status bar, callmonctl status and the counters printed at the end of a replay.
#pragma once

#include "shared/calls/unbound_flow.h"

#include <cstdint>
#include <string>
#include <vector>

namespace callmon {

struct NamedCounter {
    std::string name; // "frames_received", "rtp_orphaned"...: the same words everywhere
    std::uint64_t value = 0;
    std::uint64_t perSecond = 0; // over the last second, where somebody asks once a second; 0 of what is no count
};

struct ProbeStatus {
    std::string source; // "/captures/a.pcap", "net_af_packet0,iface=eth1"; empty where addresses are withheld
    std::string version;
    Timestamp now; // packet time
    std::uint64_t liveCalls = 0;
    std::uint64_t framesPerSecond = 0; // over the last second
    std::uint64_t bitsPerSecond = 0;
    std::vector<NamedCounter> counters; // received = handed on + every drop, always
    std::vector<UnboundFlow> unboundFlows; // RTP of no call, most packets first; the first 64
    bool addressesWithheld = false; // source and unboundFlows are empty: whom this was told is a viewer
};

}
