// The columns of recording rules, as call_fields.h has those of calls.
#pragma once

#include "shared/calls/call_fields.h"
#include "shared/calls/recording_rule.h"

namespace callmon {

std::span<const char* const> recordingRuleFieldNames();
std::vector<FieldValue> recordingRuleFields(const RecordingRule& rule);

}
