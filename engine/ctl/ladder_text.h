// A ladder of messages for a terminal.
#pragma once

#include "shared/calls/call_ladder.h"

#include <ostream>

namespace callmon {

// One line a message: time since the first, and an arrow from column to column; a second one for its session
// description. Repeated ones are one arrow that says how many times. UTF-8.
void printLadder(std::span<const CallMessage> messages, std::ostream& out);

}
