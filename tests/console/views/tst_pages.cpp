#include "console/models/list_export.h"
#include "console/plots/call_timeline.h"
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/condition_list.h"
#include "console/views/elided_label.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/message_bar.h"
#include "console/views/messages_panel.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/probe_page.h"
#include "console/views/rules_dialog.h"
#include "console/views/search_form.h"
#include "console/views/service_page.h"
#include "console/views/waveform_slider.h"
#include "demo_source.h"
#include "tests/console/own_settings.h"

#include <QAccessible>
#include <QDir>
#include <QFontDatabase>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <set>

using namespace callmon;

class TestPages : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        useSettingsIn(m_settings.path());
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
    }

    void picturesOfEveryPageInBothThemesAndTwoSizes()
    {
        const QDir folder(QCoreApplication::applicationDirPath() + "/../screenshots");
        QVERIFY(folder.mkpath("."));
        for (const QSize size : { QSize(1280, 720), QSize(2560, 1440) }) {
            DemoSource source;
            MainWindow window(source, ThemeName::Light);
            window.resize(size);
            window.show();
            QVERIFY(QTest::qWaitForWindowExposed(&window));
            const auto grab = [&](const QString& name) {
                for (const ThemeName theme : { ThemeName::Light, ThemeName::Dark }) {
                    window.setTheme(theme);
                    QTest::qWait(60);
                    const QString file = QString("%1-%2-%3.png").arg(name, nameOf(theme)).arg(size.width());
                    QVERIFY(window.grab().save(folder.filePath(file)));
                    QCOMPARE(window.size(), size); // no page needs more
                }
            };
            grab("not-connected");
            source.connectNow(0);
            grab("live-empty");
            source.connectNow(52'000);
            QTimer everySecond; // as an engine does: who says nothing is late
            connect(&everySecond, &QTimer::timeout, &source, [&] { source.sendStatus(source.status(52'000)); });
            everySecond.start(1'000);
            QTRY_COMPARE(window.live().model().rowCount(), 52'000);
            window.showLive();
            QTest::qWait(2'100); // the tiles and the docks beside the list have looked at it
            grab("live");
            window.live().table().sortByColumn(LiveCallModel::CallerMosNow, Qt::AscendingOrder);
            window.live().setFilterText("mos<3.5 codec:pcm loss>");
            window.live().focusFilter();
            grab("live-filtered");
            window.live().setFilterText({});
            window.showPast();
            grab("past-before");
            window.past().search();
            QTRY_VERIFY(!window.past().isSearching());
            window.past().table().setCurrentIndex(window.past().model().index(3, PastCallModel::Outcome));
            grab("past");
            window.past().form().conditions().setState(QVariantList {
                QVariantMap { { "field", "post_dial_delay_ms" }, { "relation", "at_least" }, { "value", "1500" } },
                QVariantMap {
                    { "field", "answered_at" }, { "relation", "at_least" }, { "value", "1772366400000000000" } },
                QVariantMap { { "field", "caller_ip" }, { "relation", "is" }, { "value", "gateway" } } });
            window.past().form().showConditions(true);
            window.past().form().check();
            grab("past-conditions");
            window.past().form().conditions().setState({});
            window.past().form().showConditions(false);
            window.past().form().setNumber("nobody");
            window.past().search();
            QTRY_VERIFY(!window.past().isSearching());
            grab("past-none");
            window.past().form().setNumber("broken");
            window.past().search();
            QTRY_VERIFY(!window.past().isSearching());
            grab("past-failed");
            window.showService();
            window.service().choosePeriod(2);
            QTRY_VERIFY(!window.service().isLoading());
            grab("service");
            window.service().setGrouping(ServiceGrouping::Trunk);
            QTRY_VERIFY(!window.service().isLoading());
            window.service().groups().setCurrentCell(1, 0);
            grab("service-trunks");
            source.service = DemoSource::Service::None;
            window.service().setGrouping(ServiceGrouping::Prefix);
            QTRY_VERIFY(!window.service().isLoading());
            grab("service-none");
            source.service = DemoSource::Service::Broken;
            window.service().refresh();
            QTRY_VERIFY(!window.service().isLoading());
            grab("service-failed");
            source.service = DemoSource::Service::Kept;
            window.showPast();
            CallPage* page = window.openCall(source.record(0).key);
            QTRY_VERIFY_WITH_TIMEOUT(page->hasSeries() && page->player().hasAudio(), 20'000);
            page->player().seek(37);
            grab("call");
            page->showStreams();
            grab("call-streams");
            page->showMosBreakdown();
            grab("call-mos");
            page->showMessages();
            QTRY_VERIFY(page->messages().ladder().count() > 0);
            page->messages().ladder().select(8);
            grab("call-messages");
            source.held = true;
            page->reload();
            page->timeline().moveCursor(66);
            QTRY_COMPARE(page->messages().ladder().count(), 19);
            page->findInMessages();
            QTest::keyClicks(QApplication::focusWidget(), "telephone-event");
            for (int i = 0; i < 3; ++i)
                QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
            for (int i = 0; i < 3; ++i)
                QTest::keyClick(&page->timeline(), Qt::Key_Plus);
            page->timeline().setFocus();
            grab("call-hold");
            page->nextSplit();
            grab("call-timeline-alone");
            page->nextSplit();
            page->nextSplit();
            source.held = false;
            source.keepsMessages = false;
            page = window.openCall(source.record(2).key);
            page->showMessages();
            QTRY_VERIFY(page->hasSeries());
            QTest::qWait(50);
            grab("call-no-messages");
            source.keepsMessages = true;
            window.showAlarms();
            grab("alarms-none");
            source.openAlarms(source.alarmsOf(40));
            window.showAlarms();
            grab("alarms");
            window.alarms().showPast(true);
            QTRY_COMPARE(window.alarms().past().rowCount(), 60);
            window.showAlarms();
            grab("alarms-past");
            for (const QTableView* list : window.alarms().findChildren<QTableView*>())
                if (list->isVisible())
                    QVERIFY2(list->horizontalScrollBar()->maximum() == 0, "a column is cut off");
            window.alarms().rulesAction()->trigger();
            auto* rules = window.alarms().findChild<RulesDialog*>();
            QTRY_VERIFY(rules->rules().rowCount() > 0);
            for (const ThemeName theme : { ThemeName::Light, ThemeName::Dark }) {
                window.setTheme(theme);
                QTest::qWait(60);
                const QString file = QString("rules-%1-%2.png").arg(nameOf(theme)).arg(size.width());
                QVERIFY(rules->grab().save(folder.filePath(file)));
                rules->showHistory();
                QTest::qWait(60);
                QVERIFY(rules->grab().save(folder.filePath("rules-history" + file.mid(5))));
                rules->showRules();
            }
            rules->close();
            window.showLive();
            everySecond.stop();
            source.loseConnection();
            grab("connection-lost");
        }
    }

    // What an engine could not read, or keeps no more, in its own words.
    void picturesOfAnswersWithMissingParts()
    {
        const QDir folder(QCoreApplication::applicationDirPath() + "/../screenshots");
        QVERIFY(folder.mkpath("."));
        const auto day = [](const char* date) {
            return wordsOf(sentence(TR("Engine", "Calls of %1 are left out: %2."), date,
                sentence(TR("Engine", "%1 %2: %3%4"), markedText("cannot read"),
                    std::string("/var/lib/callmon/calls/") + date + ".db", "database disk image is malformed",
                    std::string())));
        };
        const Timestamp when = DemoSource().now() - std::chrono::hours(30);
        for (const ThemeName theme : { ThemeName::Light, ThemeName::Dark }) {
            DemoSource source;
            MainWindow window(source, theme);
            window.resize(1280, 720);
            window.show();
            QVERIFY(QTest::qWaitForWindowExposed(&window));
            const auto grab = [&](const QString& name) {
                QTest::qWait(60);
                QVERIFY(window.grab().save(folder.filePath(QString("missing-%1-%2.png").arg(name, nameOf(theme)))));
                QCOMPARE(window.size(), QSize(1280, 720));
            };
            source.connectNow(20);
            window.showPast();
            source.remarks = { day("2026-11-21") };
            window.past().search();
            QTRY_VERIFY(!window.past().isSearching());
            grab("a-day");
            source.remarks = { day("2026-11-19"), day("2026-11-20"), day("2026-11-21"),
                wordsOf(sentence(TR("Engine", "Tags are left out: %1."), "disk I/O error")) };
            window.past().search();
            QTRY_VERIFY(!window.past().isSearching());
            grab("days");
            window.past().form().setNumber("nobody");
            window.past().search();
            QTRY_VERIFY(!window.past().isSearching());
            grab("days-and-nothing-found");
            source.remarks = { day("2026-11-21") };
            source.mediaRemarks = { wordsOf(
                sentence(TR("Engine", "what came before, from %1, is missing or damaged"), when)) };
            CallPage* page = window.openCall(source.record(0).key);
            QTRY_VERIFY_WITH_TIMEOUT(page->hasSeries(), 20'000);
            QTRY_VERIFY2_WITH_TIMEOUT(
                page->player().hasAudio(), qPrintable(page->player().message() + page->said()), 20'000);
            page->showStreams(); // whose digits are masked
            grab("in-a-call");
            source.remarks.clear();
            source.mediaRemarks.clear();
            source.qualityGone = sentence(kept_no_more::quality, "2026-11-21", when);
            source.messagesGone = sentence(kept_no_more::messages, when);
            source.mediaGone = sentence(kept_no_more::media, when);
            page = window.openCall(source.record(2).key);
            QTRY_VERIFY(!page->said().isEmpty());
            QTRY_VERIFY_WITH_TIMEOUT(page->player().message().contains("kept no more"), 5'000);
            QCOMPARE(page->timeline().data().noFigures, QString("kept no more"));
            QCOMPARE(page->timeline().data().noSound, QString("kept no more"));
            grab("kept-no-more");
            page->showMosBreakdown();
            grab("kept-no-more-mos");
            source.qualityGone = source.messagesGone = source.mediaGone = sentence(TR("Engine", "%1 %2: %3%4"),
                markedText("cannot read"), "/var/lib/callmon/media/0001.seg", "Input/output error", std::string());
            page = window.openCall(source.record(3).key);
            QTRY_VERIFY(!page->said().isEmpty());
            page->player().play();
            QTRY_VERIFY_WITH_TIMEOUT(page->player().message().contains("could not"), 5'000);
            QCOMPARE(page->timeline().data().noFigures, QString("could not be fetched"));
            QVERIFY(page->timeline().data().noSound.startsWith("could not be fetched"));
            grab("unreadable");
        }
    }

    void aLostConnectionIsSaidAndKeepsTheList()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Dark);
        window.show();
        source.connectNow(200);
        QTRY_COMPARE(window.live().model().rowCount(), 200);
        auto* bar = window.findChild<MessageBar*>();
        QVERIFY(!bar->isVisible());
        source.loseConnection();
        QVERIFY(bar->isVisible());
        QVERIFY(bar->message().contains("does not answer"));
        QCOMPARE(window.live().model().rowCount(), 200);
        source.connectNow(10);
        QVERIFY(!bar->isVisible());
        QTRY_COMPARE(window.live().model().rowCount(), 10);
    }

    // The one probe's line says what the badges of several do: its disk, and that nothing is heard of it any more.
    void theStatusLineTellsOfADiskThatWaitsAndOfALateProbe()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        const auto said = [&](const QString& beginning) {
            for (const QLabel* label : window.findChildren<QLabel*>())
                if (label->isVisible() && label->text().startsWith(beginning))
                    return true;
            return false;
        };
        QVERIFY(said("● connected"));
        QVERIFY(!said("disk")); // nobody knows yet
        const auto tell = [&](int from, int to, std::uint64_t waiting) {
            for (int second = from; second <= to; ++second) {
                ProbeStatus status = source.status(5);
                status.now = source.now() + std::chrono::seconds(second);
                status.counters.push_back({ "media_chunks_on_their_way", waiting });
                source.sendStatus(status);
            }
        };
        tell(1, 20, 2);
        QTRY_VERIFY(said("disk keeps up"));
        tell(21, 30, 340);
        QTRY_VERIFY(said("⚠ disk falls behind: 340"));
        QTRY_VERIFY_WITH_TIMEOUT(said("◐ late"), 6'000);
        source.sendStatus(source.status(5));
        QTRY_VERIFY(said("● connected"));
    }

    // What may take over a second can be given up, and says so.
    void whatIsFetchedCanBeGivenUp()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.showService();
        QTRY_VERIFY(!window.service().isLoading());
        window.service().refresh();
        QVERIFY(window.service().isLoading());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QVERIFY(!window.service().isLoading());
        const auto said = [](const QWidget& page, const QString& words) {
            for (const QLabel* label : page.findChildren<QLabel*>())
                if (label->isVisible() && label->text().startsWith(words))
                    return true;
            return false;
        };
        QVERIFY(said(window.service(), "Cancelled: F5"));
        QTest::qWait(300);
        QVERIFY(said(window.service(), "Cancelled: F5")); // the answer is not waited for
        window.showAlarms();
        window.alarms().showPast(true);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QVERIFY(said(window.alarms(), "Cancelled: 0 alarms"));
        QTest::qWait(300);
        QCOMPARE(window.alarms().past().rowCount(), 0);
    }

    void aLosingProbeSaysWhatWhyAndWhatHelps()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        const auto said = [&](const QString& beginning) -> const ElidedLabel* {
            for (const ElidedLabel* label : window.findChildren<ElidedLabel*>())
                if (label->text().startsWith(beginning))
                    return label;
            return nullptr;
        };
        QVERIFY(said("✓ nothing lost"));
        source.sendStatus(source.status(52'000));
        const ElidedLabel* losses = said("⚠ lost:");
        QVERIFY(losses);
        QVERIFY2(losses->text().contains("ring full 1,204 (3/s)"), qPrintable(losses->text()));
        QVERIFY(losses->text().contains("missed by the port 31"));
        QVERIFY(losses->toolTip().contains("--ring-batches"));
        QVERIFY(losses->toolTip().contains("received 812,345,678 = handed on 812,344,474"));
    }

    void enterOpensTheCallAndEscLeadsBack()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(50);
        window.showLive();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        CallTable& table = window.live().table();
        const auto call = table.currentCall();
        QVERIFY(call);
        QTest::keyClick(&table, Qt::Key_Return);
        QVERIFY(window.currentCall());
        QCOMPARE(window.currentCall()->call(), call->key);
        QTest::keyClick(&window, Qt::Key_Escape);
        QVERIFY(!window.currentCall());
        QTest::keyClick(&table, Qt::Key_Return); // the same page again, not another
        QCOMPARE(window.findChild<QTabWidget*>()->count(), 6);
    }

    void aCallThatHasJustEndedIsShownAsStoredThoughItLingersInTheLiveList()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        const CallRecord stored = source.record(0); // 95 s long, ended by the callee
        LiveDelta lingering;
        lingering.changed.push_back(source.liveCall(0));
        LiveCall& live = lingering.changed.back();
        live.key = stored.key;
        live.state = CallState::Ended;
        live.answeredAt = stored.answeredAt;
        live.endedAt = *stored.answeredAt + std::chrono::seconds(60);
        emit source.liveChanged(lingering);
        QTRY_VERIFY(window.live().model().find(stored.key));
        for (const bool fromThePastList : { false, true }) {
            window.showPast();
            if (fromThePastList) {
                window.past().search();
                QTRY_VERIFY(!window.past().isSearching());
            }
            CallPage* page = window.openCall(stored.key);
            const auto fact = [page](const QString& title) {
                for (const ElidedLabel* label : page->findChildren<ElidedLabel*>())
                    if (label->objectName() == title)
                        return label->text();
                return QString();
            };
            QTRY_COMPARE(fact("Ended by"), QString("callee"));
            QCOMPARE(fact("Duration"), QString("0:01:35"));
            source.sendStatus(source.status(5)); // the live row must not come back with the next second
            QCOMPARE(fact("Duration"), QString("0:01:35"));
            QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
        }
    }

    void tabReachesEveryControlAndTheFocusIsSeen()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.resize(1280, 720);
        window.show();
        source.connectNow(50);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        const auto walk = [&](const QString& where, QWidget* page) {
            std::set<QWidget*> visited;
            for (int i = 0; i < 60; ++i) {
                QImage before = window.grab().toImage();
                QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
                QWidget* focus = QApplication::focusWidget();
                if (!focus || !visited.insert(focus).second)
                    continue;
                const qreal scale = before.devicePixelRatio(); // QT_SCALE_FACTOR
                const QRect area(
                    (QPointF(focus->mapTo(&window, QPoint(0, 0))) * scale).toPoint(), focus->size() * scale);
                const QString name = where + ": " + focus->metaObject()->className() + " " + focus->objectName();
                QVERIFY2(window.grab().toImage().copy(area) != before.copy(area), qPrintable(name));
            }
            for (QWidget* control : page->findChildren<QWidget*>()) {
                const bool wanted = control->isVisible() && control->isEnabled() && !control->focusProxy()
                    && control->focusPolicy() & Qt::TabFocus && !control->inherits("QTabBar")
                    && !qobject_cast<QLineEdit*>(control->parentWidget() == page ? nullptr : control);
                const QString name = where + ": " + control->metaObject()->className() + " " + control->objectName();
                QVERIFY2(!wanted || visited.contains(control), qPrintable(name));
                const auto* spoken = QAccessible::queryAccessibleInterface(control);
                const bool named = spoken != nullptr && !spoken->text(QAccessible::Name).trimmed().isEmpty();
                QVERIFY2(!wanted || named, qPrintable(name + " has no accessible name"));
            }
        };
        window.showLive();
        walk("live", &window.live());
        window.showPast();
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        walk("past", &window.past());
        source.openAlarms(source.alarmsOf(12));
        window.showAlarms();
        walk("alarms", &window.alarms());
        window.showService();
        QTRY_VERIFY(!window.service().isLoading());
        walk("service", &window.service());
        window.showProbe();
        walk("probe", &window.probe());
        CallPage* page = window.openCall(source.record(0).key);
        QTRY_VERIFY_WITH_TIMEOUT(page->player().hasAudio(), 20'000);
        walk("call", page);
    }

    void slashFiltersAndEscClears()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(50);
        window.showLive();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window.live().table(), Qt::Key_Slash);
        auto* filter = window.live().findChild<QLineEdit*>("liveFilter");
        QTRY_VERIFY(filter->hasFocus());
        QTest::keyClicks(filter, "state:ringing");
        QVERIFY(window.live().model().rowCount() < 50);
        QTest::keyClick(filter, Qt::Key_Escape);
        QCOMPARE(filter->text(), QString());
        QCOMPARE(window.live().model().rowCount(), 50);
    }

    void spacePlaysTheCall()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        CallPage* page = window.openCall(source.record(0).key);
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTRY_VERIFY(page->player().hasAudio());
        QTest::keyClick(page, Qt::Key_Space);
        QVERIFY(page->player().isPlaying() || page->player().hasDeviceProblem());
        QTest::keyClick(page, Qt::Key_Space);
        QVERIFY(!page->player().isPlaying());
    }

    void aCallThatWasNotRecordedSaysByWhichRule()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(0);
        source.recordsFirst = false;
        CallPage* page = window.openCall(source.record(0).key);
        QTRY_VERIFY(page->hasSeries());
        const auto says = [&](const QString& words) {
            const auto labels = page->findChildren<ElidedLabel*>();
            return std::ranges::any_of(labels, [&](const ElidedLabel* label) { return label->text().contains(words); });
        };
        const auto* wave = page->findChild<WaveformSlider*>(); // where the sound would be
        QTRY_VERIFY(wave->accessibleDescription().contains("This call was not recorded: rule “board”."));
        QVERIFY(says("no, board"));
        page->player().play(); // asks for nothing
        QTest::qWait(50);
        QVERIFY(wave->accessibleDescription().contains("This call was not recorded"));
        QVERIFY(!page->player().hasAudio());
        source.recordsFirst = true;
        page = window.openCall(source.record(1).key);
        QTRY_VERIFY(page->player().hasAudio());
        QVERIFY(says("yes, default"));
        QVERIFY(!says("not recorded"));
    }

    void moreMatchesThanTheLimitAreSaid()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        bool said = false;
        for (const ElidedLabel* label : window.past().findChildren<ElidedLabel*>())
            said = said || label->text().contains("1,000 of 48,213");
        QVERIFY(said);
    }

    void aSearchCanBeCancelledAndKeepsWhatItFound()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        window.past().form().setNumber("slow");
        window.past().search();
        QTRY_COMPARE(window.past().model().rowCount(), 1'000);
        QVERIFY(window.past().isSearching());
        QVERIFY(window.past().cancel());
        QVERIFY(!window.past().isSearching());
        QCOMPARE(window.past().model().rowCount(), 1'000);
    }

    void whatASearchCouldNotReadIsSaidBesideHowManyItFound()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.resize(1280, 720);
        window.show();
        source.connectNow(1);
        window.showPast();
        source.remarks = QStringList { "Calls of 2026-11-03 are left out: the file is damaged." };
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        QVERIFY(window.past().model().rowCount() > 0);
        QCOMPARE(window.past().lastError(), source.remarks.front());
        const auto says = [&](const QString& what) {
            return std::ranges::any_of(window.past().findChildren<ElidedLabel*>(),
                       [&](const ElidedLabel* label) { return label->isVisible() && label->text().contains(what); })
                || std::ranges::any_of(window.past().findChildren<QLabel*>(),
                    [&](const QLabel* label) { return label->isVisible() && label->text().contains(what); });
        };
        QVERIFY(says("1,000 of 48,213") && says("Not everything could be read"));
        window.past().form().setNumber("nobody");
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        QVERIFY(says("No call matches in what could be read"));
        source.remarks.clear();
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        QVERIFY(window.past().lastError().isEmpty() && !says("Not everything") && says("No call matches"));
    }

    void csvHasTheColumnsThatAreShownInTheirOrder()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        source.connectNow(20);
        QTRY_COMPARE(window.live().model().rowCount(), 20);
        CallTable& table = window.live().table();
        table.setColumnHidden(LiveCallModel::Codec, true);
        table.horizontalHeader()->moveSection(table.horizontalHeader()->visualIndex(LiveCallModel::Callee), 0);
        const QString path = m_settings.filePath("live.csv");
        ListExport writer;
        QSignalSpy ended(&writer, &ListExport::ended);
        writer.start(*table.model(), table.shownColumns(), path);
        QTRY_COMPARE(ended.size(), 1);
        QCOMPARE(ended[0], QList<QVariant>({ 20ULL, QString() }));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readLine().startsWith("callee,state,started_at,duration_s,caller,caller_mos_now"));
    }

    void columnsAreRemembered()
    {
        DemoSource source;
        {
            MainWindow window(source, ThemeName::Dark);
            window.live().table().setColumnHidden(LiveCallModel::Callee, true);
            window.close();
        }
        MainWindow window(source, ThemeName::Dark);
        QVERIFY(window.live().table().isColumnHidden(LiveCallModel::Callee));
        QCOMPARE(QSettings().value("theme").toString(), QString("dark"));
        QSettings().clear();
    }

    void textOfBothThemesHasContrast()
    {
        const auto luminance = [](const QColor& colour) { // WCAG 2.1, relative luminance
            const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
            return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
        };
        const auto contrast = [&](const QColor& a, const QColor& b) {
            const double x = luminance(a) + 0.05;
            const double y = luminance(b) + 0.05;
            return std::max(x, y) / std::min(x, y);
        };
        for (const ThemeName name : { ThemeName::Light, ThemeName::Dark }) {
            const Theme t = themeOf(name);
            for (const QColor& back : { t.window, t.base, t.alternate })
                for (const QColor& text : { t.text, t.quiet, t.good, t.fair, t.bad, t.caller, t.callee })
                    QVERIFY2(contrast(text, back) >= 4.5, qPrintable(text.name() + " on " + back.name()));
            QVERIFY(contrast(t.accentText, t.accent) >= 4.5);
            QVERIFY(contrast(t.text, t.warningBack) >= 4.5);
            QVERIFY(contrast(t.text, t.errorBack) >= 4.5);
        }
    }

private:
    QTemporaryDir m_settings;
};

QTEST_MAIN(TestPages)
#include "tst_pages.moc"
