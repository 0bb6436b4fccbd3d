// The window's arrangement: docks beside the pages, each page with its own, kept from one time to the next.
#include "console/models/figures.h"
#include "console/models/least_role.h"
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/calls_over_time.h"
#include "console/views/editor_dialog.h"
#include "console/views/empty_overlay.h"
#include "console/views/figure_delegate.h"
#include "console/views/list_header.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/probe_page.h"
#include "console/views/service_page.h"
#include "console/views/worst_calls.h"

#include <QAction>
#include <QCloseEvent>
#include <QCoreApplication>
#include <QDockWidget>
#include <QHeaderView>
#include <QSettings>
#include <QTabWidget>
#include <QTableView>

namespace callmon {

namespace {

constexpr int roomForDocks = 900; // pixels: below, the list needs the height for itself

}

void MainWindow::buildDocks()
{
    m_overTime = new CallsOverTime(m_source, this);
    m_overTimeDock = new QDockWidget(tr("Calls over time"), this);
    m_overTimeDock->setObjectName(QStringLiteral("callsOverTimeDock"));
    m_overTimeDock->setWidget(m_overTime);
    m_worst = new WorstCalls(m_live->model(), this);
    connect(m_worst, &WorstCalls::callActivated, this, &MainWindow::openCall);
    m_worstDock = new QDockWidget(tr("Worst calls now"), this);
    m_worstDock->setObjectName(QStringLiteral("worstCallsDock"));
    m_worstDock->setWidget(m_worst);

    auto* alarms = new QTableView(this); // of the Alarms page's list: its order, its filter, its shelves
    alarms->setAccessibleName(tr("Open alarms"));
    m_alarmDelegate = new FigureDelegate(alarms);
    alarms->setItemDelegate(m_alarmDelegate);
    alarms->setHorizontalHeader(new ListHeader(alarms));
    alarms->setModel(&m_alarms->open());
    for (int column = 0; column < AlarmModel::ColumnCount; ++column)
        alarms->setColumnHidden(column,
            column != AlarmModel::Severity && column != AlarmModel::RaisedAt && column != AlarmModel::Text
                && column != AlarmModel::AcknowledgedBy);
    m_noAlarms = new EmptyOverlay(*alarms, {});
    connect(&m_source, &CallSource::probesChanged, this, &MainWindow::showRole);
    showRole();
    alarms->setSelectionBehavior(QTableView::SelectRows);
    alarms->setSelectionMode(QTableView::SingleSelection);
    alarms->setTabKeyNavigation(false);
    alarms->setShowGrid(false);
    alarms->setWordWrap(false);
    alarms->setFrameShape(QFrame::NoFrame);
    alarms->verticalHeader()->hide();
    alarms->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 7);
    alarms->horizontalHeader()->setSectionsClickable(false); // its order is the page's
    alarms->horizontalHeader()->setSectionResizeMode(AlarmModel::Text, QHeaderView::Stretch);
    const int character = fontMetrics().averageCharWidth();
    alarms->setColumnWidth(AlarmModel::Severity, character * 14);
    alarms->setColumnWidth(AlarmModel::RaisedAt,
        fontMetrics().horizontalAdvance(QStringLiteral("0000-00-00 00:00:00")) + 2 * cellMargin + 4);
    alarms->setColumnWidth(AlarmModel::AcknowledgedBy, character * 13);
    connect(alarms, &QTableView::activated, this, [this](const QModelIndex& index) {
        const ProbeAlarm* alarm = m_alarms->open().alarmAt(index.row());
        if (alarm != nullptr && alarm->call)
            openCall(*alarm->call, alarm->probe);
        else
            showAlarms();
    });
    m_alarmDock = new QDockWidget(tr("Open alarms"), this);
    m_alarmDock->setObjectName(QStringLiteral("openAlarmsDock"));
    m_alarmDock->setWidget(alarms);
    for (QDockWidget* dock : { m_overTimeDock, m_worstDock, m_alarmDock }) {
        addDockWidget(Qt::BottomDockWidgetArea, dock);
        dock->hide();
    }
}

void MainWindow::showRole()
{
    followRoles(m_source, this, &MainWindow::showRole);
    m_noAlarms->setText(isNowhereAllowed(m_source, ProbeDesk::Role::Operator)
            ? tr("Alarms are for operators: your certificate says viewer.")
            : tr("No alarm is open."));
}

QString MainWindow::layoutName() const
{
    const QWidget* page = m_pages->currentWidget();
    return page == m_live     ? QStringLiteral("operations")
        : page == m_past      ? QStringLiteral("calls")
        : page == m_alarms    ? QStringLiteral("alarms")
        : page == m_service   ? QStringLiteral("service")
        : page == m_probePage ? QStringLiteral("probe")
                              : QStringLiteral("call");
}

QString MainWindow::guidePage() const
{
    const QString name = layoutName();
    return name == QLatin1String("operations") ? QStringLiteral("live")
        : name == QLatin1String("calls")       ? QStringLiteral("past")
                                               : name;
}

// Each page keeps the docks that stood beside it.
void MainWindow::switchLayout()
{
    const QString next = layoutName();
    if (!isVisible() || next == m_layout)
        return;
    if (!m_layout.isEmpty())
        m_layouts[m_layout] = saveState();
    m_layout = next;
    if (const auto known = m_layouts.find(next); known != m_layouts.end())
        restoreState(known->second);
    else
        resetLayout();
}

void MainWindow::resetLayout()
{
    const bool docks = layoutName() == QLatin1String("operations") && height() >= roomForDocks;
    for (QDockWidget* dock : { m_overTimeDock, m_worstDock, m_alarmDock }) {
        dock->setFloating(false);
        addDockWidget(Qt::BottomDockWidgetArea, dock);
        dock->setVisible(docks);
    }
    if (!docks)
        return;
    const QList<QDockWidget*> all { m_overTimeDock, m_worstDock, m_alarmDock };
    resizeDocks(all, { height() / 4, height() / 4, height() / 4 }, Qt::Vertical);
    resizeDocks(
        all, { width() * 42 / 100, width() * 22 / 100, width() * 36 / 100 }, Qt::Horizontal); // alarms are sentences
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    switchLayout();
}

void MainWindow::restore()
{
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    for (const char* name : { "operations", "calls", "alarms", "service", "probe", "call" }) {
        const QString key = QString::fromLatin1(name);
        const QByteArray state = settings.value(QStringLiteral("layout/") + key).toByteArray();
        if (!state.isEmpty())
            m_layouts[key] = state;
    }
    setZone(settings.value(QStringLiteral("window/zone")).toString());
    m_live->numbersAction()->setChecked(settings.value(QStringLiteral("window/numbers"), true).toBool());
}

// Of all that is open, whatever it is that ends.
bool MainWindow::mayLeave()
{
    for (EditorDialog* dialog : findChildren<EditorDialog*>())
        if (dialog->isVisible() && !dialog->mayLeave())
            return false;
    for (int i = 0; i < m_pages->count(); ++i)
        if (auto* page = qobject_cast<CallPage*>(m_pages->widget(i)); page && !page->mayLeave())
            return false;
    return true;
}

void MainWindow::keepArrangement()
{
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    if (!m_layout.isEmpty())
        m_layouts[m_layout] = saveState();
    for (const auto& [name, state] : m_layouts)
        settings.setValue(QStringLiteral("layout/") + name, state);
    settings.setValue(QStringLiteral("window/numbers"), m_live->numbersAction()->isChecked());
    settings.setValue(QStringLiteral("window/zone"), m_zone);
    settings.setValue(QStringLiteral("theme"), nameOf(m_theme));
    m_live->table().saveColumns();
    m_past->table().saveColumns();
    m_alarms->saveColumns();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!mayLeave())
        return event->ignore();
    keepArrangement();
    QMainWindow::closeEvent(event);
}

// No window is closed, as quit() would: a dialog with something unsaved asks when it is.
void MainWindow::endUnasked()
{
    keepArrangement();
    QCoreApplication::exit();
}

}
