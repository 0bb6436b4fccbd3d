// Minutes of service metrics joined to longer steps.
#pragma once

#include "shared/calls/service_window.h"

#include <functional>
#include <vector>

namespace callmon {

// Minutes go in, in order of time; whole steps come out, by time, then by group, each as soon as it is complete.
class ServiceHistory {
public:
    using Sink = std::function<bool(const ServiceRow&)>; // false: no more

    ServiceHistory(std::uint32_t stepMinutes, Sink sink);

    bool add(const ServiceRow& minute); // false: the sink wants no more
    bool finish(); // the last step, as far as it came

private:
    std::chrono::minutes m_step;
    Sink m_sink;
    std::vector<ServiceRow> m_rows; // of one step
};

}
