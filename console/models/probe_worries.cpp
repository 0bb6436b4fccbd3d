#include "console/models/probe_worries.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace callmon {

std::vector<NamedCounter> losses(const ProbeStatus& status)
{
    constexpr std::array<std::string_view, 4> signs { "dropped", "full", "missed", "not_stored" };
    std::vector<NamedCounter> found;
    std::copy_if(
        status.counters.begin(), status.counters.end(), std::back_inserter(found), [&](const NamedCounter& counter) {
            return counter.value > 0 && std::any_of(signs.begin(), signs.end(), [&](std::string_view sign) {
                return counter.name.find(sign) != std::string::npos;
            });
        });
    return found;
}

}
