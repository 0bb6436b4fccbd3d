// The live list's filter as it is typed and pressed, by keys alone, and the calls over time beside the list.
#include "console/models/filter_words.h"
#include "console/plots/time_series_plot.h"
#include "console/views/call_table.h"
#include "console/views/calls_over_time.h"
#include "console/views/filter_completion.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/quick_filters.h"
#include "demo_source.h"

#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QKeySequence>
#include <QLineEdit>
#include <QMenuBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

using namespace callmon;

namespace {

struct Shown {
    explicit Shown(int calls, ThemeName theme = ThemeName::Light)
        : window(source, theme)
        , line(*window.findChild<QLineEdit*>("liveFilter"))
        , offers(*window.findChild<FilterCompletion*>())
    {
        window.resize(1280, 720);
        window.show();
        source.connectNow(calls);
    }
    bool isReady(int calls)
    {
        const bool active = QTest::qWaitForWindowActive(&window)
            && QTest::qWaitFor([&] { return window.live().model().rowCount() == calls; });
        line.setFocus();
        return active;
    }
    int rows() { return window.live().model().rowCount(); }

    DemoSource source;
    MainWindow window;
    QLineEdit& line;
    FilterCompletion& offers;
};

}

class TestLiveFilter : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QCoreApplication::setOrganizationName("VoIPCallMon");
        QCoreApplication::setApplicationName("callmon-console-test-filter");
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
    }
    void cleanup() { QSettings().clear(); }

    void aFilterIsTypedWithTheHelpOfWhatThereIs()
    {
        Shown shown(200);
        QVERIFY(shown.isReady(200));
        QTest::keyClicks(&shown.line, "co");
        QVERIFY(shown.offers.isVisible());
        QCOMPARE(shown.offers.count(), 3);
        QTest::keyClick(&shown.line, Qt::Key_Down);
        QTest::keyClick(&shown.line, Qt::Key_Return);
        QCOMPARE(shown.line.text(), QString("codec:"));
        QVERIFY(shown.offers.isVisible()); // its values, of the calls that are on
        QCOMPARE(shown.offers.count(), 4);
        QTest::keyClicks(&shown.line, "g7");
        QCOMPARE(shown.offers.count(), 1);
        QTest::keyClick(&shown.line, Qt::Key_Tab);
        QCOMPARE(shown.line.text(), QString("codec:G729 "));
        QVERIFY(!shown.offers.isVisible() && shown.line.hasFocus());
        QVERIFY(shown.rows() > 0 && shown.rows() < 100);
        for (int row = 0; row < shown.rows(); ++row)
            QCOMPARE(shown.window.live().model().callAt(row)->codec.str(), std::string("G729"));
    }

    void escClosesWhatIsOfferedBeforeItClearsTheFilter()
    {
        Shown shown(20);
        QVERIFY(shown.isReady(20));
        QTest::keyClicks(&shown.line, "st");
        QVERIFY(shown.offers.isVisible());
        QTest::keyClick(&shown.line, Qt::Key_Escape);
        QVERIFY(!shown.offers.isVisible());
        QCOMPARE(shown.line.text(), QString("st"));
        QTest::keyClick(&shown.line, Qt::Key_Escape);
        QCOMPARE(shown.line.text(), QString());
    }

    void withoutAnythingChosenEnterAndDownGoToTheListAsEver()
    {
        Shown shown(20);
        QVERIFY(shown.isReady(20));
        QTest::keyClick(&shown.line, Qt::Key_Down); // nothing is offered for nothing
        QVERIFY(shown.window.live().table().hasFocus());
        shown.line.setFocus();
        QTest::keyClicks(&shown.line, "ring");
        QVERIFY(shown.offers.isVisible());
        QTest::keyClick(&shown.line, Qt::Key_Return);
        QVERIFY(shown.window.live().table().hasFocus());
        QVERIFY(!shown.offers.isVisible());
        QCOMPARE(shown.line.text(), QString("ring"));
    }

    void ctrlSpaceListsEverything()
    {
        Shown shown(20);
        QVERIFY(shown.isReady(20));
        QTest::keyClick(&shown.line, Qt::Key_Space, Qt::ControlModifier);
        QVERIFY(shown.offers.isVisible());
        QVERIFY(shown.offers.count() >= 13);
        QCOMPARE(shown.line.text(), QString());
        shown.line.clearFocus();
        QVERIFY(!shown.offers.isVisible());
    }

    void aQuickFilterIsPressedByItsKeyAndIsAWordOfTheFilter()
    {
        Shown shown(400);
        QVERIFY(shown.isReady(400));
        QToolButton* bad = shown.window.live().quickFilters().button("mos<3.1");
        QVERIFY(bad && !bad->isChecked());
        QTest::keyClick(&shown.window, Qt::Key_B, Qt::AltModifier);
        QTRY_VERIFY(bad->isChecked()); // a key holds a button down for a moment
        QCOMPARE(shown.line.text(), QString("mos<3.1"));
        const int badCalls = shown.rows();
        QVERIFY(badCalls > 0 && badCalls < 200);
        QTest::keyClick(&shown.window, Qt::Key_L, Qt::AltModifier);
        QTRY_COMPARE(shown.line.text(), QString("mos<3.1 trust:lossy"));
        QVERIFY(shown.rows() < badCalls);
        shown.line.setText("mos<3.1 ringing"); // as if typed
        QVERIFY(bad->isChecked() && !shown.window.live().quickFilters().button("trust:lossy")->isChecked());
        QTest::keyClick(&shown.window, Qt::Key_B, Qt::AltModifier);
        QTRY_COMPARE(shown.line.text(), QString("ringing"));
    }

    void noTwoKeysAreTheSame()
    {
        Shown shown(1);
        QStringList keys;
        for (const QuickFilter& quick : quickFilters())
            keys += QKeySequence::mnemonic(nameOf(quick)).toString();
        for (const QAction* menu : shown.window.menuBar()->actions())
            keys += QKeySequence::mnemonic(menu->text()).toString();
        QVERIFY(!keys.contains(QString()));
        const qsizetype all = keys.size();
        QCOMPARE(keys.removeDuplicates(), 0);
        QCOMPARE(keys.size(), all);
    }

    void callsOverTimeAreThoseThatTheEngineKept()
    {
        Shown shown(20);
        QVERIFY(shown.isReady(20));
        auto* dock = shown.window.findChild<QDockWidget*>("callsOverTimeDock");
        auto* over = shown.window.findChild<CallsOverTime*>();
        QVERIFY(dock && over && !dock->isVisible());
        dock->toggleViewAction()->trigger();
        QTRY_VERIFY(over->state().isEmpty() && !over->isLoading());
        ServiceQuery query; // six hours that end with the last whole step, of two minutes
        query.to = timestampFromNanoseconds(1'795'413'720'000'000'000); // 06:02, of 06:02:03
        query.from = *query.to - std::chrono::hours(6);
        query.stepMinutes = 2;
        const auto rows = shown.source.serviceRows(query);
        const ServiceRow& second = rows.at(30); // an hour after the first one
        QCOMPARE((second.from - *query.from), std::chrono::hours(1));
        const auto shownAs = [](std::uint64_t sum, const ServiceRow& row, int decimals) {
            return ' ' + QLocale().toString(double(sum) / double(row.sums.seconds), 'f', decimals);
        };
        const QString calls = over->plot().readOut(0, 1, 3'605);
        QVERIFY2(calls.endsWith(shownAs(second.sums.callSeconds, second, 0)), qPrintable(calls));
        const QString begun = over->plot().readOut(1, 1, 3'605);
        QVERIFY2(begun.endsWith(shownAs(second.sums.newCalls, second, 1)), qPrintable(begun));
        QVERIFY(over->plot().readOut(0, 0, 3'605).endsWith(' ' + QLocale().toString(second.peaks.concurrentCalls)));

        shown.source.service = DemoSource::Service::None;
        over->hours().setCurrentIndex(0);
        QTRY_VERIFY2(over->state().contains("Nothing was measured"), qPrintable(over->state()));
    }

    void pictures()
    {
        const QDir folder(QCoreApplication::applicationDirPath() + "/../screenshots");
        QVERIFY(folder.mkpath("."));
        for (const ThemeName name : { ThemeName::Light, ThemeName::Dark }) {
            Shown shown(3'000, name);
            QVERIFY(shown.isReady(3'000));
            const auto grab = [&](const char* what) {
                QTest::qWait(80);
                QVERIFY(shown.window.grab().save(folder.filePath(QString("filter-%1-%2.png").arg(what, nameOf(name)))));
            };
            QTest::keyClicks(&shown.line, "loss>2 co");
            QTest::keyClick(&shown.line, Qt::Key_Down);
            grab("completion");
            QTest::keyClick(&shown.line, Qt::Key_Escape);
            shown.line.setText("loss>2 mos<");
            grab("problem");
            shown.line.clear();
            shown.window.resize(1280, 1000);
            auto* dock = shown.window.findChild<QDockWidget*>("callsOverTimeDock");
            dock->toggleViewAction()->trigger();
            shown.window.resizeDocks({ dock }, { 250 }, Qt::Vertical);
            auto* over = shown.window.findChild<CallsOverTime*>();
            QTRY_VERIFY(over->state().isEmpty() && !over->isLoading());
            grab("over-time");
        }
    }

private:
    QTemporaryDir m_settings;
};

QTEST_MAIN(TestLiveFilter)
#include "tst_live_filter.moc"
