// What comes from the network and from users is as long and as foreign as the fields are wide: no page and no dialog
// grows by it beyond the screen. Pictures of them, in both themes, in screenshots/ of the build folder.
#include "console/views/alarm_page.h"
#include "console/views/call_notes_panel.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/command_palette.h"
#include "console/views/desk_menu.h"
#include "console/views/elided_label.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/messages_panel.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/probe_page.h"
#include "console/views/probes_dialog.h"
#include "console/views/rules_dialog.h"
#include "console/views/service_page.h"
#include "demo_desk.h"
#include "demo_source.h"
#include "tests/console/own_settings.h"

#include <QApplication>
#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

using namespace callmon;

namespace {

constexpr std::array names { "محمد عبد الرحمن بن عبد العزيز", "北京市朝阳区客户服务中心第三接待处",
    "Ελευθερία Παπαδοπούλου-Κωνσταντινίδη", "😀🎉 not a number 😀", "a<b>&amp;\"'%1%2\\n",
    "reception.building-7.floor-3.long-distance-gateway-with-a-very-long-name.and-more-of-it.for-it-has-127-bytes.so-"
    "it-"
    "goes-on" };

template <std::size_t size> void put(FixedText<size>& into, int i)
{
    into = std::string_view(names[static_cast<std::size_t>(i) % names.size()]).substr(0, size);
}

std::string longText(const char* word, std::size_t length)
{
    std::string text;
    while (text.size() + std::strlen(word) < length)
        text += word;
    return text;
}

class HostileSource : public DemoSource {
public:
    HostileSource()
    {
        m_desk.kept.tags = {};
        for (int i = 0; i < 12; ++i)
            m_desk.kept.tags.push_back({ longText("tag-", 36) + std::to_string(i), now(), names[0] });
        m_desk.kept.notes = { { now(), names[1], longText("what was said of this call, at length; ", 1'900) },
            { now(), "eve", longText("x", 600) }, { now(), "eve", names[0] } };
        for (int i = 0; i < 20; ++i) {
            Hold hold;
            hold.number = i + 1;
            hold.call = record(i).key;
            hold.state = static_cast<HoldState>(i % 3);
            hold.setAt = now();
            hold.setBy = names[static_cast<std::size_t>(i) % names.size()];
            hold.reason = longText("case 17 of the court in Lugo; ", 490);
            hold.caller = record(i).caller;
            hold.callee = record(i).callee;
            m_desk.held.push_back(hold);
        }
        for (int i = 0; i < 60; ++i)
            m_desk.log.entries.push_back({ now(), names[static_cast<std::size_t>(i) % names.size()], "reviewer",
                "2001:db8:1234:5678:9abc:def0:1234:5678", i % 7 == 0 ? "refused media" : "search",
                longText("caller=+34910* and trunk=carriers and ", 400) });
        m_desk.log.matches = 48'213;
        m_desk.log.brokenLine = 17;
        m_desk.log.newestHash = longText("0123456789abcdef", 65);
        for (int i = 0; i < 12; ++i) {
            RecordingRule rule;
            rule.name = longText("a-rule-of-many-", 44) + std::to_string(i);
            rule.percent = i * 8.3;
            put(rule.caller, 5);
            rule.header = longText("X-Record-Because-Of: ", 120);
            rule.trunk = longText("trunk", 46);
            m_desk.recording.rules.insert(m_desk.recording.rules.begin(), rule);
        }
    }
    ProbeDesk* desk() override { return &m_desk; }
    std::vector<Probe> probes() const override
    {
        return { { { 0 }, "madrid-core-router-1.monitoring.example.com", state(), {} }, { { 1 }, "rome", state(), {} },
            { { 2 }, "北京-probe", State::Connecting,
                "北京-probe: connection refused (tls://[2001:db8:1234:5678:9abc:def0:1234:5678]:5081)" } };
    }
    LiveCall liveCall(int i) const override
    {
        LiveCall call = DemoSource::liveCall(i);
        put(call.caller, i);
        put(call.callee, i / 2 + 3);
        call.callId = longText("4f1c2-", 250);
        call.callerTrunk = longText("carrier-", 46);
        if (i % 5 == 0)
            call.codec = longText("telephone-event/", 29);
        return call;
    }
    CallRecord record(int i) const override
    {
        CallRecord call = DemoSource::record(i);
        put(call.caller, i);
        put(call.callee, i / 2 + 3);
        call.callId = longText("4f1c2-", 250);
        call.callerTrunk = call.calleeTrunk = longText("carrier-", 46);
        call.callerAddress = { *IpAddress::parse("2001:db8:1234:5678:9abc:def0:1234:5678"), 65'535 };
        call.calleeAddress = { *IpAddress::parse("2001:db8:ffff:ffff:ffff:ffff:ffff:fff1"), 65'535 };
        call.endReason = longText("Temporarily not available ", 62);
        put(call.assertedIdentity, i);
        put(call.diversion, i + 1);
        put(call.transferTarget, i + 2);
        call.callerAgent = longText("Agent/", 46);
        call.calleeAgent = call.callerAgent;
        call.mediaPacketsNotStored = 1'234'567'890'123;
        return call;
    }
    std::vector<Alarm> alarmsOf(int count) const override
    {
        std::vector<Alarm> alarms = DemoSource::alarmsOf(count);
        for (std::size_t i = 0; i < alarms.size(); ++i) {
            if (alarms[i].group.empty())
                continue;
            alarms[i].group = alarms[i].part = longText("trunk of the north-", 46);
        }
        alarms.front().acknowledgedAt = now();
        put(alarms.front().acknowledgedBy, 0);
        alarms.front().comment = longText("told the carrier, who says it is ours; ", 250);
        return alarms;
    }
    void connectAll(int calls)
    {
        connectNow(calls);
        for (const ProbeId probe : { ProbeId { 1 }, ProbeId { 2 } }) {
            LiveDelta delta;
            delta.snapshot = true;
            for (int i = 0; i < 40; ++i)
                delta.changed.push_back(liveCall(i + 7 * int(probe.value)));
            emit liveChanged(delta, probe);
            emit statusChanged(status(60'000), probe);
        }
        emit probesChanged();
        emit stateChanged(State::Connected, probes()[2].message);
    }

private:
    DemoDesk m_desk; // an admin's
};

class LongList : public ProbeRegistry {
public:
    std::vector<ProbeAddress> addresses() const override
    {
        return { { "madrid-core-router-1.monitoring.example.com",
                     "tls://madrid-core-router-1.monitoring.example.com:50810?identity=/home/operator/.config/callmon/"
                     "users/operator-of-the-night",
                     true },
            { "北京-probe", "tls://[2001:db8:1234:5678:9abc:def0:1234:5678]:5081", true },
            { "rome", "local:/run/callmon/engine.sock", false } };
    }
    void setAddresses(const std::vector<ProbeAddress>&) override { }
    QString complaintAboutAddress(const QString&) const override { return {}; }
};

}

class TestHostileContent : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        useSettingsIn(m_settings.path());
        QVERIFY(m_folder.mkpath("."));
    }
    void cleanup() { QSettings().clear(); }

    void noPageGrowsBeyondItsWindow_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::newRow("1280x720") << QSize(1280, 720);
        QTest::newRow("2560x1440") << QSize(2560, 1440);
    }

    void noPageGrowsBeyondItsWindow()
    {
        QFETCH(QSize, size);
        HostileSource source;
        MainWindow window(source, ThemeName::Light);
        window.resize(size);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        const auto look = [&](const QString& name) {
            for (const ThemeName theme : { ThemeName::Light, ThemeName::Dark }) {
                window.setTheme(theme);
                QTest::qWait(60);
                const QString file = QString("hostile-%1-%2-%3.png").arg(name, nameOf(theme)).arg(size.width());
                QVERIFY(window.grab().save(m_folder.filePath(file)));
                QCOMPARE(window.size(), size);
                const QSize least = window.minimumSizeHint();
                QVERIFY2(least.width() <= size.width() && least.height() <= size.height(),
                    qPrintable(QString("%1 takes %2x%3").arg(name).arg(least.width()).arg(least.height())));
            }
        };
        source.connectAll(400);
        source.openAlarms(source.alarmsOf(12));
        QTRY_COMPARE(window.live().model().rowCount(), 480);
        window.showLive();
        QTest::qWait(2'100); // the docks have looked at it
        look("live");
        window.showPast();
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        look("past");
        window.showAlarms();
        window.alarms().focusList();
        look("alarms");
        window.showService();
        QTRY_VERIFY(!window.service().isLoading());
        look("service");
        window.showProbe({ 2 });
        look("probe");
        CallPage* page = window.openCall(source.record(0).key);
        QTRY_VERIFY_WITH_TIMEOUT(page->player().hasAudio(), 20'000);
        page->showMessages();
        look("call");
        for (const char* figure : { "Duration", "MOS mean", "MOS min (10 s)", "Post-dial delay, ms" }) {
            const auto* shown = page->findChild<ElidedLabel*>(figure);
            QVERIFY2(shown && shown->width() >= shown->sizeHint().width(), figure); // whatever the Call-ID
            for (const auto* title : page->findChildren<ElidedLabel*>())
                if (title->text() == QLatin1String(figure))
                    QVERIFY2(title->width() >= title->sizeHint().width(), figure);
        }
        page->showStreams();
        look("call-streams");
        page->showNotes();
        look("call-notes");
    }

    void noDialogGrowsBeyondASmallScreen()
    {
        HostileSource source;
        LongList list;
        MainWindow window(source, ThemeName::Light);
        window.setProbeRegistry(&list);
        window.resize(1280, 720);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        source.connectAll(50);
        source.openAlarms(source.alarmsOf(12));
        QStringList tooLarge;
        const auto look = [&](QWidget& dialog, const QString& name) {
            for (const ThemeName theme : { ThemeName::Light, ThemeName::Dark }) {
                window.setTheme(theme);
                QTest::qWait(60);
                (void)dialog.grab().save(m_folder.filePath(QString("hostile-%1-%2.png").arg(name, nameOf(theme))));
            }
            const QSize least = dialog.minimumSizeHint().expandedTo(dialog.minimumSize()).expandedTo(dialog.size());
            if (least.width() > 1280 || least.height() > 720)
                tooLarge += QString("%1 takes %2x%3").arg(name).arg(least.width()).arg(least.height());
        };
        const auto lookAtModal = [&](const QString& command, const QString& name) {
            bool seen = false;
            QTimer::singleShot(200, this, [&] {
                if (QWidget* dialog = QApplication::activeModalWidget()) {
                    seen = true;
                    look(*dialog, name);
                    dialog->close();
                }
            });
            for (const Command& one : window.commands())
                if (one.name.startsWith(command)) {
                    one.run();
                    break;
                }
            QTRY_VERIFY2(seen, qPrintable("no dialog " + name));
        };
        const auto lookAtDesk = [&](const QString& name) {
            QWidget* dialog = window.desk().openDialog();
            QVERIFY2(dialog, qPrintable("no dialog " + name));
            QTest::qWait(100);
            look(*dialog, name);
        };
        window.showPast();
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        window.past().table().selectRow(0);
        window.desk().showRecordingRules();
        lookAtDesk("recording-rules");
        window.desk().showHolds();
        lookAtDesk("holds");
        window.desk().showDeletion();
        lookAtDesk("deletion");
        window.desk().showAudit();
        lookAtDesk("audit");
        window.desk().openDialog()->close();
        lookAtModal("File: Export", "export");
        window.showAlarms();
        window.alarms().table().selectRow(0);
        lookAtModal("Alarm: Acknowledge", "acknowledge");
        lookAtModal("Alarm: Shelve", "shelve");
        ProbesDialog probes(list, &window);
        probes.show();
        look(probes, "probes");
        probes.close();
        RulesDialog rules(source, &window);
        rules.show();
        QTRY_VERIFY(rules.rules().rowCount() > 0);
        look(rules, "rules");
        rules.close();
        QVERIFY2(tooLarge.isEmpty(), qPrintable(tooLarge.join('\n')));
    }

private:
    QTemporaryDir m_settings;
    QDir m_folder { QCoreApplication::applicationDirPath() + "/../screenshots" };
};

QTEST_MAIN(TestHostileContent)
#include "tst_hostile_content.moc"
