// Who reads at one and a half times the usual font still sees each page and each dialog whole, on a screen of 1280x720.
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/command_palette.h"
#include "console/views/desk_menu.h"
#include "console/views/editor_dialog.h"
#include "console/views/guide_dialog.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/message_bar.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/probe_page.h"
#include "console/views/probes_dialog.h"
#include "console/views/rules_dialog.h"
#include "console/views/saved_searches.h"
#include "console/views/service_page.h"
#include "demo_desk.h"
#include "demo_source.h"
#include "mnemonics.h"
#include "tests/console/own_settings.h"

#include <QApplication>
#include <QDir>
#include <QLayout>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QTemporaryDir>
#include <QtTest>

using namespace callmon;

namespace {

constexpr QSize screen(1280, 720);

class Source : public DemoSource {
public:
    ProbeDesk* desk() override { return &m_desk; }

private:
    DemoDesk m_desk; // an admin's
};

class List : public ProbeRegistry {
public:
    std::vector<ProbeAddress> addresses() const override
    {
        return { { "madrid", "tls://madrid.example.com", true }, { "rome", "local:/run/callmon/engine.sock", true } };
    }
    void setAddresses(const std::vector<ProbeAddress>&) override { }
    QString complaintAboutAddress(const QString&) const override { return {}; }
};

// What wants most of the room, for whoever has to mend it.
QString widest(const QWidget& of, const QString& indent = {})
{
    QString said;
    for (const QWidget* child : of.findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        const QSize least = child->minimumSizeHint().expandedTo(child->minimumSize());
        if (child->isVisible() && (least.width() > 500 || least.height() > 260))
            said += QString("\n%1%2 %3: %4x%5")
                        .arg(indent, child->metaObject()->className(), child->objectName())
                        .arg(least.width())
                        .arg(least.height())
                + widest(*child, indent + "  ");
    }
    return said;
}

}

class TestLargeFont : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        useSettingsIn(m_settings.path());
        QFont font = QApplication::font();
        font.setPointSizeF(font.pointSizeF() * 1.5);
        QApplication::setFont(font);
        QVERIFY(m_folder.mkpath("."));
    }

    void eachPageFitsAndItsKeysAreItsOwn()
    {
        Source source;
        MainWindow window(source, ThemeName::Light);
        window.resize(screen);
        window.show();
        source.connectNow(50);
        source.openAlarms(source.alarmsOf(12));
        const auto fits = [&](const QString& page) {
            QTest::qWait(60);
            const QSize least = window.minimumSizeHint();
            QVERIFY(window.grab().save(m_folder.filePath("large-font-" + page + ".png")));
            const QStringList clashes = test::clashingMnemonics(window);
            QVERIFY2(clashes.isEmpty(), qPrintable(page + ": " + clashes.join("; ")));
            const bool small = least.width() <= screen.width() && least.height() <= screen.height();
            QVERIFY2(small && window.size() == screen,
                qPrintable(
                    QString("%1 takes %2x%3:%4").arg(page).arg(least.width()).arg(least.height()).arg(widest(window))));
        };
        QTRY_COMPARE(window.live().model().rowCount(), 50);
        fits("live");
        window.showPast();
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        fits("past");
        window.showAlarms();
        fits("alarms");
        window.showService();
        QTRY_VERIFY(!window.service().isLoading());
        fits("service");
        window.showProbe();
        fits("probe");
        CallPage* page = window.openCall(source.record(0).key);
        QTRY_VERIFY_WITH_TIMEOUT(page->player().hasAudio(), 20'000);
        fits("call");
        page->showStreams();
        fits("call-streams");
        page->showNotes();
        fits("call-notes");
        page->showMosBreakdown();
        fits("call-mos");
    }

    void eachDialogFitsAndItsKeysAreItsOwn()
    {
        Source source;
        List list;
        MainWindow window(source, ThemeName::Light);
        window.setProbeRegistry(&list);
        window.resize(screen);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        source.connectNow(50);
        source.openAlarms(source.alarmsOf(12));
        window.showPast();
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        QStringList wrong;
        const auto look = [&](QWidget& dialog, const QString& name) {
            QTest::qWait(60);
            (void)dialog.grab().save(m_folder.filePath("large-font-" + name + ".png"));
            for (const QString& clash : test::clashingMnemonics(dialog))
                wrong += name + ": " + clash;
            const QSize least = dialog.minimumSizeHint().expandedTo(dialog.minimumSize());
            if (least.width() > screen.width() || least.height() > screen.height() || dialog.width() > screen.width()
                || dialog.height() > screen.height())
                wrong += QString("%1 takes %2x%3, has %4x%5:%6")
                             .arg(name)
                             .arg(least.width())
                             .arg(least.height())
                             .arg(dialog.width())
                             .arg(dialog.height())
                             .arg(widest(dialog));
        };
        const auto run = [&](const QString& command) {
            for (const Command& one : window.commands())
                if (one.name.startsWith(command))
                    return one.run();
            wrong += "no command " + command;
        };
        const auto lookAtOwn = [&](auto&& open, const QString& name) {
            bool seen = false;
            QTimer::singleShot(200, this, [&] {
                if (QWidget* dialog = QApplication::activeModalWidget()) {
                    seen = true;
                    look(*dialog, name);
                    dialog->close();
                }
            });
            open();
            QTest::qWait(400);
            if (!seen)
                wrong += "no dialog " + name;
        };
        const auto lookAtModal = [&](const QString& command, const QString& name) {
            lookAtOwn([&] { run(command); }, name);
        };
        const auto lookAtDesk = [&](const QString& name) {
            QWidget* dialog = window.desk().openDialog();
            if (!dialog) {
                wrong += "no dialog " + name;
                return;
            }
            QTest::qWait(100);
            look(*dialog, name);
        };
        window.desk().showRecordingRules();
        lookAtDesk("recording-rules");
        window.desk().showHolds();
        lookAtDesk("holds");
        window.desk().showDeletion();
        lookAtDesk("deletion");
        window.desk().showAudit();
        lookAtDesk("audit");
        window.desk().openDialog()->close();
        window.showAlarms();
        lookAtModal("Help: About", "about");
        lookAtModal("Help: Keyboard", "keyboard");
        lookAtModal("Alarm: Acknowledge", "acknowledge");
        lookAtModal("Alarm: Shelve", "shelve");
        lookAtModal("File: Export CSV", "export-alarms");
        lookAtModal("View: Time zone: Other", "zone");
        window.showPast();
        lookAtModal("File: Export CSV", "export-past");
        lookAtOwn([&] { window.past().findChild<SavedSearches*>()->askForName(); }, "save-search");
        lookAtOwn(
            [&] {
                window.showCaptureComplaint("a capture of a rather long name.pcapng.gz",
                    QString("The engine could not read it. ").repeated(6), true);
            },
            "capture-complaint");
        lookAtOwn(
            [&] { (void)mayDiscard(window, "What you changed of the rule carrier-answers-too-late is not saved."); },
            "not-saved");
        MessageBar bar(&window);
        for (int day = 1; day <= 28; ++day)
            bar.add(QString("Calls of 2026-11-%1 are left out: the day's database cannot be read.").arg(day));
        lookAtOwn([&] { bar.showAll(); }, "all-messages");
        RulesDialog rules(source, &window);
        rules.show();
        QTRY_VERIFY(rules.rules().rowCount() > 0);
        look(rules, "rules");
        rules.close();
        ProbesDialog probes(list, &window);
        probes.show();
        look(probes, "probes");
        probes.close();
        GuideDialog guide(&window);
        guide.showPage("live");
        look(guide, "guide");
        guide.close();
        CommandPalette palette(window.commands(), &window);
        palette.show();
        look(palette, "palette");
        palette.close();
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

private:
    QTemporaryDir m_settings;
    QDir m_folder { QCoreApplication::applicationDirPath() + "/../screenshots" };
};

QTEST_MAIN(TestLargeFont)
#include "tst_large_font.moc"
