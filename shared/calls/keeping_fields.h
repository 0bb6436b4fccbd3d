// Legal holds and what became of a deletion, as rows of CSV and JSON.
#pragma once

#include "shared/calls/call_fields.h"
#include "shared/calls/deletion.h"
#include "shared/calls/hold.h"

namespace callmon {

std::span<const char* const> holdFieldNames();
std::vector<FieldValue> holdFields(const Hold& hold);

std::span<const char* const> deletedCallFieldNames();
std::vector<FieldValue> deletedCallFields(const DeletedCall& call);

}
