// What an alarm says, in the user's language: its engine's sentence (Alarm::text) is English, for callmonctl and logs.
#pragma once

#include "shared/calls/alarm.h"

#include <QString>

namespace callmon {

// "Jitter of the caller's media 63 ms, above 50 ms for 10 s". The engine's own, where an engine of before stored it
// without the values for another.
QString sentenceOf(const Alarm& alarm);

}
