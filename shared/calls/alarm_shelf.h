// What lies on the shelf: alarms that nobody is to be told of for a time. Plain values.
#pragma once

#include "shared/calls/alarm.h"

namespace callmon {

// All alarms about the same: one rule, and one call or group.
struct AlarmShelf {
    FixedText<47> rule;
    std::optional<CallKey> call;
    FixedText<63> group;
    AlarmShelving shelving; // of the alarm that it was said of: who, until when, why
    Timestamp at; // when that was said, by the machine's clock; `until` not later: taken back
};

}
