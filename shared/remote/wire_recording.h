// The recording rules, for decodeAnswer(). Internal to shared/remote.
#pragma once

#include "shared/calls/recording_rule.h"
#include "shared/remote/wire_archive.h"

namespace callmon::wire {

void readRules(Reader& in, RecordingRules& rules);

}
