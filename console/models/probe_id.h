// Which engine something came from. Keys of calls and ids of alarms are unique within an engine only, so a console that
// holds several names a call by both. Engines know nothing of it: the number is this console's, for as long as it runs.
#pragma once

#include "shared/calls/call_key.h"

#include <QString>
#include <functional>
#include <map>

namespace callmon {

struct ProbeId {
    std::uint16_t value = 0; // the first one, or the only one
    auto operator<=>(const ProbeId&) const = default;
};

struct CallName {
    ProbeId probe;
    CallKey key;
    auto operator<=>(const CallName&) const = default;
};

struct CallNameHash {
    std::size_t operator()(const CallName& name) const
    {
        return std::hash<std::int64_t>()(name.key.value ^ (std::int64_t(name.probe.value) << 47));
    }
};

// What lists say of a probe.
struct ProbeLabel {
    QString name;
    bool answers = true; // false: what is shown of it is the last that was known
};
using ProbeLabels = std::map<ProbeId, ProbeLabel>;

}
