// Tags and notes, recording rules, holds, deletion and the audit log as a user works with them, by keys alone.
#include "answered.h"
#include "console/plots/call_timeline.h"
#include "console/views/alarm_page.h"
#include "console/views/audit_dialog.h"
#include "console/views/call_notes_panel.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/command_palette.h"
#include "console/views/deletion_dialog.h"
#include "console/views/desk_menu.h"
#include "console/views/elided_label.h"
#include "console/views/export_dialog.h"
#include "console/views/fetch_line.h"
#include "console/views/holds_dialog.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/mos_waterfall_view.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/recording_rule_form.h"
#include "console/views/recording_rules_dialog.h"
#include "console/views/rule_form.h"
#include "console/views/rules_dialog.h"
#include "console/views/search_form.h"
#include "console/zone/display_zone.h"
#include "demo_desk.h"
#include "demo_source.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QDir>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <QToolButton>
#include <QtTest>

using namespace callmon;

namespace {

class SourceWithDesk : public DemoSource {
public:
    ProbeDesk* desk() override { return &m_desk; }
    DemoDesk m_desk;
};

// As an engine answers a viewer, who is told of live figures alone.
class ViewersSource : public SourceWithDesk {
public:
    ViewersSource() { m_desk.setRole(ProbeDesk::Role::Viewer); }
    quint64 search(const CallQuery&) override { return refuse("operator"); }
    quint64 streams(CallKey) override { return refuse("operator"); }
    quint64 quality(CallKey) override { return refuse("operator"); }
    quint64 messages(CallKey) override { return refuse("reviewer"); }
    quint64 alarms(const AlarmQuery&) override { return refuse("operator"); }
    quint64 media(CallKey) override { return refuse("reviewer"); }

    int refusals = 0;

private:
    quint64 refuse(const char* role)
    {
        const quint64 id = 1'000'000 + static_cast<quint64>(++refusals);
        QTimer::singleShot(0, this, [this, id, role] {
            emit failed(id, QString("Your certificate says viewer; this needs the role %1.").arg(role));
        });
        return id;
    }
};

// As an engine answers an operator, who does not read messages.
class OperatorsSource : public SourceWithDesk {
public:
    OperatorsSource() { m_desk.setRole(ProbeDesk::Role::Operator); }
    quint64 messages(CallKey) override
    {
        ++refusals;
        QTimer::singleShot(0, this, [this] { emit failed(1'000'000, "Your certificate says operator."); });
        return 1'000'000;
    }
    quint64 media(CallKey call) override
    {
        ++mediaAsked;
        return SourceWithDesk::media(call);
    }

    int refusals = 0;
    int mediaAsked = 0;
};

// Two engines, each with a desk of its own.
class TwoDesks : public SourceWithDesk {
public:
    std::vector<Probe> probes() const override
    {
        return { { { 0 }, "madrid", state(), {} }, { { 1 }, "rome", m_rome.state(), {} } };
    }
    CallSource& of(ProbeId probe) override { return probe.value == 1 ? m_rome : static_cast<CallSource&>(*this); }
    SourceWithDesk m_rome;
};

template <typename Widget> Widget* child(QWidget& parent, const char* name)
{
    return parent.findChild<Widget*>(QString::fromLatin1(name));
}

QString fileText(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QPushButton* button(QWidget& parent, const QString& text)
{
    for (QPushButton* one : parent.findChildren<QPushButton*>())
        if (one->text() == text)
            return one;
    qFatal("no button %s", qPrintable(text));
}

class TestDesk : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QCoreApplication::setOrganizationName("VoIPCallMon");
        QCoreApplication::setApplicationName("callmon-console-test-desk");
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
    }

    void tagsAndNotesAreAddedAndRemovedByKeys()
    {
        DemoDesk desk;
        CallNotesPanel panel(desk, { 7 });
        QSignalSpy changed(&panel, &CallNotesPanel::changed);
        panel.show();
        QVERIFY(QTest::qWaitForWindowActive(&panel));
        panel.tagField().setFocus();
        QTest::keyClicks(&panel.tagField(), "Bad-Line");
        QTest::keyClick(&panel.tagField(), Qt::Key_Return);
        QTRY_COMPARE(panel.shown().tags.size(), 1u);
        QCOMPARE(desk.kept.tags[0].name, std::string("bad-line"));
        QTRY_COMPARE(panel.tagField().text(), QString());
        panel.noteField().setFocus();
        QTest::keyClicks(&panel.noteField(), "hears <b>herself</b>");
        QTest::keyClick(&panel.noteField(), Qt::Key_Return);
        QTRY_COMPARE(panel.shown().notes.size(), 1u);
        QCOMPARE(panel.noteField().text(), QString());
        auto* list = panel.findChild<QTextBrowser*>();
        QVERIFY2(list->toPlainText().contains("hears <b>herself</b>"), "a note is text, never markup");
        QVERIFY(list->toPlainText().contains("you"));
        QCOMPARE(changed.last().at(0).toInt() + changed.last().at(1).toInt(), 2);

        auto* chip = child<QToolButton>(panel, "tag-bad-line");
        QVERIFY(chip && chip->toolTip().contains("you"));
        chip->setFocus();
        QTest::keyClick(chip, Qt::Key_Space);
        QTRY_VERIFY(panel.shown().tags.empty());
        QVERIFY(desk.kept.tags.empty());
    }

    void aViewerIsToldThatAlarmsAndPastCallsAreNotForViewers()
    {
        SourceWithDesk source;
        source.m_desk.setRole(ProbeDesk::Role::Viewer);
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(3);
        const auto says = [](QWidget& page, const QString& part) {
            for (const QLabel* label : page.findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(part))
                    return true;
            return false;
        };
        window.showAlarms();
        QVERIFY(!says(window.alarms(), "No alarm is open")); // nobody told
        QVERIFY(says(window.alarms(), "for operators"));
        QVERIFY(!window.alarms().rulesAction()->isEnabled());
        window.showPast();
        QVERIFY(says(window.past(), "for operators"));
        source.m_desk.setRole(ProbeDesk::Role::Operator);
        QVERIFY(says(window.past(), "Search calls of the past"));
        window.showAlarms();
        QVERIFY(says(window.alarms(), "No alarm is open"));
        QVERIFY(window.alarms().rulesAction()->isEnabled());
    }

    // Neither a record nor its seconds come that would say how long it has been on.
    void theTimeAxisOfAViewersCallThatIsOnReachesToNow()
    {
        ViewersSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(50);
        QTRY_COMPARE(window.live().model().rowCount(), 50);
        const LiveCall call = *window.live().model().callAt(0);
        CallPage* const page = window.openCall(call.key);
        QTRY_VERIFY(!page->said().isEmpty());
        const auto reaches = [&] { return page->timeline().data().duration; };
        for (const int later : { 120, 150 }) {
            ProbeStatus status;
            status.now = source.now() + std::chrono::seconds(later);
            emit source.statusChanged(status);
            const double since = std::chrono::duration<double>(status.now - call.startedAt).count();
            QVERIFY2(std::abs(reaches() - since) < 1, qPrintable(QString("%1, not %2").arg(reaches()).arg(since)));
        }
    }

    void ofACallAViewerIsToldOnceWhatIsNotShownAndAsksNoMore()
    {
        ViewersSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(3);
        CallPage* page = window.openCall(source.liveCall(0).key);
        QTRY_VERIFY2(
            page->said().startsWith("Your certificate says viewer: of a call its live"), qPrintable(page->said()));
        QVERIFY(!page->said().contains("F5"));
        const int asked = source.refusals;
        QTest::qWait(2'500); // a call that is on is asked for every second
        QCOMPARE(source.refusals, asked); // each refusal stands in the engine's audit log
    }

    void whatAViewerMayNotSeeOfACallIsSaidWhereItWouldBe()
    {
        const QDir folder(QCoreApplication::applicationDirPath() + "/../screenshots");
        QVERIFY(folder.mkpath("."));
        ViewersSource source;
        MainWindow window(source, ThemeName::Light);
        window.resize(1280, 720);
        window.show();
        source.connectNow(30);
        int talking = 0;
        while (source.liveCall(talking).state != CallState::Answered)
            ++talking;
        CallPage* page = window.openCall(source.liveCall(talking).key);
        QTRY_VERIFY(page->said().startsWith("Your certificate says viewer"));
        QVERIFY2(
            page->timeline().data().noFigures.contains("for operators"), qPrintable(page->timeline().data().noFigures));
        QVERIFY2(
            page->timeline().data().noSound.contains("for reviewers"), qPrintable(page->timeline().data().noSound));
        QVERIFY2(page->player().message().contains("for reviewers"), qPrintable(page->player().message()));
        QVERIFY(!page->player().captureButton().isEnabled());
        const auto* breakdown = page->findChild<MosWaterfallView*>();
        QVERIFY2(breakdown->text().contains("for operators"),
            qPrintable(breakdown->text())); // nobody knows that there are none
        const auto said = [&](const QString& words) {
            return std::ranges::any_of(
                page->findChildren<QLabel*>(), [&](const QLabel* label) { return label->text().contains(words); });
        };
        page->showMessages();
        QVERIFY(said("Messages are for reviewers") && !said("could not be fetched"));
        page->showStreams();
        QVERIFY(said("Figures of streams are for operators"));
        const int asked = source.refusals;
        page->player().play();
        QTest::qWait(50);
        QCOMPARE(source.refusals, asked); // what is refused stands in the engine's audit log
        for (const ThemeName theme : { ThemeName::Light, ThemeName::Dark }) {
            window.setTheme(theme);
            QTest::qWait(60);
            QVERIFY(window.grab().save(folder.filePath(QString("call-viewer-%1-1280.png").arg(nameOf(theme)))));
        }
        source.m_desk.setRole(ProbeDesk::Role::Reviewer);
        QVERIFY(!page->timeline().data().noFigures.contains("for operators"));
        QCOMPARE(page->timeline().data().noSound, QString());
        QVERIFY(!page->player().message().contains("for reviewers"));
    }

    void anOperatorIsToldThatSoundIsForReviewersAndItIsNotAskedFor()
    {
        OperatorsSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(3);
        CallPage* page = window.openCall(source.record(0).key);
        QTRY_VERIFY(page->hasSeries());
        QTRY_VERIFY2(page->player().message().contains("for reviewers"), qPrintable(page->player().message()));
        QVERIFY(page->timeline().data().noSound.contains("for reviewers"));
        QCOMPARE(page->timeline().data().noFigures, QString());
        page->player().play();
        QTest::qWait(50);
        QVERIFY(page->player().message().contains("for reviewers"));
        QCOMPARE(source.mediaAsked, 0);
    }

    void anOperatorsPageOfACallThatIsOnAsksForItsMessagesOnce()
    {
        OperatorsSource source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(3);
        window.openCall(source.liveCall(0).key);
        QTRY_COMPARE(source.refusals, 1);
        QTest::qWait(2'500);
        QCOMPARE(source.refusals, 1);
    }

    void whoMayNotChangeAlarmRulesReadsThem()
    {
        SourceWithDesk source;
        source.m_desk.setRole(ProbeDesk::Role::Reviewer);
        source.connectNow(0);
        RulesDialog dialog(source);
        dialog.show();
        QTRY_VERIFY(dialog.rules().rowCount() > 0);
        QVERIFY(!button(dialog, "Sa&ve")->isEnabled() && !button(dialog, "Ne&w")->isEnabled());
        QVERIFY(!dialog.form().isEnabled());
        source.m_desk.setRole(ProbeDesk::Role::Admin);
        QVERIFY(button(dialog, "Sa&ve")->isEnabled() && dialog.form().isEnabled());
    }

    void whatIsNoTagIsToldAndTagsInUseAreOffered()
    {
        DemoDesk desk;
        CallNotesPanel panel(desk, { 7 });
        panel.show();
        QTest::keyClicks(&panel.tagField(), "two words");
        QTest::keyClick(&panel.tagField(), Qt::Key_Return);
        QVERIFY(panel.message().contains("one word"));
        QTest::keyClick(&panel.tagField(), Qt::Key_Backspace);
        QCOMPARE(panel.message(), QString()); // it is being mended
        QVERIFY(desk.kept.tags.empty());
        QTRY_COMPARE(panel.tagField().completer()->model()->rowCount(), 2);
    }

    void whoMayNotWriteSeesWhyAndReadsAllTheSame()
    {
        DemoDesk desk;
        desk.kept.tags = { { "bad-line", desk.now, "ada" } };
        desk.setRole(ProbeDesk::Role::Operator);
        CallNotesPanel panel(desk, { 7 });
        panel.show();
        QTRY_COMPARE(panel.shown().tags.size(), 1u);
        QVERIFY(!panel.tagField().isVisible() && !panel.noteField().isVisible());
        QVERIFY(!child<QToolButton>(panel, "tag-bad-line")->isEnabled());
        bool told = false;
        for (const QLabel* label : panel.findChildren<QLabel*>())
            told |= label->isVisible() && label->text().contains("operator");
        QVERIFY(told);
        desk.setRole(ProbeDesk::Role::Reviewer);
        QVERIFY(panel.tagField().isVisible());
    }

    void aRefusalIsTold()
    {
        DemoDesk desk;
        CallNotesPanel panel(desk, { 7 });
        QTRY_VERIFY(panel.findChild<QTextBrowser*>());
        QCoreApplication::processEvents();
        desk.refusal = "the disk of the probe is full";
        QTest::keyClicks(&panel.tagField(), "x");
        QTest::keyClick(&panel.tagField(), Qt::Key_Return);
        QTRY_COMPARE(panel.message(), QString("the disk of the probe is full"));
        QCOMPARE(panel.tagField().text(), QString("x")); // to be tried again
    }

    void recordingRulesAreAddedOrderedChangedAndReset()
    {
        DemoDesk desk;
        RecordingRulesDialog dialog(desk);
        dialog.show();
        QTRY_COMPARE(dialog.rules().rules.size(), 1u);
        QVERIFY(!button(dialog, "&Delete rule")->isEnabled()); // the last one fits every call
        for (const char* name : { "board", "north" }) {
            button(dialog, "Ne&w")->click();
            QTest::keyClicks(child<QLineEdit>(dialog, "recordingRuleName"), name);
            QTest::keyClicks(child<QLineEdit>(dialog, "recordingRuleCallee"), "3491*");
            child<QDoubleSpinBox>(dialog, "recordingRulePercent")->setValue(0);
            button(dialog, "Sa&ve")->click();
            QTRY_VERIFY(findRule(const_cast<RecordingRules&>(dialog.rules()).rules, name) != nullptr);
        }
        const auto names = [&] {
            std::string text;
            for (const RecordingRule& rule : desk.recording.rules)
                text += rule.name.str() + ' ';
            return text;
        };
        QCOMPARE(names(), std::string("north board default ")); // in front of the chosen one
        QCOMPARE(dialog.table().currentIndex().row(), 0);
        button(dialog, "▼ Later")->click();
        QTRY_COMPARE(names(), std::string("board north default "));
        QTRY_COMPARE(dialog.table().currentIndex().row(), 1); // stays with its rule
        QVERIFY(!button(dialog, "▼ Later")->isEnabled()); // never behind the last one
        QVERIFY(!button(dialog, "Sa&ve")->isEnabled()); // nothing was changed
        dialog.form().findChild<QCheckBox*>()->setChecked(false);
        QVERIFY(button(dialog, "Sa&ve")->isEnabled());
        button(dialog, "Sa&ve")->click();
        QTRY_VERIFY(!desk.recording.rules[1].enabled);
        QTRY_VERIFY(!dialog.rules().rules[1].enabled);
        button(dialog, "&Delete rule")->click();
        QTRY_COMPARE(names(), std::string("board default "));
        QTRY_VERIFY(button(dialog, "As con&figured")->isEnabled());
        button(dialog, "As con&figured")->click();
        QTRY_COMPARE(names(), std::string("default "));
    }

    // Of rules, of holds and of a call's notes: what is typed and not kept is asked about before it goes.
    void whatIsTypedAndNotSavedIsNotThrownAwayUnasked()
    {
        const auto refuses = [](auto&& act) { return test::answered(QMessageBox::RejectRole, act); };
        const auto discards = [](auto&& act) { return test::answered(QMessageBox::DestructiveRole, act); };
        SourceWithDesk source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(50);
        window.desk().showRecordingRules();
        QPointer<RecordingRulesDialog> rules = qobject_cast<RecordingRulesDialog*>(window.desk().openDialog());
        QVERIFY(rules);
        QTRY_VERIFY(!rules->rules().rules.empty());
        QPushButton* const begin = button(*rules, "Ne&w");
        QTRY_VERIFY(begin->isEnabled());
        begin->click();
        QTest::keyClicks(child<QLineEdit>(*rules, "recordingRuleName"), "board");
        QCOMPARE(refuses([&] { QTest::keyClick(rules.data(), Qt::Key_Escape); }), 1);
        QVERIFY(rules && rules->isVisible());
        QCOMPARE(refuses([&] { window.desk().showHolds(); }), 1); // its window would give way
        QVERIFY(rules && rules->isVisible());
        QCOMPARE(child<QLineEdit>(*rules, "recordingRuleName")->text(), QString("board"));
        QCOMPARE(refuses([&] { window.close(); }), 1);
        QVERIFY(window.isVisible());
        QCOMPARE(discards([&] { window.desk().showHolds(); }), 1);
        QVERIFY(!rules);

        auto* const holds = qobject_cast<HoldsDialog*>(window.desk().openDialog());
        QVERIFY(holds);
        QTest::keyClicks(&holds->reason(), "case 17");
        QCOMPARE(refuses([&] { QTest::keyClick(holds, Qt::Key_Escape); }), 1);
        holds->reason().clear();
        QCOMPARE(refuses([&] { QTest::keyClick(holds, Qt::Key_Escape); }), 0);

        CallPage* const page = window.openCall(source.record(0).key);
        QTRY_VERIFY(page->notes());
        page->showNotes();
        QTest::keyClicks(&page->notes()->noteField(), "the customer called back");
        const auto close = [&] {
            for (const Command& one : window.commands())
                if (one.name.contains("Close"))
                    return one.run();
        };
        QCOMPARE(refuses(close), 1);
        QCOMPARE(window.currentCall(), page);
        QCOMPARE(discards(close), 1);
        QVERIFY(!window.currentCall());
    }

    // The machine goes down, say. How the window was arranged is kept.
    void asASignalEndsTheConsoleNothingIsAsked()
    {
        SourceWithDesk source;
        MainWindow window(source, ThemeName::Dark);
        window.show();
        source.connectNow(5);
        window.desk().showHolds();
        auto* const holds = qobject_cast<HoldsDialog*>(window.desk().openDialog());
        QVERIFY(holds);
        QTest::keyClicks(&holds->reason(), "case 17");
        QSettings().remove("theme");
        QTimer::singleShot(0, &window, &MainWindow::endUnasked);
        int code = -1;
        QCOMPARE(test::answered(QMessageBox::RejectRole, [&] { code = QCoreApplication::exec(); }), 0);
        QCOMPARE(code, 0);
        QCOMPARE(QSettings().value("theme").toString(), QString("dark"));
    }

    void aRuleThatTheEngineRefusesStaysInTheForm()
    {
        DemoDesk desk;
        RecordingRulesDialog dialog(desk);
        dialog.show();
        QTRY_COMPARE(dialog.rules().rules.size(), 1u);
        button(dialog, "Ne&w")->click();
        QTest::keyClicks(child<QLineEdit>(dialog, "recordingRuleName"), "board");
        desk.refusal = "somebody else has changed the recording rules meanwhile";
        button(dialog, "Sa&ve")->click();
        QTRY_COMPARE(dialog.message(), desk.refusal);
        QCOMPARE(dialog.form().rule().name.str(), std::string("board"));
        QVERIFY(button(dialog, "Sa&ve")->isEnabled());
        desk.refusal.clear();
        desk.setRole(ProbeDesk::Role::Operator);
        QVERIFY(!button(dialog, "Sa&ve")->isEnabled() && !dialog.form().isEnabled());
    }

    void aCallIsHeldForAReasonAndReleasedForOne()
    {
        DemoDesk desk;
        HoldsDialog dialog(desk, CallKey { 1'795'410'000'000'000'000 }, "+34910… → 2001");
        dialog.show();
        QVERIFY(!dialog.holdButton().isEnabled());
        QTest::keyClicks(&dialog.reason(), "case 17");
        QVERIFY(dialog.holdButton().isEnabled());
        dialog.holdButton().click();
        QTRY_COMPARE(dialog.rows().rowCount(), 1);
        QCOMPARE(desk.held[0].reason, std::string("case 17"));
        QVERIFY(dialog.rows().index(0, 0).data().toString().contains("held"));
        QTest::keyClicks(&dialog.reason(), "closed");
        QVERIFY(!dialog.holdButton().isEnabled()); // it is held already
        QVERIFY(dialog.releaseButton().isEnabled());
        dialog.releaseButton().click();
        QTRY_VERIFY(dialog.rows().rowCount() == 1 && dialog.rows().index(0, 0).data().toString().contains("released"));
        QCOMPARE(desk.held[0].releaseReason, std::string("closed"));
        desk.setRole(ProbeDesk::Role::Reviewer);
        QVERIFY(!dialog.reason().isEnabled());
    }

    void theListOfHoldsSaysWhoSpoke()
    {
        DemoDesk desk;
        Hold hold;
        hold.call = { 1'795'410'000'000'000'000 };
        hold.state = HoldState::Held;
        hold.caller = "+34910123456";
        hold.callee = "anna.weiss";
        desk.held = { hold };
        hold.call.value += 60'000'000'000;
        hold.caller = hold.callee = {}; // its record is gone
        desk.held.push_back(hold);
        HoldsDialog dialog(desk, {}, {});
        dialog.show();
        QTRY_COMPARE(dialog.rows().rowCount(), 2);
        const auto cell = [&](int row, const char* title) {
            for (int column = 0; column < dialog.rows().columnCount(); ++column)
                if (dialog.rows().headerData(column, Qt::Horizontal).toString() == title)
                    return dialog.rows().index(row, column).data().toString();
            return QString("no column ") + title;
        };
        QCOMPARE(cell(1, "Caller"), QString("+34910123456")); // the newest hold comes first
        QCOMPARE(cell(1, "Callee"), QString("anna.weiss"));
        QCOMPARE(cell(0, "Caller"), unknownFigure());
        const Report report = dialog.report();
        const auto at = std::ranges::find(
            report.fields, std::string_view("caller"), [](const char* name) { return std::string_view(name); });
        QCOMPARE(report.rows.at(1).at(static_cast<std::size_t>(at - report.fields.begin())).text,
            std::string("+34910123456"));
    }

    void deletionIsLookedAtFirstAndThenConfirmed()
    {
        DemoDesk desk;
        DeletionDialog dialog(desk);
        dialog.show();
        QVERIFY(!dialog.lookButton().isEnabled() && !dialog.deleteButton().isEnabled());
        QTest::keyClicks(&dialog.since(), "yesterday");
        QTest::keyClicks(&dialog.number(), "+34910123456");
        dialog.lookButton().click();
        QVERIFY(dialog.message().contains("yesterday"));
        QVERIFY(desk.deletions.empty());
        dialog.since().clear();
        QTest::keyClick(&dialog.number(), Qt::Key_Return);
        QTRY_COMPARE(dialog.rows().rowCount(), 4);
        QVERIFY(desk.deletions.at(0).dryRun);
        // of three: what is held stays, with its sound
        QVERIFY2(dialog.summary().startsWith("3 calls would go, with 4.9 MB"), qPrintable(dialog.summary()));
        QVERIFY(!dialog.deleteButton().isEnabled());
        dialog.confirmation().setChecked(true);
        QVERIFY(dialog.deleteButton().isEnabled());
        QTest::keyClicks(&dialog.number(), "7"); // another number: it has not been looked at
        QVERIFY(!dialog.deleteButton().isEnabled() && dialog.rows().rowCount() == 0);
        dialog.lookButton().click();
        QTRY_COMPARE(dialog.rows().rowCount(), 4);
        dialog.confirmation().setChecked(true);
        dialog.deleteButton().click();
        QTRY_VERIFY2(dialog.summary().startsWith("3 calls deleted"), qPrintable(dialog.summary()));
        QCOMPARE(desk.deletions.size(), 3u);
        QVERIFY(!desk.deletions.back().dryRun);
        QCOMPARE(desk.deletions.back().number, std::string("+349101234567"));
        QVERIFY(!dialog.deleteButton().isEnabled());
    }

    void theAuditLogIsShownNewestFirstAndABrokenChainIsTold()
    {
        DemoDesk desk;
        desk.log = {
            { { desk.now, "ada", "admin", "local", "search", "all calls" },
                { desk.now + std::chrono::seconds(1), "grace", "viewer", "10.0.0.9", "refused media", "call_key 7" } },
            412, 0
        };
        AuditDialog dialog(desk);
        dialog.show();
        QTRY_COMPARE(dialog.rows().rowCount(), 2);
        QCOMPARE(dialog.rows().index(0, 1).data().toString(), QString("grace"));
        QVERIFY(dialog.state().contains("412"));
        QTest::keyClicks(&dialog.filter(), "REFUSED");
        QCOMPARE(dialog.rows().rowCount(), 1);
        desk.log.brokenLine = 17;
        dialog.reload();
        QTRY_VERIFY(dialog.message().contains("line 17"));
    }

    void aLogThatIsLongInComingCanBeCancelledAndReadAgain()
    {
        DemoDesk desk;
        desk.log = { { { desk.now, "ada", "admin", "local", "search", "all calls" } }, 1, 0 };
        desk.silent = true;
        AuditDialog dialog(desk);
        dialog.show();
        QTRY_VERIFY(dialog.reading().isVisible());
        QVERIFY(!child<QPushButton>(dialog, "exportReport")->isEnabled());
        QTest::keyClick(&dialog, Qt::Key_Escape); // stops the reading first, not the window
        QVERIFY(dialog.isVisible() && !dialog.reading().isVisible());
        QCOMPARE(desk.cancelled.size(), 1u);
        QTest::qWait(20);
        QCOMPARE(dialog.rows().rowCount(), 0);
        dialog.reload();
        QTRY_COMPARE(dialog.rows().rowCount(), 1);
        QVERIFY(child<QPushButton>(dialog, "exportReport")->isEnabled());
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QVERIFY(!dialog.isVisible());
    }

    void theAuditLogIsExportedAsFilteredUnderTheNamesOfCallmonctl()
    {
        SourceWithDesk source;
        DemoDesk& desk = source.m_desk;
        desk.log = {
            { { desk.now, "ada", "admin", "local", "search", "all, calls" },
                { desk.now + std::chrono::seconds(1), "grace", "viewer", "10.0.0.9", "refused media", "call_key 7" } },
            2, 0
        };
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(0);
        window.desk().showAudit();
        auto* dialog = qobject_cast<AuditDialog*>(window.desk().openDialog());
        QTRY_COMPARE(dialog->rows().rowCount(), 2);
        dialog->filter().setText("ada");
        child<QPushButton>(*dialog, "exportReport")->click();
        QCOMPARE(written(*dialog, m_settings.filePath("audit.csv")),
            QByteArray("at,user,role,from,action,detail\r\n"
                       "2026-11-23T06:02:03.000000000Z,ada,admin,local,search,\"all, calls\"\r\n"));
        QCOMPARE(desk.exports, QStringList { "audit as csv, as shown" });
        dialog->filter().setText("nobody of that name");
        QVERIFY(!child<QPushButton>(*dialog, "exportReport")->isEnabled());
    }

    void holdsRulesAndWhatWouldBeDeletedAreExported()
    {
        SourceWithDesk source;
        fill(source.m_desk);
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(0);
        const auto linesOf = [&](const char* name) {
            QDialog* const dialog = window.desk().openDialog();
            auto* button = child<QPushButton>(*dialog, "exportReport");
            [&] { QTRY_VERIFY(button->isEnabled()); }();
            button->click();
            return written(*dialog, m_settings.filePath(name)).split('\n');
        };
        window.desk().showHolds();
        QList<QByteArray> lines = linesOf("holds.csv");
        QVERIFY2(lines[0].startsWith("hold,call_key,started_at,caller,callee,state,"), lines[0].constData());
        QCOMPARE(lines.size(), qsizetype(source.m_desk.held.size()) + 2);
        window.desk().showRecordingRules();
        lines = linesOf("rules.csv");
        QVERIFY2(lines[0].startsWith("rule,record"), lines[0].constData());
        QCOMPARE(lines.size(), qsizetype(source.m_desk.recording.rules.size()) + 2);
        window.desk().showDeletion();
        auto* deletion = qobject_cast<DeletionDialog*>(window.desk().openDialog());
        deletion->number().setText("+34910123456");
        deletion->lookButton().click();
        lines = linesOf("deletion.csv");
        QCOMPARE(lines.size(), 6);
        QVERIFY2(lines[1].contains(",would_go,"), lines[1].constData());
    }

    void onlyWhatTheRoleAllowsIsOffered()
    {
        SourceWithDesk source;
        MainWindow window(source, ThemeName::Light);
        const auto offered = [&] {
            int count = 0;
            for (const QAction* action : window.desk().menu()->actions())
                count += action->isEnabled();
            return count;
        };
        const std::map<ProbeDesk::Role, int> expected { { ProbeDesk::Role::Unknown, 0 }, { ProbeDesk::Role::Viewer, 0 },
            { ProbeDesk::Role::Operator, 1 }, { ProbeDesk::Role::Reviewer, 2 }, { ProbeDesk::Role::Admin, 4 } };
        for (const auto& [role, count] : expected) {
            source.m_desk.setRole(role);
            QCOMPARE(offered(), count);
        }
    }

    // A call that has ended is not asked for every second: what its page and the list say would stay as it was.
    void aHoldIsShownOnTheOpenPageAndInTheListOfPastCalls()
    {
        SourceWithDesk source;
        source.m_desk.setRole(ProbeDesk::Role::Admin);
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        window.showPast();
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        const CallKey call = window.past().model().callAt(0)->key;
        CallPage* page = window.openCall(call);
        QTRY_VERIFY(page->hasSeries() && page->player().hasAudio());
        QTest::qWait(1'200); // the last of its refreshes
        const auto says = [page](const char* words) {
            return std::ranges::any_of(page->findChildren<ElidedLabel*>(),
                [words](const ElidedLabel* label) { return label->text().endsWith(QString::fromUtf8(words)); });
        };
        source.legalHold = "kept by hold, ada: case 17"; // what the engine will say
        window.desk().showHolds();
        auto* holds = qobject_cast<HoldsDialog*>(window.desk().openDialog());
        QTest::keyClicks(&holds->reason(), "case 17");
        holds->holdButton().click();
        QTRY_VERIFY(says("; kept by hold, ada: case 17"));
        QTRY_COMPARE(window.past().model().index(0, PastCallModel::LegalHold).data().toString(),
            QString("kept by hold, ada: case 17"));
    }

    void eachProbeHasADeskOfItsOwnAndTheDialogGoesFromOneToTheOther()
    {
        TwoDesks source;
        source.m_desk.setRole(ProbeDesk::Role::Operator);
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        source.m_rome.connectNow(5);
        window.desk().showAudit(); // rome's: madrid's is for admins
        QVERIFY2(window.desk().openDialog()->windowTitle().contains("rome"),
            qPrintable(window.desk().openDialog()->windowTitle()));
        QComboBox* choice = window.desk().probeChoice();
        QCOMPARE(choice->count(), 2);
        QVERIFY2(choice->itemText(0).contains("not for your role"), qPrintable(choice->itemText(0)));
        QTest::keyClick(choice, Qt::Key_Up); // it cannot be chosen
        QCoreApplication::processEvents();
        QVERIFY(window.desk().openDialog()->windowTitle().contains("rome"));

        source.m_desk.setRole(ProbeDesk::Role::Admin);
        QCOMPARE(choice->itemText(0), QString("madrid"));
        window.openCall(source.record(2).key, { 0 }); // a call of madrid's: its hold, too
        window.desk().showHolds();
        auto* holds = qobject_cast<HoldsDialog*>(window.desk().openDialog());
        QVERIFY(holds && holds->windowTitle().contains("madrid"));
        QTest::keyClicks(&holds->reason(), "case 17");
        holds->holdButton().click();
        QTRY_COMPARE(holds->rows().rowCount(), 1);
        QCOMPARE(source.m_desk.held.size(), 1u);
        QVERIFY(source.m_rome.m_desk.held.empty());

        QTest::keyClick(window.desk().probeChoice(), Qt::Key_Down);
        QTRY_VERIFY(window.desk().openDialog()->windowTitle().contains("rome"));
        holds = qobject_cast<HoldsDialog*>(window.desk().openDialog());
        QTest::keyClicks(&holds->reason(), "case 17");
        QVERIFY(!holds->holdButton().isEnabled()); // the call is not rome's
        QCOMPARE(holds->rows().rowCount(), 0);
    }

    void whatIsExportedOfSeveralProbesIsToldToEach()
    {
        TwoDesks source;
        MainWindow window(source, ThemeName::Light);
        source.connectNow(5);
        source.m_rome.connectNow(5);
        PastCallModel model;
        model.setProbes(labelsOf(source));
        model.append({ source.record(0) }, 48'213, { 0 });
        const QTemporaryDir folder;
        ExportDialog dialog(
            source, { &model, { PastCallModel::Probe, PastCallModel::Caller }, "past-calls", { CallQuery() }, 2'000 });
        dialog.show();
        dialog.all().setChecked(false);
        dialog.path().setText(folder.filePath("shown.csv"));
        dialog.writeButton().click();
        QTRY_VERIFY2(dialog.result().startsWith("1 row "), qPrintable(dialog.result() + dialog.message()));
        QCOMPARE(source.m_desk.exports.size(), 1);
        QVERIFY(source.m_rome.m_desk.exports.isEmpty()); // nothing of it was written

        dialog.all().setChecked(true);
        dialog.path().setText(folder.filePath("all.csv"));
        dialog.writeButton().click();
        QTRY_VERIFY2(dialog.result().contains("rows written"), qPrintable(dialog.result() + dialog.message()));
        QCOMPARE(source.m_rome.m_desk.exports.size(), 1);
        const QStringList lines = fileText(folder.filePath("all.csv")).split("\r\n");
        QCOMPARE(lines[0], QString("probe,caller"));
        QCOMPARE(lines.filter(QRegularExpression("^madrid,")).size(), 1'000);
        QCOMPARE(lines.filter(QRegularExpression("^rome,")).size(), 1'000);

        source.m_rome.m_desk.refusal = "Your certificate says viewer";
        dialog.path().setText(folder.filePath("refused.csv"));
        dialog.writeButton().click();
        QTRY_COMPARE(dialog.message(), QString("rome: Your certificate says viewer"));
        QVERIFY(!QFile::exists(folder.filePath("refused.csv")));

        source.m_rome.loseConnection();
        dialog.writeButton().click();
        QTRY_VERIFY2(dialog.result().contains("calls of rome, which did not answer"),
            qPrintable(dialog.result() + dialog.message()));
    }

    void timesAreExportedAsTheListShowsThemOrInUtc()
    {
        const auto back = qScopeGuard([] { setDisplayZone(QTimeZone::utc()); });
        setDisplayZone(QTimeZone("Asia/Kathmandu")); // +05:45
        SourceWithDesk source;
        source.connectNow(5);
        PastCallModel model;
        CallRecord call = source.record(0);
        call.startedAt = timestampFromNanoseconds(1'795'413'723'250'000'000); // 2026-11-23T06:02:03.25Z
        model.append({ call }, 1);
        const QTemporaryDir folder;
        ExportDialog dialog(source, { &model, { PastCallModel::StartedAt }, "past-calls", {}, 1 });
        const auto written = [&] {
            dialog.path().setText(folder.filePath("times.csv"));
            dialog.writeButton().click();
            return QTest::qWaitFor([&] { return dialog.result().contains("written"); })
                ? fileText(folder.filePath("times.csv")).split("\r\n").value(1)
                : dialog.message();
        };
        QCOMPARE(dialog.zone().count(), 2);
        dialog.zone().setCurrentIndex(0);
        QCOMPARE(written(), QString("2026-11-23T11:47:03.250000000+05:45"));
        dialog.zone().setCurrentIndex(1);
        QCOMPARE(written(), QString("2026-11-23T06:02:03.250000000Z"));
    }

    void tagsAreSearchedForAndShownInTheListOfPastCalls()
    {
        SourceWithDesk source;
        MainWindow window(source, ThemeName::Light);
        window.show();
        source.connectNow(5);
        window.showPast();
        window.past().form().setNumber("+34* tag:Bad-Line");
        const CallQuery query = window.past().form().query();
        QCOMPARE(query.number, std::string("+34*"));
        QCOMPARE(query.conditions.size(), 1u);
        QCOMPARE(toText(query.conditions[0]), std::string("tags=bad-line"));
        window.past().form().setNumber({});
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        const QAbstractItemModelTester tester(&window.past().model());
        CallPage* page = window.openCall(window.past().model().callAt(3)->key);
        page->showNotes();
        QTest::keyClicks(&page->notes()->tagField(), "bad-line");
        QTest::keyClick(&page->notes()->tagField(), Qt::Key_Return);
        const QModelIndex cell = window.past().model().index(3, PastCallModel::Tags);
        QTRY_COMPARE(cell.data().toString(), QString("bad-line"));
        QCOMPARE(cell.data(ExportRole).toString(), QString("bad-line"));
        QCOMPARE(window.past().model().index(4, PastCallModel::Tags).data(ExportRole).toString(), QString());
    }

    void anExportIsWrittenWithTheChosenSignsAndAllThatMatchIfWanted()
    {
        SourceWithDesk source;
        MainWindow window(source, ThemeName::Light);
        source.connectNow(5);
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        PastCallModel& model = window.past().model();
        const QTemporaryDir folder;
        ExportDialog::List list { &model, { PastCallModel::StartedAt, PastCallModel::MosMean, PastCallModel::Caller },
            "past-calls", window.past().searched(), model.matchesInAll() };
        ExportDialog dialog(source, list);
        dialog.show();
        QVERIFY(dialog.all().isVisible()); // 1,000 of 48,213 are in the list
        dialog.all().setChecked(false);
        dialog.separator().setCurrentIndex(1);
        dialog.decimal().setCurrentIndex(1);
        dialog.path().setText(folder.filePath("shown.csv"));
        dialog.writeButton().click();
        QTRY_VERIFY2(dialog.result().startsWith("1,000 rows"), qPrintable(dialog.result() + dialog.message()));
        const QStringList lines = fileText(folder.filePath("shown.csv")).split("\r\n");
        QCOMPARE(lines.size(), 1'002);
        QCOMPARE(lines[0], QString("started_at;mos_mean;caller"));
        QVERIFY2(lines.filter(QRegularExpression("^2026-[^;]*Z;[0-9],[0-9]{3};")).size() > 500, qPrintable(lines[1]));
        QCOMPARE(source.m_desk.exports, QStringList("past-calls as csv, as shown"));

        dialog.all().setChecked(true);
        dialog.decimal().setCurrentIndex(0);
        dialog.separator().setCurrentIndex(0);
        dialog.path().setText(folder.filePath("all.csv"));
        dialog.writeButton().click();
        QTRY_VERIFY2(dialog.result().contains("rows written"), qPrintable(dialog.result() + dialog.message()));
        const QStringList all = fileText(folder.filePath("all.csv")).split("\r\n");
        QCOMPARE(all.size(), 1'002); // what the made-up engine gives
        QCOMPARE(all[0], QString("started_at,mos_mean,caller"));

        dialog.path().setText("/nowhere/at/all.csv");
        dialog.writeButton().click();
        QTRY_VERIFY2(dialog.message().contains("/nowhere/at/all.csv"), qPrintable(dialog.message()));
        source.m_desk.refusal = "Your certificate says viewer";
        dialog.path().setText(folder.filePath("refused.csv"));
        dialog.writeButton().click();
        QTRY_COMPARE(dialog.message(), source.m_desk.refusal);
        QVERIFY(!QFile::exists(folder.filePath("refused.csv")));
    }

    void anExportThatIsStoppedLeavesNoFile()
    {
        SourceWithDesk source;
        MainWindow window(source, ThemeName::Light);
        source.connectNow(5);
        PastCallModel model;
        model.append({ source.record(0) }, 48'213);
        const QTemporaryDir folder;
        CallQuery slow;
        slow.number = "slow"; // gives calls, and never ends
        ExportDialog dialog(source, { &model, { PastCallModel::Caller }, "past-calls", { slow }, 48'213 });
        dialog.show();
        dialog.path().setText(folder.filePath("stopped.csv"));
        dialog.writeButton().click();
        QTRY_VERIFY2(dialog.result().startsWith("1,000 of"), qPrintable(dialog.result()));
        dialog.reject();
        QVERIFY(dialog.isVisible()); // the first stops the writing
        QVERIFY2(dialog.message().contains("Cancelled"), qPrintable(dialog.message()));
        QVERIFY(QDir(folder.path()).isEmpty());
        dialog.reject();
        QVERIFY(!dialog.isVisible());
    }

    void lookingWhatWouldGoCanBeCancelled()
    {
        DemoDesk desk;
        DeletionDialog dialog(desk);
        dialog.show();
        dialog.number().setText("+34910123456");
        desk.silent = true;
        dialog.lookButton().click();
        QTRY_VERIFY(dialog.looking().isVisible());
        dialog.looking().cancelButton().click();
        QVERIFY(!dialog.looking().isVisible() && dialog.lookButton().isEnabled());
        QCOMPARE(desk.cancelled.size(), 1u);
        QVERIFY(!dialog.deleteButton().isEnabled()); // nothing was seen
    }

    void picturesOfEachInBothThemes()
    {
        const QDir folder(QCoreApplication::applicationDirPath() + "/../screenshots");
        QVERIFY(folder.mkpath("."));
        for (const ThemeName name : { ThemeName::Light, ThemeName::Dark }) {
            SourceWithDesk source;
            DemoDesk& desk = source.m_desk;
            fill(desk);
            MainWindow window(source, name);
            window.resize(1280, 720);
            window.show();
            source.connectNow(50);
            const auto grab = [&](QWidget& widget, const char* what) {
                QTest::qWait(80);
                QVERIFY2(widget.width() <= 1280 && widget.height() <= 720, what);
                QVERIFY(widget.grab().save(folder.filePath(QString("desk-%1-%2.png").arg(what, nameOf(name)))));
            };
            window.showPast();
            window.past().search();
            QTRY_VERIFY(!window.past().isSearching());
            window.past().model().setTags(window.past().model().callAt(1)->key, "bad-line escalated");
            grab(window, "past");
            CallPage* page = window.openCall(window.past().model().callAt(0)->key);
            page->showNotes();
            grab(window, "notes");
            window.desk().showRecordingRules();
            grab(*window.desk().openDialog(), "recording-rules");
            window.desk().showHolds();
            grab(*window.desk().openDialog(), "holds");
            window.desk().showDeletion();
            auto* deletion = qobject_cast<DeletionDialog*>(window.desk().openDialog());
            deletion->number().setText("+34910123456");
            deletion->lookButton().click();
            grab(*deletion, "deletion");
            window.desk().showAudit();
            grab(*window.desk().openDialog(), "audit");
            desk.held.clear();
            window.desk().showHolds();
            grab(*window.desk().openDialog(), "holds-none");
            TwoDesks two;
            fill(two.m_desk);
            MainWindow several(two, name);
            several.show();
            several.desk().showRecordingRules();
            grab(*several.desk().openDialog(), "recording-rules-of-two");
            ExportDialog dialog(source,
                { &window.past().model(), window.past().table().shownColumns(), "past-calls", window.past().searched(),
                    window.past().model().matchesInAll() });
            dialog.setTheme(themeOf(name));
            dialog.show();
            grab(dialog, "export");
        }
    }

private:
    // Through the export dialog that a dialog opened.
    static QByteArray written(QDialog& dialog, const QString& path)
    {
        auto* exporting = dialog.findChild<ExportDialog*>();
        if (!exporting)
            return "no dialog";
        exporting->path().setText(path);
        exporting->writeButton().click();
        [&] { QTRY_VERIFY2(exporting->result().contains("written to"), qPrintable(exporting->message())); }();
        exporting->reject();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("no file");
    }

    static void fill(DemoDesk& desk)
    {
        desk.kept.tags = { { "bad-line", desk.now, "ada" }, { "customer-4711", desk.now, "grace" },
            { "escalated", desk.now, "ada" } };
        desk.kept.notes = { { desk.now, "ada",
                                "The caller hears herself with half a second of delay.\nSince yesterday." },
            { desk.now, "grace", "The carrier has found an echo canceller that was off; closed." } };
        desk.recording.version = 3;
        RecordingRule board;
        board.name = "board";
        board.percent = 0;
        board.callee = "3491*";
        board.changedBy = "ada";
        board.changedAt = desk.now;
        RecordingRule north = board;
        north.name = "north-sample";
        north.percent = 12.5;
        north.enabled = false;
        north.callee = std::string_view();
        north.trunk = "north";
        desk.recording.rules.insert(desk.recording.rules.begin(), { board, north });
        for (int i = 0; i < 3; ++i) {
            Hold hold;
            hold.call = { 1'795'410'000'000'000'000 + i * 60'000'000'000 };
            hold.state = static_cast<HoldState>(i);
            hold.setAt = desk.now;
            hold.setBy = "ada";
            hold.reason = "case 17";
            hold.caller = "+3491012345" + std::to_string(i);
            hold.callee = "200";
            if (i == 2) {
                hold.releasedAt = desk.now;
                hold.releasedBy = "grace";
                hold.releaseReason = "case closed";
            }
            desk.held.push_back(hold);
        }
        for (int i = 0; i < 20; ++i)
            desk.log.entries.push_back({ desk.now + std::chrono::seconds(i), i % 3 ? "ada" : "grace",
                i % 3 ? "admin" : "viewer", i % 2 ? "local" : "10.20.0.9", i % 3 ? "search" : "refused media",
                i % 3 ? "caller +34* from 2026-03-01T00:00:00Z" : "call_key 1795410000000000000" });
        desk.log.matches = 4'120;
    }

    QTemporaryDir m_settings;
};

}

QTEST_MAIN(TestDesk)
#include "tst_desk.moc"
