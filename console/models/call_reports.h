// What a call's page shows in its tabs, as rows for CSV, beside the streams (shared/calls/call_fields.h): messages,
// tags and notes.
#pragma once

#include "shared/calls/call_fields.h"
#include "shared/calls/call_message.h"
#include "shared/calls/call_notes.h"

namespace callmon {

std::span<const char* const> messageFieldNames();
std::vector<FieldValue> messageFields(const CallMessage& message); // its text by its first line

std::span<const char* const> remarkFieldNames();
std::vector<std::vector<FieldValue>> remarkRows(const CallNotes& notes); // tags first, then notes

}
