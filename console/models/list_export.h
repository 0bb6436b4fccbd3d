// A list as it is shown, as CSV: its rows in their order, the columns that are given in theirs.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/export_format.h"

#include <QAbstractItemModel>
#include <QString>

namespace callmon {

// Reads ExportRole of header and cells; quoting and guarding as in shared/base/csv.h.
// Columns of figures are known by their headers, which are aligned right.
std::string csvOf(const QAbstractItemModel& list, const std::vector<int>& columns, const ExportFormat& format = {});

// As lists are shown: times in the zone that is chosen under View.
ExportFormat shownFormat();

// Written whole or not at all. Returns the number of rows.
Result<int> writeCsv(const QAbstractItemModel& list, const std::vector<int>& columns, const QString& path,
    const ExportFormat& format = {});

}
