// What the engine can be told, each by one name: on the command line with -- before it, in the file as it is.
#pragma once

#include "engine/probe_options.h"
#include "shared/base/result.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace callmon {

struct ProbeOption {
    using Values = std::vector<std::string>; // of one that takes no list, one

    const char* name;
    const char* help;
    bool isList;
    std::function<Result<void>(ProbeOptions&, const Values&)> apply; // what is wrong: "takes ...", behind the name
};

std::span<const ProbeOption> probeOptionTable();

}
