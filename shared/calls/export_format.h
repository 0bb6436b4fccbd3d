// How an export is written, for whoever reads it next: a spreadsheet of another language wants other signs.
#pragma once

#include "shared/base/csv.h"
#include "shared/calls/call_fields.h"

#include <chrono>
#include <functional>

namespace callmon {

struct ExportFormat {
    CsvStyle style;
    bool byteOrderMark = false; // in front: some spreadsheets take a file for UTF-8 by it alone
    // Of a time zone at a time, east positive; empty: times are UTC and end with Z.
    std::function<std::chrono::seconds(Timestamp)> utcOffset;
};

// A field as this format has it: figures with its decimal sign; times, which are told by the name of their field
// (started_at, shelved_until, since, at, from, to), in its time zone, to the nanosecond as before.
std::string exportText(std::string_view name, const FieldValue& field, const ExportFormat& format);
std::string exportHead(const ExportFormat& format); // before the first line

}
