// The answers about legal holds, deletion and the clock of ages, for decodeAnswer(). Internal to shared/remote.
#pragma once

#include "shared/remote/wire.h"
#include "shared/remote/wire_archive.h"

namespace callmon::wire {

void readPage(Reader& in, HoldPage& page);
void readPage(Reader& in, DeletionPage& page);
void readClock(Reader& in, RetentionClock& clock);

}
