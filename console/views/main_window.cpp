#include "console/views/main_window.h"

#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/live_page.h"
#include "console/views/message_bar.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/probe_bar.h"
#include "console/views/search_form.h"
#include "console/views/service_page.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QStatusBar>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
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
    , m_probe(new ProbeBar(this))
    , m_export(new QAction(tr("&Export CSV…"), this))
    , m_play(new QAction(tr("&Play or pause"), this))
    , m_reload(new QAction(tr("&Reload"), this))
    , m_theme(theme)
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("VoIPCallMon"));
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_connection);
    layout->addWidget(m_pages, 1);
    setCentralWidget(centre);
    m_pages->setDocumentMode(true);
    m_pages->setElideMode(Qt::ElideMiddle);
    m_pages->addTab(m_live, tr("Live calls"));
    m_pages->addTab(m_past, tr("Past calls"));
    m_pages->addTab(m_alarms, tr("Alarms"));
    m_pages->addTab(m_service, tr("Service"));
    statusBar()->addPermanentWidget(m_probe, 1);
    statusBar()->setSizeGripEnabled(false);
    buildMenu();
    resize(1280, 720);

    connect(m_live, &LivePage::callActivated, this, &MainWindow::openCall);
    connect(m_past, &PastPage::callActivated, this, &MainWindow::openCall);
    connect(m_alarms, &AlarmPage::callActivated, this, &MainWindow::openCall);
    connect(m_alarms, &AlarmPage::unacknowledgedChanged, this, &MainWindow::countAlarms);
    connect(&source, &CallSource::stateChanged, this, &MainWindow::showConnection);
    connect(&source, &CallSource::statusChanged, this, [this](const ProbeStatus& status) {
        m_now = status.now;
        m_probe->show(status);
        if (CallPage* page = currentCall())
            page->setNow(m_now);
    });
    connect(m_pages, &QTabWidget::currentChanged, this, [this] {
        const bool call = currentCall() != nullptr;
        m_export->setEnabled(currentTable() != nullptr);
        m_play->setEnabled(call);
        m_reload->setEnabled(call || m_pages->currentWidget() == m_service);
    });
    emit m_pages->currentChanged(0);
    qApp->installEventFilter(this);
    setTheme(theme);
    showConnection(source.state(), {});
    m_live->focusFilter();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildMenu()
{
    const auto action = [this](QMenu* menu, const QString& text, const QList<QKeySequence>& keys, auto slot) {
        QAction* one = menu->addAction(text);
        one->setShortcuts(keys);
        connect(one, &QAction::triggered, this, slot);
        return one;
    };
    QMenu* file = menuBar()->addMenu(tr("&File"));
    m_export->setShortcut(Qt::CTRL | Qt::Key_E);
    m_export->setToolTip(tr("The list as shown, its columns, order and filter, as CSV (Ctrl+E)"));
    connect(m_export, &QAction::triggered, this, &MainWindow::exportList);
    file->addAction(m_export);
    m_live->addExportAction(m_export);
    m_past->addExportAction(m_export);
    m_alarms->addExportAction(m_export);
    file->addSeparator();
    action(file, tr("&Quit"), { QKeySequence(Qt::CTRL | Qt::Key_Q) }, [this] { close(); });

    QMenu* view = menuBar()->addMenu(tr("&View"));
    action(view, tr("&Live calls"), { QKeySequence(Qt::CTRL | Qt::Key_1) }, [this] { showLive(); });
    action(view, tr("&Past calls"), { QKeySequence(Qt::CTRL | Qt::Key_2) }, [this] { showPast(); });
    action(view, tr("&Alarms"), { QKeySequence(Qt::CTRL | Qt::Key_3) }, [this] { showAlarms(); });
    action(view, tr("&Service metrics"), { QKeySequence(Qt::CTRL | Qt::Key_4) }, [this] { showService(); });
    action(view, tr("&Back"), { QKeySequence(Qt::Key_Escape) }, [this] { goBack(); });
    view->addSeparator();
    action(
        view, tr("&Filter the live calls; find in a call's messages"), { QKeySequence(Qt::CTRL | Qt::Key_F) }, [this] {
            if (CallPage* page = currentCall())
                return page->findInMessages();
            showLive();
            m_live->focusFilter();
        });
    action(view, tr("&Search past calls"), { QKeySequence(Qt::CTRL | Qt::Key_L) }, [this] {
        showPast();
        m_past->form().focusNumber();
    });
    view->addAction(m_live->holdAction());
    view->addSeparator();
    action(view, tr("Light or dark &theme"), { QKeySequence(Qt::CTRL | Qt::Key_T) },
        [this] { setTheme(m_theme == ThemeName::Light ? ThemeName::Dark : ThemeName::Light); });

    QMenu* call = menuBar()->addMenu(tr("&Call"));
    m_play->setText(tr("&Play or pause\tSpace")); // the key is handled in eventFilter: only where it types nothing
    connect(m_play, &QAction::triggered, this, [this] {
        if (CallPage* page = currentCall())
            page->player().toggle();
    });
    call->addAction(m_play);
    m_reload->setShortcut(Qt::Key_F5);
    connect(m_reload, &QAction::triggered, this, [this] {
        if (CallPage* page = currentCall())
            page->reload();
        else
            m_service->refresh();
    });
    call->addAction(m_reload);
    action(call, tr("&Close the call's page"), { QKeySequence(Qt::CTRL | Qt::Key_W) },
        [this] { closePage(m_pages->currentIndex()); });

    QMenu* alarm = menuBar()->addMenu(tr("&Alarm"));
    for (QAction* one : { m_alarms->acknowledgeAction(), m_alarms->shelveAction(), m_alarms->rulesAction() })
        alarm->addAction(one);

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    action(help, tr("&Keyboard"), { QKeySequence(Qt::Key_F1) }, [this] { showShortcuts(); });
    action(help, tr("&About"), {}, [this] { showAbout(); });
}

CallPage* MainWindow::currentCall() const
{
    return qobject_cast<CallPage*>(m_pages->currentWidget());
}

void MainWindow::showLive()
{
    m_pages->setCurrentWidget(m_live);
    m_live->focusList();
}

void MainWindow::showPast()
{
    m_pages->setCurrentWidget(m_past);
    m_past->form().focusNumber();
}

void MainWindow::showAlarms()
{
    m_pages->setCurrentWidget(m_alarms);
    m_alarms->focusList();
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

CallTable* MainWindow::currentTable() const
{
    const QWidget* page = m_pages->currentWidget();
    return page == m_live  ? &m_live->table()
        : page == m_past   ? &m_past->table()
        : page == m_alarms ? &m_alarms->table()
                           : nullptr;
}

void MainWindow::showService()
{
    m_pages->setCurrentWidget(m_service);
    m_service->focusGroups();
}

CallPage* MainWindow::openCall(CallKey call, ProbeId probe)
{
    if (!currentCall())
        m_returnTo = m_pages->currentWidget();
    for (int i = 0; i < m_pages->count(); ++i)
        if (auto* page = qobject_cast<CallPage*>(m_pages->widget(i));
            page && page->call() == call && page->probe() == probe) {
            m_pages->setCurrentIndex(i);
            return page;
        }
    auto* page = new CallPage(m_source.of(probe), m_live->model(), { probe, call }, m_past->find(call, probe), this);
    page->setTheme(themeOf(m_theme));
    page->setNow(m_now);
    const int index = m_pages->addTab(page, page->title());
    auto* close = new QToolButton(m_pages->tabBar()); // Fusion's own is a red spot
    close->setText(QStringLiteral("✕"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Ctrl+W)"));
    close->setAccessibleName(tr("Close the call's page"));
    close->setFocusPolicy(Qt::NoFocus);
    connect(close, &QToolButton::clicked, this, [this, page] { closePage(m_pages->indexOf(page)); });
    m_pages->tabBar()->setTabButton(index, QTabBar::RightSide, close);
    const auto name = [this, page] {
        m_pages->setTabText(m_pages->indexOf(page), page->title());
        m_pages->setTabToolTip(m_pages->indexOf(page), page->title());
    };
    connect(page, &CallPage::titleChanged, this, name);
    m_pages->setCurrentIndex(index);
    page->setFocus();
    return page;
}

void MainWindow::closePage(int index)
{
    auto* page = qobject_cast<CallPage*>(m_pages->widget(index));
    if (!page)
        return;
    page->player().stop();
    const bool current = m_pages->currentIndex() == index;
    m_pages->removeTab(index);
    page->deleteLater();
    if (current)
        goBack();
}

// Esc: first what is under way or typed, then the page itself; a call page stays open as a tab.
void MainWindow::goBack()
{
    QWidget* page = m_pages->currentWidget();
    if (page == m_live) {
        m_live->clearFilter();
        m_live->focusList();
    } else if (page == m_past) {
        if (!m_past->cancel())
            m_past->form().focusNumber();
    } else if (page == m_alarms) {
        m_alarms->clearFilter();
        m_alarms->focusList();
    } else if (currentCall()) {
        QWidget* back = m_returnTo ? m_returnTo : m_live;
        m_pages->setCurrentWidget(back);
        if (back == m_live)
            m_live->focusList();
        else if (CallTable* table = currentTable())
            table->setFocus();
    }
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

void MainWindow::exportList()
{
    const CallTable* table = currentTable();
    if (!table)
        return;
    const QWidget* page = m_pages->currentWidget();
    QString path = QFileDialog::getSaveFileName(this, tr("Export the list as shown"),
        page == m_live       ? QStringLiteral("live-calls.csv")
            : page == m_past ? QStringLiteral("past-calls.csv")
                             : QStringLiteral("alarms.csv"),
        tr("CSV (*.csv)"));
    if (path.isEmpty())
        return;
    if (!path.contains(QLatin1Char('.')))
        path += QStringLiteral(".csv");
    const Result<int> rows = table->exportCsv(path);
    if (rows) {
        const auto count = static_cast<quint64>(rows.value());
        statusBar()->showMessage(
            tr("%1 written to %2").arg(page == m_alarms ? alarmsText(count) : callsText(count), path), 8000);
    } else
        QMessageBox::warning(this, tr("Export CSV"), QString::fromStdString(rows.error().what));
}

// Space plays and / filters, wherever no text is being typed and no button has the focus.
bool MainWindow::eventFilter(QObject* watched, QEvent* event)
{
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

void MainWindow::restore()
{
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    restoreState(settings.value(QStringLiteral("window/state")).toByteArray());
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/state"), saveState());
    settings.setValue(QStringLiteral("theme"), nameOf(m_theme));
    m_live->table().saveColumns();
    m_past->table().saveColumns();
    m_alarms->saveColumns();
    QMainWindow::closeEvent(event);
}

void MainWindow::showShortcuts()
{
    QMessageBox::information(this, tr("Keyboard"),
        tr("<table cellspacing=4><tr><td><b>Ctrl+1, 2, 3, 4</b></td><td>live calls, past calls, alarms, service "
           "metrics</td></tr>"
           "<tr><td><b>Ctrl+F</b> or <b>/</b></td><td>filter the live calls; on a call's page find in its messages, F3 "
           "goes on</td></tr>"
           "<tr><td><b>Ctrl+L</b></td><td>search past calls</td></tr>"
           "<tr><td><b>Enter</b></td><td>open the call</td></tr><tr><td><b>Esc</b></td><td>back</td></tr>"
           "<tr><td><b>Space</b></td><td>play, pause</td></tr>"
           "<tr><td><b>← →</b></td><td>in a waveform: seek 5 s, with Shift 30 s; in a timeline: move the cursor, with "
           "Ctrl "
           "from message to message, with Shift pan</td></tr>"
           "<tr><td><b>+ − Home</b></td><td>in a timeline: zoom, show all of the call</td></tr>"
           "<tr><td><b>Enter</b></td><td>in a timeline: listen from the cursor</td></tr>"
           "<tr><td><b>Ctrl+P</b></td><td>in a timeline: save it as PNG or SVG</td></tr>"
           "<tr><td><b>F6</b></td><td>on a call's page: timeline and tabs, or one of them alone</td></tr>"
           "<tr><td><b>F5</b></td><td>fetch the call again, with its sound if that was "
           "loaded; renew the service metrics</td></tr><tr><td><b>Ctrl+W</b></td><td>close the call</td></tr>"
           "<tr><td><b>Ctrl+H</b></td><td>hold the live list</td></tr>"
           "<tr><td><b>Ctrl+K, Ctrl+J</b></td><td>acknowledge, shelve the chosen alarms</td></tr>"
           "<tr><td><b>Ctrl+R</b></td><td>alarm rules</td></tr>"
           "<tr><td><b>Ctrl+E</b></td><td>export the list as CSV</td></tr>"
           "<tr><td><b>Ctrl+C</b></td><td>copy the selected rows</td></tr>"
           "<tr><td><b>Ctrl+T</b></td><td>light or dark theme</td></tr></table>"));
}

void MainWindow::showAbout()
{
    QMessageBox::about(this, tr("About"),
        tr("<b>VoIPCallMon %1</b><br>Monitors VoIP calls: who calls whom, how it sounds, and the sound itself."
           "<br>GPL-3.0-or-later")
            .arg(QCoreApplication::applicationVersion()));
}

}
