// How a call went, in a sentence or two: what became of it, who ended it and why, what was odd about it.
#pragma once

#include "shared/calls/call_record.h"

#include <QString>

namespace callmon {

// "Answered after 3.2 s, talked for 0:01:35. The callee hung up: Q.850 16, normal call clearing."
QString storyOf(const CallRecord& call);

QString q850Meaning(
    std::uint16_t cause); // "16, normal call clearing": ITU-T Q.850 2.2.7; the number alone when not there

}
