#include "console/views/report_export.h"

#include "console/models/field_rows.h"
#include "console/views/export_dialog.h"

namespace callmon {

void exportReport(CallSource& source, Report report, const Theme& theme, QWidget* window)
{
    auto rows = std::make_unique<FieldRows>(report.fields, std::move(report.rows));
    ExportDialog::List list;
    list.model = rows.get();
    list.columns = rows->columns();
    list.name = report.name;
    list.probes = std::move(report.probes);
    auto* dialog = new ExportDialog(source, std::move(list), window);
    rows.release()->setParent(dialog); // as long as it is written
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setTheme(theme);
    dialog->setModal(true); // what is below would change while it is written
    dialog->show();
}

ReportButton::ReportButton(const QAbstractItemModel& rows, QWidget* parent)
    : QPushButton(tr("E&xport CSV…"), parent)
    , m_rows(rows)
{
    setObjectName(QStringLiteral("exportReport"));
    setAutoDefault(false);
    for (const auto changed : { &QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved })
        connect(&rows, changed, this, &ReportButton::showState);
    connect(&rows, &QAbstractItemModel::modelReset, this, &ReportButton::showState);
    showState();
}

void ReportButton::showState()
{
    const bool any = m_rows.rowCount() > 0;
    setEnabled(any);
    setToolTip(any ? tr("Write the rows that are shown, all columns, to a file") : tr("The list is empty"));
}

}
