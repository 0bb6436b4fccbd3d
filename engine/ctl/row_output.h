// Rows of named fields as csv, json, or a table for the eye, each written as soon as it is there.
#pragma once

#include "shared/calls/export_format.h"

#include <memory>
#include <ostream>

namespace callmon {

enum class Format { Table, Csv, Json };

struct TableColumn { // how a column looks in a table
    const char* field; // one of the names, or "src" and "dst": address and port in one
    const char* heading; // with the unit
    std::size_t widest = 24; // longer text is cut
};

class RowOutput {
public:
    virtual ~RowOutput() = default;
    virtual void row(const std::vector<FieldValue>& fields) = 0; // in the order of the names
    virtual void end() = 0;
};

// csv and json carry every field, a table those of `columns` alone.
std::unique_ptr<RowOutput> makeRowOutput(Format format, std::span<const char* const> names,
    std::span<const TableColumn> columns, std::ostream& out, const ExportFormat& signs = {});

// Text as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string jsonText(std::string_view text);

}
