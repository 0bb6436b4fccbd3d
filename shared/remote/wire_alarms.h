// The answers about alarms and their rules, for decodeAnswer(). Internal to shared/remote.
#pragma once

#include "shared/remote/wire.h"
#include "shared/remote/wire_archive.h"

namespace callmon::wire {

void readPage(Reader& in, FoundAlarms& page);
void readPage(Reader& in, AlarmRulePage& page);
void readPage(Reader& in, AlarmRuleChangePage& page);

}
