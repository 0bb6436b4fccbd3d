// What is exported of the page in front.
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/export_dialog.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/probe_page.h"
#include "console/views/report_export.h"
#include "console/views/service_page.h"

#include <QAction>
#include <QHeaderView>
#include <QTabWidget>
#include <QTableWidget>

namespace callmon {

void MainWindow::exportList()
{
    const CallTable* table = currentTable();
    if (!table)
        return exportReportOfPage();
    const QWidget* page = m_pages->currentWidget();
    ExportDialog::List list { table->model(), table->shownColumns(),
        page == m_live       ? QStringLiteral("live-calls")
            : page == m_past ? QStringLiteral("past-calls")
                             : QStringLiteral("alarms"),
        {}, 0 };
    if (page == m_past) {
        list.searched = m_past->searched();
        list.matchesInAll = m_past->model().matchesInAll();
        const QHeaderView* header = table->horizontalHeader();
        const int sorted = header->sortIndicatorSection();
        if (sorted >= 0 && sorted < PastCallModel::Tags) // in the order of the list; by tags and holds no search sorts
            for (CallQuery& query : list.searched) {
                query.sortBy = sorted == PastCallModel::StartedAt
                    ? std::string()
                    : table->model()->headerData(sorted, Qt::Horizontal, ExportRole).toString().toStdString();
                query.newestFirst = header->sortIndicatorOrder() == Qt::DescendingOrder;
            }
    }
    if (page == m_live)
        list.hold = [&calls = m_live->model(), held = m_live->model().isHeld()](bool on) { calls.setHeld(on || held); };
    auto* dialog = new ExportDialog(m_source, std::move(list), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setTheme(themeOf(m_theme));
    dialog->setModal(true); // the list would change while it is written
    dialog->show();
}

// Of a page whose table is no list of calls: what callmonctl prints of the same.
void MainWindow::exportReportOfPage()
{
    const QWidget* page = m_pages->currentWidget();
    Report report;
    if (page == m_service) {
        report = { QStringLiteral("service"), serviceRowFieldNames(), m_service->report(), {} };
        for (const CallSource::Probe& probe : m_source.probes())
            if (probe.state == CallSource::State::Connected)
                report.probes.push_back(probe.id);
    } else if (page == m_probePage) {
        report = { QStringLiteral("counters"), ProbePage::reportNames(), m_probePage->report(),
            { m_probePage->chosen() } };
    } else if (const CallPage* call = currentCall()) {
        report = call->report();
        report.probes = { call->probe() };
    }
    if (!report.rows.empty())
        exportReport(m_source, std::move(report), themeOf(m_theme), this);
}

std::vector<const QAbstractItemModel*> MainWindow::exportedRows() const
{
    return { &m_live->model(), &m_past->model(), &m_alarms->open(), &m_alarms->past(), m_service->groups().model(),
        m_probePage->counters().model() };
}

void MainWindow::followRows(const QAbstractItemModel& rows)
{
    for (const auto changed : { &QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved })
        connect(&rows, changed, this, &MainWindow::showExport);
    connect(&rows, &QAbstractItemModel::modelReset, this, &MainWindow::showExport);
}

void MainWindow::showExport()
{
    const QWidget* page = m_pages->currentWidget();
    const CallPage* call = currentCall();
    const bool any = currentTable() ? currentTable()->model()->rowCount() > 0
        : page == m_service         ? m_service->groups().rowCount() > 0
        : page == m_probePage       ? m_probePage->counters().rowCount() > 0
                                    : call && call->hasReport();
    m_export->setEnabled(any);
    m_export->setToolTip(any
            ? tr("The list as shown, its columns, order and filter, or the page's table, as CSV (Ctrl+E)")
            : tr("There is nothing to export: the list is empty"));
}

}
