#include "console/models/call_filter.h"
#include "console/models/filter_words.h"
#include "console/models/list_export.h"
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/command_palette.h"
#include "console/views/comment_dialog.h"
#include "console/views/export_dialog.h"
#include "console/views/figure_tile.h"
#include "console/views/guide_dialog.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/message_bar.h"
#include "console/views/operations_bar.h"
#include "console/views/past_page.h"
#include "console/views/probe_page.h"
#include "console/views/probes_dialog.h"
#include "console/views/saved_searches.h"
#include "console/views/search_form.h"
#include "console/views/service_page.h"
#include "demo_source.h"
#include "tests/console/own_settings.h"

#include <QDir>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <QToolButton>
#include <QtTest>
#include <algorithm>
#include <functional>

using namespace callmon;

namespace {

class TakesEveryKey : public QObject {
public:
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() != QEvent::ShortcutOverride)
            return false;
        event->accept();
        return true;
    }
};

// As on X11 a line of text that is told of Ctrl+K.
class DeletesToTheEndOfTheLine : public TakesEveryKey {
public:
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() != QEvent::KeyPress || static_cast<QKeyEvent*>(event)->key() != Qt::Key_K)
            return TakesEveryKey::eventFilter(watched, event);
        static_cast<QLineEdit*>(watched)->clear();
        return true;
    }
};

// Two probes, as a source of several would tell them.
class TwoProbes : public DemoSource {
public:
    State second = State::Connected;
    std::vector<Probe> probes() const override
    {
        return { { { 0 }, "madrid", state(), {} }, { { 1 }, "rome", second, "rome: connection refused" } };
    }
    void connectBoth(int calls)
    {
        connectNow(calls);
        LiveDelta delta;
        delta.snapshot = true;
        for (int i = 0; i < calls; ++i)
            delta.changed.push_back(liveCall(i));
        emit liveChanged(delta, { 1 });
        emit statusChanged(status(60'000), { 1 }); // this one loses
        emit probesChanged();
    }
    void loseSecond()
    {
        second = State::Connecting;
        emit probesChanged();
        emit stateChanged(State::Connected, "rome does not answer: what is shown of it is the last that was known.");
    }
    quint64 search(const CallQuery& query) override
    {
        asked.push_back(query);
        return DemoSource::search(query);
    }
    std::vector<CallQuery> asked;
};

class List : public ProbeRegistry {
public:
    std::vector<ProbeAddress> addresses() const override { return list; }
    void setAddresses(const std::vector<ProbeAddress>& probes) override { list = probes; }
    QString complaintAboutAddress(const QString& address) const override
    {
        return address.startsWith("tcp:") ? QString("tcp is not spoken: write tls://host") : QString();
    }
    std::vector<ProbeAddress> list { { "madrid", "tls://madrid", true }, { "rome", "tls://rome", true } };
};

}

class TestShell : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { useSettingsIn(m_settings.path()); }
    void cleanup() { QSettings().clear(); }

    void picturesInBothThemesAndTwoSizes()
    {
        const QDir folder(QCoreApplication::applicationDirPath() + "/../screenshots");
        QVERIFY(folder.mkpath("."));
        for (const QSize size : { QSize(1280, 720), QSize(2560, 1440) }) {
            TwoProbes source;
            List list;
            MainWindow window(source, ThemeName::Light);
            window.setProbeRegistry(&list);
            window.resize(size);
            window.show();
            QVERIFY(QTest::qWaitForWindowExposed(&window));
            const auto grab = [&](const QString& name, QWidget* of) {
                for (const ThemeName theme : { ThemeName::Light, ThemeName::Dark }) {
                    window.setTheme(theme);
                    QTest::qWait(60);
                    const QString file = QString("%1-%2-%3.png").arg(name, nameOf(theme)).arg(size.width());
                    QVERIFY(of->grab().save(folder.filePath(file)));
                    QCOMPARE(window.size(), size);
                }
            };
            source.connectBoth(3'000);
            source.openAlarms(source.alarmsOf(12));
            QTRY_COMPARE(window.live().model().rowCount(), 6'000);
            for (int second = 0; second < 240; ++second) {
                window.live().operations().sample();
                ProbeStatus status = source.status(40'000 + static_cast<quint64>(second % 37) * 100);
                status.now = source.now() + std::chrono::seconds(second);
                source.sendStatus(status);
                if (second % 5 == 0)
                    QTest::qWait(1);
            }
            QTest::qWait(2'100); // the worst calls come
            window.live().operations().sample();
            grab("operations", &window);
            window.showProbe({ 0 });
            grab("probe", &window);
            window.showProbe({ 1 });
            grab("probe-losing", &window);
            source.loseSecond();
            window.showLive();
            grab("operations-one-gone", &window);
            CommandPalette palette(window.commands(), &window);
            palette.setText("al");
            palette.show();
            grab("palette", &palette);
            palette.close();
            ProbesDialog dialog(list, &window);
            dialog.show();
            grab("probes", &dialog);
        }
    }

    // By keyboard too: Tab reaches the buttons, and they are the menus' own actions.
    void whereThereIsNoEngineTheFirstStepsAreOffered()
    {
        DemoSource source;
        List list;
        MainWindow window(source, ThemeName::Light);
        window.setProbeRegistry(&list);
        window.show();
        const auto step = [&](const QString& beginning) -> QToolButton* {
            for (QToolButton* button : window.live().findChildren<QToolButton*>())
                if (button->text().startsWith(beginning) && button->isVisible())
                    return button;
            return nullptr;
        };
        QVERIFY(step("Probes"));
        QVERIFY(step("Open a capture"));
        QVERIFY(step("Probes")->focusPolicy() & Qt::TabFocus);
        step("Probes")->click();
        auto* dialog = window.findChild<ProbesDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        source.connectNow(0); // while it is open
        QVERIFY(!step("Probes"));
        dialog->close();
        source.connectNow(3);
        QVERIFY(!step("Open a capture"));
    }

    void whatIsOfACallIsOfferedOnItsPageOnly()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(3);
        const auto enabled = [&](const QString& name) {
            for (const Command& command : window.commands())
                if (command.name == name)
                    return true;
            return false;
        };
        QVERIFY(!enabled("Call: Tags and notes"));
        QVERIFY(!enabled("Call: Close the call's page"));
        window.openCall(source.record(0).key);
        QVERIFY(enabled("Call: Tags and notes"));
        QVERIFY(enabled("Call: Close the call's page"));
    }

    // What has no page of its own: messages, questions, menus.
    void picturesOfDialogs()
    {
        const QDir folder(QCoreApplication::applicationDirPath() + "/../screenshots");
        QVERIFY(folder.mkpath("."));
        for (const ThemeName theme : { ThemeName::Light, ThemeName::Dark }) {
            DemoSource source;
            List list;
            MainWindow window(source, theme);
            window.setProbeRegistry(&list);
            window.show();
            QVERIFY(QTest::qWaitForWindowActive(&window));
            const auto save = [&](QWidget& widget, const QString& name) {
                QVERIFY(widget.grab().save(folder.filePath(QString("%1-%2.png").arg(name, nameOf(theme)))));
            };
            source.connectNow(20);
            const auto alarms = source.alarmsOf(12);
            source.openAlarms(alarms);
            const auto run = [&](const QString& command) {
                for (const Command& one : window.commands())
                    if (one.name.startsWith(command))
                        return one.run();
                QFAIL(qPrintable(command));
            };
            const auto grabModal = [&](const QString& command, const QString& name) {
                QTimer::singleShot(200, this, [&, name] {
                    QWidget* dialog = QApplication::activeModalWidget();
                    QVERIFY2(dialog, qPrintable(name));
                    save(*dialog, name);
                    dialog->close();
                });
                run(command);
                QTest::qWait(400);
            };
            grabModal("Help: About", "about");
            grabModal("Help: Keyboard", "keyboard");
            window.showAlarms();
            grabModal("Alarm: Acknowledge", "acknowledge");
            grabModal("Alarm: Shelve", "shelve");
            for (QAction* action : window.menuBar()->actions()) {
                QMenu* menu = action->menu();
                menu->popup(window.mapToGlobal(QPoint(20, 20)));
                QTest::qWait(40);
                save(*menu, "menu-" + menu->title().remove('&').toLower());
                menu->close();
            }
            list.list.push_back({ "a-probe-with-a-rather-long-name-in-the-basement", "tcp:10.0.0.1:5060", true });
            ProbesDialog wrong(list, &window);
            wrong.setTheme(themeOf(theme));
            wrong.show();
            wrong.accept();
            QVERIFY(!wrong.complaint().isEmpty());
            save(wrong, "probes-wrong");
            CommandPalette nothing(window.commands(), &window);
            nothing.setText("zzzz");
            nothing.show();
            save(nothing, "palette-nothing");
        }
    }

    void severalProbesHaveAColumnAndABadgeEachThatLeadsToItsPage()
    {
        TwoProbes source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectBoth(10);
        QTRY_COMPARE(window.live().model().rowCount(), 20);
        QVERIFY(!window.live().table().isColumnHidden(LiveCallModel::Probe));
        const auto badge = [&](const QString& name) -> QToolButton* {
            for (QToolButton* button : window.findChildren<QToolButton*>())
                if (button->text().contains(name + ':') && button->isVisible())
                    return button;
            return nullptr;
        };
        QVERIFY(badge("madrid"));
        QTRY_VERIFY(badge("rome") && badge("rome")->text().contains("losing"));
        badge("rome")->click();
        QVERIFY(window.probe().isVisible());
        QCOMPARE(window.probe().chosen().value, std::uint16_t(1));
        QTRY_VERIFY(window.probe().lossText().contains("--ring-batches")); // what helps
        source.loseSecond();
        QVERIFY2(badge("rome")->text().contains("no answer"), qPrintable(badge("rome")->text()));
    }

    void oneProbeHasNoColumnForItsNameNorIsOneOffered()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        QTRY_COMPARE(window.live().model().rowCount(), 5);
        QVERIFY(window.live().table().isColumnHidden(LiveCallModel::Probe));
        QMenu menu;
        window.live().table().fillColumnMenu(&menu);
        for (const QAction* action : menu.actions())
            QVERIFY(action->text() != "Probe");
    }

    void theSameKeyInTwoProbesOpensTwoPages()
    {
        TwoProbes source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectBoth(10);
        const CallKey key = source.liveCall(1).key;
        CallPage* madrid = window.openCall(key, { 0 });
        CallPage* rome = window.openCall(key, { 1 });
        QVERIFY(madrid != rome);
        QVERIFY(window.openCall(key, { 0 }) == madrid);
    }

    void everyActionIsFoundByNameAndRunsByEnter()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        auto* palette = window.findChild<CommandPalette*>();
        QVERIFY(palette);
        auto* line = palette->findChild<QLineEdit*>();
        QTRY_VERIFY(line->hasFocus());
        QVERIFY(palette->shown().size() > 20);
        QTest::keyClicks(line, "serv");
        QVERIFY2(palette->shown().front().contains("Service"), qPrintable(palette->shown().front()));
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_VERIFY(window.service().isVisible());
        for (const QString& name :
            { QStringLiteral("View: Alarms"), QStringLiteral("View: Probe health"), QStringLiteral("View: Past calls"),
                QStringLiteral("Alarm: Rules…"), QStringLiteral("Help: Keyboard") }) {
            const auto all = window.commands();
            QVERIFY2(std::ranges::any_of(all, [&](const Command& one) { return one.name == name; }), qPrintable(name));
        }
    }

    // On X11 a text field takes it for the end of its line; here, where there is no X11, one that takes every key.
    void thePaletteGoesWhenAnotherWindowIsChosen()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        auto* palette = window.findChild<CommandPalette*>();
        QVERIFY(palette && QTest::qWaitForWindowActive(palette));
        window.activateWindow(); // as a click on it does
        QTRY_VERIFY(!window.findChild<CommandPalette*>());
    }

    void ctrlEExportsFromATextFieldToo()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_2, Qt::ControlModifier);
        auto* number = window.findChild<QLineEdit*>("pastNumber");
        QTRY_VERIFY(number->hasFocus());
        TakesEveryKey greedy;
        number->installEventFilter(&greedy);
        QTest::keyClick(number, Qt::Key_E, Qt::ControlModifier);
        QVERIFY(!window.findChild<ExportDialog*>()); // nothing was searched yet
        window.past().search();
        QTRY_VERIFY(window.past().model().rowCount() > 0);
        number->setFocus();
        QTest::keyClick(number, Qt::Key_E, Qt::ControlModifier);
        auto* dialog = window.findChild<ExportDialog*>();
        QVERIFY(dialog);
        dialog->reject();
    }

    // There it would delete what is right of the cursor, also when nothing is chosen that could be acknowledged.
    void ctrlKAcknowledgesFromTheFilterAndNeverDeletesItsText()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        source.openAlarms(source.alarmsOf(3));
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.showAlarms();
        auto* filter = window.alarms().findChild<QLineEdit*>("alarmFilter");
        filter->setFocus();
        QTest::keyClicks(filter, "nothing");
        QTest::keyClick(filter, Qt::Key_Home);
        DeletesToTheEndOfTheLine greedy;
        filter->installEventFilter(&greedy);
        QTest::keyClick(filter, Qt::Key_K, Qt::ControlModifier);
        QCOMPARE(filter->text(), QString("nothing"));
        QVERIFY(!window.alarms().findChild<CommentDialog*>());
        filter->clear();
        window.alarms().table().selectRow(1);
        QTest::keyClick(filter, Qt::Key_K, Qt::ControlModifier);
        auto* dialog = window.alarms().findChild<CommentDialog*>();
        QVERIFY(dialog);
        dialog->reject();
    }

    void aListIsSortedByKeysAlone()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(50);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.showLive();
        const QHeaderView& header = *window.live().table().horizontalHeader();
        const auto sortBy = [&](int column) {
            const QString title = window.live()
                                      .model()
                                      .headerData(column, Qt::Horizontal)
                                      .toString()
                                      .replace(QLatin1Char('\n'), QLatin1Char(' '));
            QTimer::singleShot(100, &window, [title] {
                auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
                for (int i = 0; menu && i < menu->actions().size(); ++i) {
                    if (menu->activeAction() && menu->activeAction()->text().startsWith(title))
                        return QTest::keyClick(menu, Qt::Key_Return);
                    QTest::keyClick(menu, Qt::Key_Down);
                }
            });
            QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier);
        };
        sortBy(LiveCallModel::CallerLoss);
        QCOMPARE(header.sortIndicatorSection(), int(LiveCallModel::CallerLoss));
        QCOMPARE(header.sortIndicatorOrder(), Qt::AscendingOrder);
        sortBy(LiveCallModel::CallerLoss);
        QCOMPARE(header.sortIndicatorOrder(), Qt::DescendingOrder);
        QVERIFY(window.live().table().hasFocus());
    }

    // Esc on a call's page leads back to where it was opened, which has the keyboard again.
    void escLeadsBackToAPageThatHasTheKeyboard()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        for (const auto& show : std::initializer_list<std::function<void()>> { [&] { window.showLive(); },
                 [&] {
                     window.showService();
                     QTRY_VERIFY(!window.service().isLoading());
                 },
                 [&] { window.showProbe(); } }) {
            show();
            const auto* const page = window.findChild<QTabWidget*>()->currentWidget();
            window.openCall(source.record(0).key);
            QTest::keyClick(&window, Qt::Key_Escape);
            QCOMPARE(window.findChild<QTabWidget*>()->currentWidget(), page);
            const QWidget* focus = QApplication::focusWidget();
            QVERIFY2(focus && page->isAncestorOf(focus) && focus->isVisible(), page->metaObject()->className());
            QVERIFY2(focus->inherits("QAbstractItemView"), focus->metaObject()->className());
        }
    }

    void acknowledgingFromAnotherPageShowsWhatIsAcknowledged()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        source.openAlarms(source.alarmsOf(3));
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.showAlarms();
        window.alarms().table().selectRow(1);
        window.showLive();
        QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
        QVERIFY(window.alarms().isVisible());
        window.alarms().findChild<CommentDialog*>()->reject();
    }

    // Who searched by the form goes on in the list by the arrow keys; who types the next search meanwhile is left
    // alone.
    void afterASearchTheListHasTheKeyboard()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_2, Qt::ControlModifier);
        auto* number = window.findChild<QLineEdit*>("pastNumber");
        QTRY_VERIFY(number->hasFocus());
        QTest::keyClick(number, Qt::Key_Return);
        QTRY_VERIFY(window.past().table().hasFocus());
        QCOMPARE(window.past().table().currentIndex().row(), 0);
        QTest::keyClick(&window.past().table(), Qt::Key_Down);
        QCOMPARE(window.past().table().currentIndex().row(), 1);
        QTest::keyClick(&window, Qt::Key_2, Qt::ControlModifier);
        QTRY_VERIFY(number->hasFocus());
        QTest::keyClick(number, Qt::Key_Return);
        QTest::keyClicks(number, "+34");
        QTRY_VERIFY(!window.past().isSearching());
        QVERIFY(number->hasFocus());
        number->setText("nobody");
        QTest::keyClick(number, Qt::Key_Return);
        QTRY_VERIFY(!window.past().isSearching());
        QVERIFY(number->hasFocus()); // there is no list to go to
        QVERIFY2(number->toolTip().contains("tag:b*"), qPrintable(number->toolTip()));
    }

    void whatCouldNotBeAskedWithoutAnEngineIsNotSaidAnyMoreWhenThereIsOne()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        window.showPast();
        window.past().search();
        QVERIFY(window.past().lastError().contains("Not connected"));
        source.connectNow(5);
        QCOMPARE(window.past().lastError(), QString());
    }

    void aNumberThatIsFoundAsAWholeOnlyTellsHowPartsAreFound()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        window.showPast();
        window.past().form().setNumber("nobody");
        window.past().search();
        const auto says = [&](const QString& part) {
            for (const QLabel* label : window.past().findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(part))
                    return true;
            return false;
        };
        QTRY_VERIFY(says("nobody* finds"));
    }

    void theSearchBoxAsksForWhatWasTyped()
    {
        TwoProbes source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        auto* box = window.findChild<QLineEdit*>("searchBox");
        QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier);
        QTRY_VERIFY(box->hasFocus());
        const auto search = [&](const QString& typed) {
            box->setText(typed);
            QTest::keyClick(box, Qt::Key_Return);
            return QTest::qWaitFor([&] { return !window.past().isSearching(); });
        };
        QVERIFY(search("*0001"));
        QCOMPARE(source.asked.back().number, std::string("*0001"));
        QVERIFY(search("77@10.20.0.1"));
        QCOMPARE(source.asked.back().callId, std::string("77@10.20.0.1"));
        QVERIFY(source.asked.back().number.empty());
        source.asked.clear();
        QVERIFY(search("10.20.0.1"));
        QCOMPARE(source.asked.size(), std::size_t(2)); // one side, then the other
        QCOMPARE(window.past().model().rowCount(), 1'000); // "at most", of both together
        QCOMPARE(window.past().model().matchesInAll(), quint64(2 * 48'213));
    }

    void aSearchIsKeptUnderItsNameAndRecalledInWhateverZone()
    {
        TwoProbes source;
        CallQuery kept;
        {
            MainWindow window(source, ThemeName::Light);
            window.show();
            source.connectNow(5);
            QVERIFY(window.setZone("Europe/Madrid"));
            window.past().form().setNumber("*0001");
            QVariantMap state = window.past().form().state();
            state["when"] = 5; // between
            state["maxMos"] = 3.1;
            state["from"] = qlonglong(nanosecondsSinceEpoch(source.now()) - 7'200 * DemoSource::second);
            window.past().form().setState(state);
            window.past().saved().save("bad ones / of *0001");
            kept = window.past().form().query();
            QCOMPARE(nanosecondsSinceEpoch(*kept.from), state["from"].toLongLong());
        }
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        QCOMPARE(window.past().saved().names(), QStringList("bad ones / of *0001"));
        window.past().saved().recall("bad ones / of *0001");
        QTRY_VERIFY(!window.past().isSearching());
        const CallQuery& asked = source.asked.back();
        QCOMPARE(asked.number, std::string("*0001"));
        QVERIFY(asked.from == kept.from && asked.to == kept.to && asked.maxMos == kept.maxMos);
        window.past().saved().remove("bad ones / of *0001");
        QVERIFY(window.past().saved().names().isEmpty());
    }

    void timesAndExportsFollowTheZoneAndTheDataDoesNot()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        const PastCallModel& past = window.past().model();
        const auto cell = [&](int role) { return past.index(0, PastCallModel::StartedAt).data(role).toString(); };
        const auto csv = [&] {
            return QString::fromStdString(csvOf(past, { PastCallModel::StartedAt }, shownFormat()));
        };
        const auto exportedCell = [&] { return csv().section("\r\n", 1, 1); };
        const auto title = [&] { return past.headerData(PastCallModel::StartedAt, Qt::Horizontal).toString(); };
        const QString utc = cell(Qt::DisplayRole);
        const QString exported = exportedCell();
        QVERIFY(title().contains("UTC"));
        QVERIFY(exported.endsWith('Z'));
        QVERIFY(window.setZone("Asia/Kathmandu")); // +05:45, all year
        QCOMPARE(QDateTime::fromString(cell(Qt::DisplayRole), "yyyy-MM-dd HH:mm:ss"),
            QDateTime::fromString(utc, "yyyy-MM-dd HH:mm:ss").addSecs(5 * 3600 + 45 * 60));
        QVERIFY2(exportedCell().endsWith("+05:45"), qPrintable(exportedCell()));
        QCOMPARE(cell(ExportRole), exported); // the data is UTC
        QCOMPARE(QDateTime::fromString(exportedCell(), Qt::ISODateWithMs).toUTC(),
            QDateTime::fromString(exported, Qt::ISODateWithMs).toUTC());
        QCOMPARE(exportedCell().mid(19, 10), exported.mid(19, 10)); // to the nanosecond
        QVERIFY(!title().contains("UTC"));
        QVERIFY(!window.setZone("Nowhere/AtAll"));
        QVERIFY(window.setZone("UTC"));
        QCOMPARE(exportedCell(), exported);
    }

    void theGuideShowsEachPageInTheThemeThatIsChosen()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Dark);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_F1);
        auto* guide = window.findChild<GuideDialog*>();
        QVERIFY(guide);
        const auto lightness = [guide](const char* page) {
            const QVariant picture = guide->text().document()->resource(
                QTextDocument::ImageResource, QUrl(QStringLiteral("picture:") + QLatin1String(page)));
            const QImage image = picture.value<QImage>();
            return image.isNull() || image.width() > guide->text().viewport()->width()
                ? -1
                : image.scaled(1, 1, Qt::IgnoreAspectRatio, Qt::SmoothTransformation).pixelColor(0, 0).lightness();
        };
        for (const char* page : { "live", "past", "call", "alarms", "service", "probe" }) {
            QVERIFY2(lightness(page) >= 0 && lightness(page) < 96, page);
            QVERIFY2(guide->text().toHtml().contains(QStringLiteral("picture:") + QLatin1String(page)), page);
        }
        const QDir folder(QCoreApplication::applicationDirPath() + "/../screenshots");
        QVERIFY(folder.mkpath("."));
        guide->showPage("live");
        QVERIFY(guide->grab().save(folder.filePath("guide-dark.png")));
        window.setTheme(ThemeName::Light);
        for (const char* page : { "live", "past", "call", "alarms", "service", "probe" })
            QTRY_VERIFY2(lightness(page) > 160, page);
        guide->showPage("call");
        QVERIFY(guide->grab().save(folder.filePath("guide-light.png")));
        guide->close();
    }

    // Each day that a search cannot read is a sentence: of a month of them the list must not lose its place.
    void ofManySentencesTheFirstAreSaidAndAllCanBeSeen()
    {
        MessageBar bar;
        bar.resize(900, 40);
        bar.add("Calls of 2026-11-01 are left out: the database cannot be read.");
        bar.add("Calls of 2026-11-01 are left out: the database cannot be read.");
        QCOMPARE(bar.message(), QString("Calls of 2026-11-01 are left out: the database cannot be read."));
        const int one = bar.sizeHint().height();
        for (int day = 2; day <= 28; ++day)
            bar.add(
                QString("Calls of 2026-11-%1 are left out: the database cannot be read.").arg(day, 2, 10, QChar('0')));
        bar.show();
        QVERIFY(bar.message().contains("2026-11-28"));
        QVERIFY2(bar.heightForWidth(900) <= 3 * one, qPrintable(QString::number(bar.heightForWidth(900))));
        const auto labels = bar.findChildren<QLabel*>();
        QVERIFY(
            std::ranges::any_of(labels, [](const QLabel* label) { return label->text().endsWith("And 25 more."); }));
        auto* const all = bar.findChild<QPushButton*>();
        QVERIFY(all && all->isVisible() && all->focusPolicy() != Qt::NoFocus);
        all->click();
        auto* const text = bar.findChild<QPlainTextEdit*>();
        QVERIFY(text && text->toPlainText().contains("2026-11-28"));
        bar.say(MessageBar::Kind::Error, "The search failed.");
        QVERIFY(!all->isVisible());
        QCOMPARE(bar.message(), QString("The search failed."));
    }

    void theGuideKnowsEveryWordOfTheFilter()
    {
        GuideDialog guide;
        const QString text = guide.text().toPlainText();
        for (const QString& word : CallFilter::fieldWords()) {
            // As somebody types it: with a sign behind it.
            const bool stands =
                QRegularExpression("\\b" + QRegularExpression::escape(word) + "[:=<>]?").match(text).hasMatch()
                && (word.endsWith(':') || word.endsWith('=')
                    || QRegularExpression("\\b" + word + "[<>]").match(text).hasMatch());
            QVERIFY2(stands, qPrintable(word));
        }
        for (const char* sign : { "<=", ">=", "-to:", "is:one-way", "is:no-media", "quotes" })
            QVERIFY2(text.contains(sign), sign);
        for (const QuickFilter& quick : quickFilters())
            QVERIFY2(CallFilter::parse(quick.word).problems().isEmpty(), quick.word);
    }

    void theGuideOpensAtThePageInFront()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.showProbe();
        QTest::keyClick(&window, Qt::Key_F1);
        auto* guide = window.findChild<GuideDialog*>();
        QVERIFY(guide && guide->isVisible());
        for (const char* word : { "Live calls", "callmonctl cert", "Ctrl+Shift+P", "probe:madrid" })
            QVERIFY2(guide->text().toPlainText().contains(word), word);
        guide->close();
    }

    void aNumberPressedLeadsToTheCallsBehindIt()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(2'000);
        QTRY_COMPARE(window.live().model().rowCount(), 2'000);
        OperationsBar& numbers = window.live().operations();
        numbers.sample();
        QTest::qWait(20);
        numbers.sample();
        QCOMPARE(numbers.tile(OperationsFigure::Calls).value(), QString("2,000"));
        QVERIFY(numbers.tile(OperationsFigure::Asr).value() != unknownFigure());
        QTest::keyClick(&numbers.tile(OperationsFigure::Mos), Qt::Key_Return);
        const int bad = window.live().model().rowCount();
        QVERIFY(bad > 0 && bad < 2'000);
        for (int row = 0; row < bad; ++row) {
            const LiveCall* call = window.live().model().callAt(row);
            const auto worse = worseMosNow(*call);
            QVERIFY(worse && *worse < 3.1);
        }
        numbers.tile(OperationsFigure::Calls).click();
        QCOMPARE(window.live().model().rowCount(), 2'000);
        LiveDelta over; // of which late media may come: still listed, and not on any more
        over.changed = { *window.live().model().callAt(0), *window.live().model().callAt(1) };
        for (LiveCall& call : over.changed)
            call.state = CallState::Ended;
        emit source.liveChanged(over);
        QTRY_COMPARE(window.live().model().rowCount(), 1'998);
        numbers.sample();
        QCOMPARE(numbers.tile(OperationsFigure::Calls).value(), QString("1,998"));
        source.sendStatus(source.status(2'000)); // the probe's time: the window is up to it
        numbers.tile(OperationsFigure::Asr).click();
        QVERIFY(window.past().isVisible());
        QTRY_VERIFY(!window.past().isSearching());
        QCOMPARE(window.past().searched().size(), 1U);
        const CallQuery& behind = window.past().searched().front();
        QVERIFY(behind.from && behind.to && *behind.to - *behind.from == longestSetup + std::chrono::minutes(5));
        QCOMPARE(behind.conditions.size(), 2U); // attempts of these minutes
        QCOMPARE(behind.conditions[0].field, std::string("counted_at"));
        QCOMPARE(window.past().table().horizontalHeader()->sortIndicatorSection(), int(PastCallModel::FinalCode));
        numbers.tile(OperationsFigure::Acd).click(); // counted with its end
        QTRY_VERIFY(!window.past().isSearching());
        QCOMPARE(window.past().searched().front().conditions[0].field, std::string("ended_at"));
        window.showLive();
        numbers.tile(OperationsFigure::Lost).click();
        QVERIFY(window.probe().isVisible());
    }

    void theWorstCallsNowAreListedAndOpened()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.resize(1280, 1000); // room for the docks
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        source.connectNow(2'000);
        QTRY_COMPARE(window.live().model().rowCount(), 2'000);
        std::vector<std::pair<double, CallKey>> all; // the worse direction of every call that is on
        window.live().model().forEach([&](const LiveCall& call, ProbeId) {
            double worse = 5;
            for (const LiveDirection& direction : call.sent)
                if (direction.mosNow > 0)
                    worse = std::min(worse, double(direction.mosNow));
            if (worse < 5 && !call.endedAt)
                all.emplace_back(worse, call.key);
            return true;
        });
        std::ranges::sort(all, {}, &std::pair<double, CallKey>::first);
        auto* list = window.findChild<QTableWidget*>("worstCalls");
        QVERIFY(list && list->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(list->rowCount(), 20, 5'000);
        for (int row = 0; row < 20; ++row)
            QVERIFY(list->item(row, 0)->text().endsWith(
                QLocale().toString(all[static_cast<std::size_t>(row)].first, 'f', 2)));
        list->setCurrentCell(0, 0);
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Return);
        QVERIFY(window.currentCall());
        QCOMPARE(window.currentCall()->call(), all.front().second);
    }

    void eachPageKeepsItsDocksToTheNextTime()
    {
        const auto dock = [](MainWindow& window) { return window.findChild<QDockWidget*>("worstCallsDock"); };
        DemoSource source;
        {
            MainWindow window(source, ThemeName::Light);
            window.show();
            QVERIFY(!dock(window)->isVisible()); // too low for the list and more
            dock(window)->toggleViewAction()->trigger();
            QVERIFY(dock(window)->isVisible());
            window.showPast();
            QVERIFY(!dock(window)->isVisible());
            window.showLive();
            QVERIFY(dock(window)->isVisible());
            window.close();
        }
        MainWindow window(source, ThemeName::Light);
        window.restore();
        window.show();
        QVERIFY(dock(window)->isVisible());
        window.showPast();
        QVERIFY(!dock(window)->isVisible());
    }

    void probesAreAddedRemovedAndSwitchedOffAndWrongOnesAreExplained()
    {
        List list;
        ProbesDialog dialog(list);
        dialog.show();
        QTableWidget& table = dialog.table();
        QCOMPARE(table.rowCount(), 2);
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        QTest::keyClick(&table, Qt::Key_Space); // the first one off
        QCOMPARE(table.item(0, 0)->checkState(), Qt::Unchecked);
        table.item(1, 1)->setText("tcp://rome");
        dialog.accept();
        QVERIFY(dialog.isVisible());
        QVERIFY2(dialog.complaint().contains("tls://"), qPrintable(dialog.complaint()));
        QCOMPARE(list.list.size(), std::size_t(2));
        QVERIFY(list.list[0].enabled);
        table.item(1, 1)->setText("tls://oslo");
        table.item(1, 0)->setText("");
        dialog.accept();
        QVERIFY(!dialog.isVisible());
        const std::vector<ProbeAddress> wanted { { "madrid", "tls://madrid", false }, { "oslo", "tls://oslo", true } };
        QVERIFY(list.list == wanted);
        QVERIFY(storedProbes() == wanted);
    }

    void aRunWithACaptureAloneDoesNotLoseTheUsualProbes()
    {
        const std::vector<ProbeAddress> usual { { "madrid", "tls://madrid", true }, { "rome", "tls://rome", false } };
        storeProbes(usual);
        List list;
        list.list = { { "madrid", "local:/tmp/callmon-1/engine.sock", true, true } }; // a capture of a probe's name
        ProbesDialog dialog(list);
        dialog.show();
        QCOMPARE(dialog.table().rowCount(), 3);
        dialog.table().item(1, 0)->setText("oslo");
        dialog.accept();
        QVERIFY2(!dialog.isVisible(), qPrintable(dialog.complaint()));
        const std::vector<ProbeAddress> stored { { "oslo", "tls://madrid", true }, { "rome", "tls://rome", false } };
        QVERIFY(storedProbes() == stored);
        QCOMPARE(list.list.size(), std::size_t(3));
        QVERIFY(list.list[0].temporary);
    }

private:
    QTemporaryDir m_settings;
};

QTEST_MAIN(TestShell)
#include "tst_shell.moc"
