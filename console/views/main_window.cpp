#include "console/views/main_window.h"

#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/calls_over_time.h"
#include "console/views/desk_menu.h"
#include "console/views/figure_delegate.h"
#include "console/views/figure_note.h"
#include "console/views/live_page.h"
#include "console/views/message_bar.h"
#include "console/views/operations_bar.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/probe_bar.h"
#include "console/views/probe_page.h"
#include "console/views/probe_strip.h"
#include "console/views/probe_watch.h"
#include "console/views/progress_line.h"
#include "console/views/search_form.h"
#include "console/views/service_page.h"
#include "console/views/worst_calls.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenuBar>
#include <QStatusBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace callmon {

MainWindow::MainWindow(CallSource& source, ThemeName theme, QWidget* parent)
    : QMainWindow(parent)
    , m_source(source)
    , m_connection(new MessageBar(this))
    , m_pages(new QTabWidget(this))
    , m_live(new LivePage(source, this))
    , m_past(new PastPage(source, this))
    , m_alarms(new AlarmPage(source, this))
    , m_service(new ServicePage(source, this))
    , m_watch(new ProbeWatch(source, this))
    , m_probePage(new ProbePage(*m_watch, this))
    , m_probe(new ProbeBar(this))
    , m_strip(new ProbeStrip(*m_watch, this))
    , m_search(new QLineEdit(this))
    , m_reading(new ProgressLine(this))
    , m_export(new QAction(tr("&Export CSV…"), this))
    , m_play(new QAction(tr("&Play or pause"), this))
    , m_reload(new QAction(tr("&Reload"), this))
    , m_saveSound(new QAction(this))
    , m_exportCapture(new QAction(this))
    , m_theme(theme)
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("VoIPCallMon"));
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_connection);
    layout->addWidget(m_reading);
    m_reading->setObjectName(QStringLiteral("captureProgress"));
    m_reading->setContentsMargins(10, 4, 10, 4);
    layout->addWidget(m_pages, 1);
    setCentralWidget(centre);
    m_pages->setDocumentMode(true);
    m_pages->setElideMode(Qt::ElideMiddle);
    m_pages->addTab(m_live, tr("Live calls"));
    m_pages->addTab(m_past, tr("Past calls"));
    m_pages->addTab(m_alarms, tr("Alarms"));
    m_pages->addTab(m_service, tr("Service"));
    m_pages->addTab(m_probePage, tr("Probe"));
    statusBar()->addPermanentWidget(m_probe, 1);
    statusBar()->addPermanentWidget(m_strip, 1);
    m_search->setObjectName(QStringLiteral("searchBox"));
    m_search->setPlaceholderText(tr("Number, Call-ID or address  (Ctrl+L)"));
    m_search->setAccessibleName(tr("Search a number, Call-ID or address"));
    m_search->setClearButtonEnabled(true);
    m_search->setFixedWidth(fontMetrics().averageCharWidth() * 44);
    auto* corner = new QWidget(this); // a menu bar goes by hints alone
    auto* cornerRow = new QHBoxLayout(corner);
    cornerRow->setContentsMargins(0, 2, 8, 0);
    cornerRow->addWidget(m_search);
    menuBar()->setCornerWidget(corner);
    buildDocks();
    statusBar()->setSizeGripEnabled(false);
    buildMenu();
    resize(1280, 720);

    connect(m_search, &QLineEdit::returnPressed, this, [this] { search(m_search->text()); });
    connect(m_strip, &ProbeStrip::probeWanted, this, qOverload<ProbeId>(&MainWindow::showProbe));
    connect(m_probe, &ProbeBar::clicked, this, qOverload<>(&MainWindow::showProbe));
    connect(m_watch, &ProbeWatch::listChanged, this, &MainWindow::showHealth);
    connect(m_watch, &ProbeWatch::changed, this, [this] {
        if (m_watch->entries().size() == 1)
            m_probe->setHealth(m_watch->entries().begin()->second.health, m_watch->now());
    });
    connect(&m_live->operations(), &OperationsBar::figureChosen, this, &MainWindow::followFigure);
    m_past->figureNote().setLiveCalls(m_live->model());
    connect(&m_past->figureNote(), &FigureNote::liveWanted, this, [this](const QString& filter) {
        m_live->setFilterText(filter);
        showLive();
    });
    connect(m_service, &ServicePage::callsWanted, this, &MainWindow::showCallsBehind);
    connect(m_live, &LivePage::callActivated, this, &MainWindow::openCall);
    connect(m_past, &PastPage::callActivated, this, &MainWindow::openCall);
    connect(m_alarms, &AlarmPage::callActivated, this, &MainWindow::openCall);
    connect(m_alarms, &AlarmPage::unacknowledgedChanged, this, &MainWindow::countAlarms);
    connect(&source, &CallSource::stateChanged, this, &MainWindow::showConnection);
    connect(&source, &CallSource::statusChanged, this, [this](const ProbeStatus& status, ProbeId probe) {
        m_now = m_clocks.take(m_source, status, probe);
        m_probe->show(status);
        if (CallPage* page = currentCall(); page && page->probe() == probe)
            page->setNow(status.now);
    });
    connect(m_pages, &QTabWidget::currentChanged, this, [this] {
        const bool call = currentCall() != nullptr;
        for (QAction* ofCall :
            QList<QAction*> { m_play, m_saveSound, m_exportCapture, m_tagsAndNotes, m_closeCall } + m_playerActions)
            ofCall->setEnabled(call);
        m_play->setEnabled(call && currentCall()->player().canPlay());
        m_sort->setEnabled(currentTable() != nullptr);
        m_reload->setEnabled(call || m_pages->currentWidget() == m_service);
        switchLayout();
        showExport();
    });
    for (const QAbstractItemModel* rows : exportedRows())
        followRows(*rows);
    connect(m_alarms, &AlarmPage::listChanged, this, &MainWindow::showExport);
    emit m_pages->currentChanged(0);
    qApp->installEventFilter(this);
    setTheme(theme);
    showHealth();
    showConnection(source.state(), {});
    m_live->focusFilter();
}

MainWindow::~MainWindow()
{
    for (const QAbstractItemModel* rows : exportedRows())
        disconnect(rows, nullptr, this, nullptr); // tables tell of being emptied while they go
}

// What nobody has seen to yet is told wherever the user is.
void MainWindow::countAlarms()
{
    const std::size_t count = m_alarms->open().unacknowledged();
    const auto worst = m_alarms->open().worstUnacknowledged();
    const int index = m_pages->indexOf(m_alarms);
    m_pages->setTabText(index, worst ? tr("%1 Alarms (%2)").arg(glyph(*worst), countText(count)) : tr("Alarms"));
    m_pages->setTabToolTip(index,
        worst ? tr("%1 not acknowledged, the worst one %2").arg(alarmsText(count), word(*worst))
              : tr("No alarm is open that nobody has acknowledged"));
}

// One probe has the line for itself; several share it.
void MainWindow::showHealth()
{
    const std::vector<CallSource::Probe> probes = m_source.probes();
    m_probe->setVisible(probes.size() == 1);
    m_strip->setVisible(probes.size() != 1);
}

void MainWindow::setTheme(ThemeName name)
{
    m_theme = name;
    const Theme theme = themeOf(name);
    useTheme(*qApp, theme);
    m_connection->setTheme(theme);
    m_live->setTheme(theme);
    m_past->setTheme(theme);
    m_alarms->setTheme(theme);
    m_service->setTheme(theme);
    m_probe->setTheme(theme);
    m_strip->setTheme(theme);
    m_probePage->setTheme(theme);
    m_worst->setTheme(theme);
    m_overTime->setTheme(theme);
    m_alarmDelegate->setTheme(theme);
    m_desk->setTheme(theme);
    for (int i = 0; i < m_pages->count(); ++i)
        if (auto* page = qobject_cast<CallPage*>(m_pages->widget(i)))
            page->setTheme(theme);
}

void MainWindow::showConnection(CallSource::State state, const QString& message)
{
    m_probe->setState(state);
    const bool connected = state == CallSource::State::Connected;
    m_wasConnected = m_wasConnected || connected;
    if (connected) {
        if (m_source.probes().size() > 1) // those that do not answer
            m_connection->say(MessageBar::Kind::Warning, message);
        else
            m_connection->clear();
        return;
    }
    const QString kept = m_wasConnected ? tr(" What is shown is the last that was known.") : QString();
    switch (state) {
    case CallSource::State::Incompatible:
        m_connection->say(MessageBar::Kind::Error,
            message.isEmpty() ? tr("The engine speaks another version: use a console of the same version.")
                              : message + kept);
        break;
    case CallSource::State::Connecting:
        m_connection->say(
            MessageBar::Kind::Warning, (message.isEmpty() ? tr("Connecting to the engine…") : message) + kept);
        break;
    default:
        m_connection->say(MessageBar::Kind::Warning,
            (message.isEmpty() ? tr("No connection to the engine; trying again by itself.") : message) + kept);
    }
}

// Space plays and / filters, wherever no text is being typed and no button has the focus. Ctrl+E exports and Ctrl+K
// acknowledges even there: on X11 a text field would go to the end of its line for the one and delete up to it for the
// other, which it must not do when there is nothing to export or acknowledge either.
bool MainWindow::eventFilter(QObject* watched, QEvent* event)
{
    // Esc closes the list of a choice that is open, and does not lead away from the page as well.
    if (event->type() == QEvent::ShortcutOverride && QApplication::activePopupWidget()
        && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    if ((event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress) && isActiveWindow()) {
        const QKeySequence keys(static_cast<QKeyEvent*>(event)->keyCombination());
        if (keys == m_export->shortcut() || keys == m_alarms->acknowledgeAction()->shortcut()) {
            event->ignore();
            return true;
        }
    }
    if (event->type() == QEvent::KeyPress && isActiveWindow() && !QApplication::activePopupWidget()
        && !QApplication::activeModalWidget()) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const QWidget* focus = QApplication::focusWidget();
        const bool typing = qobject_cast<const QLineEdit*>(focus) || (focus && focus->inherits("QAbstractSpinBox"));
        const bool button = qobject_cast<const QAbstractButton*>(focus) || qobject_cast<const QComboBox*>(focus);
        if (watched == focus && !typing && key->modifiers() == Qt::NoModifier) {
            if (key->key() == Qt::Key_Space && !button && currentCall()) {
                currentCall()->player().toggle();
                return true;
            }
            if (key->key() == Qt::Key_Slash && !currentCall()) {
                showLive();
                m_live->focusFilter();
                return true;
            }
        }
    }
    return QMainWindow::eventFilter(watched, event);
}

}
