// The window's menus: every action by name, and what few of them do that belongs to no page.
#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/views/alarm_notice.h"
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/command_palette.h"
#include "console/views/desk_menu.h"
#include "console/views/export_dialog.h"
#include "console/views/guide_dialog.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/messages_panel.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/probe_page.h"
#include "console/views/probes_dialog.h"
#include "console/views/search_form.h"
#include "console/views/service_page.h"

#include <QAction>
#include <QDockWidget>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <QTabWidget>
#include <QTextBrowser>

namespace callmon {

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
    connect(m_export, &QAction::triggered, this, &MainWindow::exportList);
    file->addAction(m_export);
    m_live->addExportAction(m_export);
    m_past->addExportAction(m_export);
    m_alarms->addExportAction(m_export);
    file->addSeparator();
    buildCaptureMenu(*file);
    file->addSeparator();
    action(file, tr("&Quit"), { QKeySequence(Qt::CTRL | Qt::Key_Q) }, [this] { close(); });

    QMenu* view = menuBar()->addMenu(tr("&View"));
    action(view, tr("&Live calls"), { QKeySequence(Qt::CTRL | Qt::Key_1) }, [this] { showLive(); });
    action(view, tr("&Past calls"), { QKeySequence(Qt::CTRL | Qt::Key_2) }, [this] { showPast(); });
    action(view, tr("&Alarms"), { QKeySequence(Qt::CTRL | Qt::Key_3) }, [this] { showAlarms(); });
    action(view, tr("&Service metrics"), { QKeySequence(Qt::CTRL | Qt::Key_4) }, [this] { showService(); });
    action(view, tr("P&robe health"), { QKeySequence(Qt::CTRL | Qt::Key_5) }, [this] { showProbe(); });
    action(view, tr("&Back"), { QKeySequence(Qt::Key_Escape) }, [this] { goBack(); });
    view->addSeparator();
    action(view, tr("&Filter the live calls or the alarms; find in a call's messages"),
        { QKeySequence(Qt::CTRL | Qt::Key_F) }, [this] {
            if (CallPage* page = currentCall())
                return page->findInMessages();
            if (m_pages->currentWidget() == m_alarms)
                return m_alarms->focusFilter();
            showLive();
            m_live->focusFilter();
        });
    action(view, tr("Search &number, Call-ID or address"), { QKeySequence(Qt::CTRL | Qt::Key_L) }, [this] {
        m_search->setFocus(Qt::ShortcutFocusReason);
        m_search->selectAll();
    });
    action(
        view, tr("&Commands by name…"), { QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P) }, [this] { showCommands(); });
    view->addAction(m_live->holdAction());
    m_sort = action(view, tr("S&ort the list by…"), { QKeySequence(Qt::CTRL | Qt::Key_S) }, [this] { askForOrder(); });
    view->addSeparator();
    for (const auto& [dock, text] : { std::pair(m_overTimeDock, tr("Calls over ti&me")),
             std::pair(m_worstDock, tr("&Worst calls now")), std::pair(m_alarmDock, tr("Op&en alarms")) }) {
        dock->toggleViewAction()->setText(text);
        view->addAction(dock->toggleViewAction());
    }
    view->addAction(m_live->numbersAction());
    action(view, tr("&Usual arrangement of this page"), {}, [this] { resetLayout(); });
    view->addSeparator();
    buildZoneMenu(*view->addMenu(tr("Time &zone")));
    action(view, tr("Light or dark &theme"), { QKeySequence(Qt::CTRL | Qt::Key_T) },
        [this] { setTheme(m_theme == ThemeName::Light ? ThemeName::Dark : ThemeName::Light); });

    QMenu* call = menuBar()->addMenu(tr("&Call"));
    m_play->setText(tr("&Play or pause\tSpace")); // the key is handled in eventFilter: only where it types nothing
    connect(m_play, &QAction::triggered, this, [this] {
        if (CallPage* page = currentCall())
            page->player().toggle();
    });
    call->addAction(m_play);
    // Wherever the focus is on the page: there the arrows alone go through messages, times or text.
    const auto player = [&](const QString& text, QKeyCombination key, void (PlayerBar::*turn)(double), double by) {
        m_playerActions.append(action(call, text, { QKeySequence(key) }, [this, turn, by] {
            if (CallPage* page = currentCall())
                (page->player().*turn)(by);
        }));
    };
    player(tr("&Back 5 seconds"), Qt::ALT | Qt::Key_Left, &PlayerBar::skip, -5);
    player(tr("&Forward 5 seconds"), Qt::ALT | Qt::Key_Right, &PlayerBar::skip, 5);
    player(tr("&Louder"), Qt::CTRL | Qt::Key_Up, &PlayerBar::turnVolume, 10);
    player(tr("S&ofter"), Qt::CTRL | Qt::Key_Down, &PlayerBar::turnVolume, -10);
    m_playerActions.append(action(call, tr("Repeat &a passage: from here, to here, no more"),
        { QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R) }, [this] {
            if (CallPage* page = currentCall())
                page->player().nextLoopStep();
        }));
    m_reload->setShortcut(Qt::Key_F5);
    connect(m_reload, &QAction::triggered, this, [this] {
        if (CallPage* page = currentCall())
            page->reload();
        else
            m_service->refresh();
    });
    call->addAction(m_reload);
    m_saveSound->setText(tr("Save the sound as &WAV…"));
    connect(m_saveSound, &QAction::triggered, this, [this] {
        if (CallPage* page = currentCall())
            page->askToSaveSound();
    });
    call->addAction(m_saveSound);
    m_exportCapture->setText(tr("&Export messages and media as pcap…"));
    connect(m_exportCapture, &QAction::triggered, this, [this] {
        if (CallPage* page = currentCall())
            page->askToExportCapture();
    });
    call->addAction(m_exportCapture);
    m_tagsAndNotes = action(call, tr("&Tags and notes"), { QKeySequence(Qt::CTRL | Qt::Key_N) }, [this] {
        if (CallPage* page = currentCall())
            page->showNotes();
    });
    m_closeCall = action(call, tr("&Close the call's page"), { QKeySequence(Qt::CTRL | Qt::Key_W) },
        [this] { closePage(m_pages->currentIndex()); });

    QMenu* alarm = menuBar()->addMenu(tr("&Alarm"));
    for (QAction* one : { m_alarms->acknowledgeAction(), m_alarms->shelveAction(), m_alarms->rulesAction() }) {
        alarm->addAction(one);
        connect(one, &QAction::triggered, this, [this] { m_pages->setCurrentWidget(m_alarms); }); // what it is about
    }

    alarm->addSeparator();
    auto* notice = new AlarmNotice(m_source, *this);
    alarm->addAction(notice->soundAction());
    alarm->addAction(notice->desktopAction());
    connect(notice, &AlarmNotice::clicked, this, [this] {
        showAlarms();
        raise();
        activateWindow();
    });

    buildDesk();
    QMenu* probe = menuBar()->addMenu(tr("&Probe"));
    action(probe, tr("&Health over time"), {}, [this] { showProbe(); });
    m_probesAction = action(probe, tr("&Probes…"), {}, [this] { showProbes(); });
    m_probesAction->setEnabled(false); // until there is a list to change
    m_live->addFirstStep(m_probesAction);
    m_live->addFirstStep(m_openCapture);

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    action(help, tr("&Guide"), { QKeySequence(Qt::Key_F1) }, [this] {
        auto* guide = new GuideDialog(this);
        guide->setAttribute(Qt::WA_DeleteOnClose);
        guide->showPage(guidePage());
    });
    action(help, tr("&Keyboard"), { QKeySequence(Qt::SHIFT | Qt::Key_F1) }, [this] { showShortcuts(); });
    action(help, tr("&About"), {}, [this] { showAbout(); });
}

// A hold is of the call that is chosen, in a list or by its page.
void MainWindow::buildDesk()
{
    const auto chosen = [this]() -> std::optional<DeskMenu::Call> {
        if (const CallPage* page = currentCall())
            return DeskMenu::Call { { page->probe(), page->call() }, page->title() };
        const CallTable* table = currentTable();
        const auto call = table ? table->currentCall() : std::nullopt;
        if (!call || call->key.value == 0) // an alarm that is of no single call
            return std::nullopt;
        const CallRecord* record = m_past->find(call->key, call->probe);
        const LiveCall* live = m_live->model().find(call->key, call->probe);
        const QString parties = record ? tr("%1 → %2, ").arg(text(record->caller), text(record->callee))
            : live                     ? tr("%1 → %2, ").arg(text(live->caller), text(live->callee))
                                       : QString();
        return DeskMenu::Call { *call, parties + dateTimeText(approximateStart(call->key)) };
    };
    m_desk = new DeskMenu(m_source, *menuBar(), chosen, this);
    connect(m_desk, &DeskMenu::callActivated, this, &MainWindow::openCall);
    connect(m_desk, &DeskMenu::holdChanged, this, [this](CallKey call, ProbeId probe) {
        m_past->refreshBesideRecord(call, probe);
        for (int i = 0; i < m_pages->count(); ++i)
            if (auto* page = qobject_cast<CallPage*>(m_pages->widget(i));
                page && page->call() == call && page->probe() == probe)
                page->refresh(); // of a call that has ended nothing else would
    });
}

namespace {

QString plainName(const QAction& action)
{
    QString name = action.text().section(QLatin1Char('\t'), 0, 0);
    return name.remove(QLatin1Char('&'));
}

void addCommands(const QMenu& menu, const QString& before, std::vector<Command>& commands)
{
    for (QAction* action : menu.actions()) {
        if (action->menu() != nullptr)
            addCommands(*action->menu(), before + plainName(*action) + QStringLiteral(": "), commands);
        else if (!action->isSeparator() && action->isEnabled() && !action->text().isEmpty())
            commands.push_back({ before + plainName(*action), action->shortcut().toString(QKeySequence::NativeText),
                [action = QPointer<QAction>(action)] {
                    if (action)
                        action->trigger();
                } });
    }
}

}

std::vector<Command> MainWindow::commands() const
{
    std::vector<Command> all;
    for (QAction* action : menuBar()->actions())
        addCommands(*action->menu(), plainName(*action) + QStringLiteral(": "), all);
    for (int i = 0; i < m_pages->count(); ++i)
        if (auto* page = qobject_cast<CallPage*>(m_pages->widget(i)))
            all.push_back({ tr("Call %1").arg(page->title()), {}, [this, page = QPointer<CallPage>(page)] {
                               if (page)
                                   m_pages->setCurrentWidget(page);
                           } });
    return all;
}

void MainWindow::askForOrder()
{
    CallTable* const table = currentTable();
    if (!table)
        return;
    QMenu menu(this);
    menu.setObjectName(QStringLiteral("sortBy"));
    table->fillSortMenu(&menu);
    menu.exec(table->mapToGlobal(QPoint(0, 0)));
}

void MainWindow::showCommands()
{
    auto* palette = new CommandPalette(commands(), this);
    palette->setAttribute(Qt::WA_DeleteOnClose);
    palette->open();
}

void MainWindow::setProbeRegistry(ProbeRegistry* registry)
{
    m_registry = registry;
    m_probesAction->setEnabled(registry != nullptr);
}

void MainWindow::showProbes()
{
    if (m_registry == nullptr)
        return;
    auto* dialog = new ProbesDialog(*m_registry, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setTheme(themeOf(m_theme));
    dialog->open();
}

}
