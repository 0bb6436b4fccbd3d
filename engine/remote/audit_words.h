// What was asked for, in the words of the audit log.
#pragma once

#include "shared/calls/alarm.h"
#include "shared/calls/call_query.h"

#include <string>

namespace callmon {

std::string wordsOf(const CallQuery& query); // "caller +34* from 2026-03-01T00:00:00Z": only what was given
std::string wordsOf(const AlarmQuery& query);
std::string wordsOf(CallKey call);

}
