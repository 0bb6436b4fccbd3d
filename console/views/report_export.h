// What a page or a dialog shows that is no list of calls, as CSV: under the names of callmonctl, the rows as filtered
// and in their order.
#pragma once

#include "console/models/call_source.h"
#include "console/views/theme.h"
#include "shared/calls/call_fields.h"

#include <QPushButton>

class QAbstractItemModel;

namespace callmon {

struct Report {
    QString name; // for the file: "audit"
    std::span<const char* const> fields;
    std::vector<std::vector<FieldValue>> rows;
    std::vector<ProbeId> probes; // whose they are: each is told
};

// Asks how and where, and writes.
void exportReport(CallSource& source, Report report, const Theme& theme, QWidget* window);

// "Export CSV…" beside a table; while that is empty it says so instead.
class ReportButton : public QPushButton {
    Q_OBJECT

public:
    ReportButton(const QAbstractItemModel& rows, QWidget* parent);

private:
    void showState();

    const QAbstractItemModel& m_rows;
};

}
