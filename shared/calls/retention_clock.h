// The clock that ages are counted by where they decide what is deleted for good.
#pragma once

#include "shared/base/units.h"

#include <optional>

namespace callmon {

struct RetentionClock {
    Timestamp now; // as the probe's machine has it
    std::optional<Timestamp> lastBelieved; // when an engine last ran here and believed it; nothing: none has
    bool doubted = false; // it stepped: nothing goes by age until somebody confirms it
};

}
