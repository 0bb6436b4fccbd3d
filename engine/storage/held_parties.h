// Who spoke in the calls of a list of holds.
#pragma once

#include "engine/storage/record_query.h"
#include "shared/calls/hold.h"

#include <span>

namespace callmon {

// From the records, which for a held call are those of its copy: so also when the day of the call is gone. What cannot
// be read, or is there no more, leaves the parties empty.
void tellParties(std::span<Hold> holds, RecordQuery& query, const std::atomic<bool>* cancelled = nullptr);

}
