// A list whose rows are exported whole. The fields of a record are made all at once, so to ask for each of fifty cells
// by itself makes all fields of the row fifty times.
#pragma once

#include <span>
#include <string>

namespace callmon {

class ExportedRows {
public:
    virtual ~ExportedRows() = default;

    // What ExportRole says of the cells of those columns.
    virtual void exportRow(int row, std::span<const int> columns, std::span<std::string> fields) const = 0;
};

}
