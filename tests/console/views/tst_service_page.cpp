// The page of service metrics: what it asks for, what it shows, and what it says when there is nothing.
#include "console/plots/time_series_plot.h"
#include "console/views/call_table.h"
#include "console/views/figure_note.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/message_bar.h"
#include "console/views/mos_bar.h"
#include "console/views/past_page.h"
#include "console/views/service_page.h"
#include "demo_source.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QTableWidget>
#include <QtTest>
#include <set>

using namespace callmon;

namespace {

QString textOf(ServicePage& page)
{
    QString text;
    for (const QLabel* label : page.findChildren<QLabel*>())
        if (label->isVisible())
            text += label->text() + '\n';
    return text;
}

}

class TestServicePage : public QObject {
    Q_OBJECT

private slots:
    void theRowOfAllCallsIsSeenWholeInANarrowWindow()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.resize(1024, 700);
        window.show();
        source.connectNow(5);
        window.showService();
        QTRY_VERIFY(window.service().groups().rowCount() > 0);
        const QTableWidget& groups = window.service().groups();
        QTRY_VERIFY(groups.horizontalScrollBar()->isVisible());
        QVERIFY(groups.viewport()->height() >= groups.rowHeight(0));
    }

    void totalOfTheLastHourComesFirst()
    {
        DemoSource source;
        ServicePage page(source);
        page.resize(1280, 620);
        page.setTheme(themeOf(ThemeName::Light));
        page.show();
        QVERIFY(textOf(page).contains("Service metrics")); // before an engine is there
        source.connectNow(10);
        QTRY_VERIFY(!page.isLoading());
        QCOMPARE(page.groups().rowCount(), 1);
        QCOMPARE(page.groups().item(0, 0)->text(), QString("All calls"));
        QVERIFY(textOf(page).contains("05:02:00 to 2026-11-23 06:02:00 UTC")); // now is 06:02:03
        // The first minute of the demo: a peak of calls at once, and what the read-out of the plot says of it.
        const std::vector<ServiceRow> rows = source.serviceRows({ Timestamp(std::chrono::seconds(1'795'413'720 - 3600)),
            Timestamp(std::chrono::seconds(1'795'413'720)), ServiceGrouping::Total, 1 });
        QVERIFY(page.plot().readOut(2, 0, 10).endsWith(
            "peak " + QLocale().toString(double(rows[0].peaks.concurrentCalls), 'f', 1)));
        QVERIFY(page.plot().readOut(1, 0, 10).contains("ASR"));
        QVERIFY(page.plot().readOut(3, 1, 10).isEmpty()); // durations have one line
        QVERIFY(page.plot().readOut(0, 0, 0.32 * 3600).endsWith("–")); // nobody watched
    }

    void whatOfTheMetricsCouldNotBeReadIsSaid()
    {
        DemoSource source;
        ServicePage page(source);
        page.show();
        source.remarks = { "Service metrics of 2026-11-03 are left out: the file is damaged." };
        source.connectNow(10);
        QTRY_VERIFY(!page.isLoading() && page.groups().rowCount() == 1);
        QVERIFY(textOf(page).contains(source.remarks.front()));
    }

    // A capture of last year that is read beside a live engine tells its own time.
    void thePeriodEndsAtTheNewestTimeOfAllProbes()
    {
        class Two : public DemoSource {
        public:
            std::vector<Probe> probes() const override
            {
                return { { { 0 }, "madrid", state(), {} }, { { 1 }, "a capture", state(), {} } };
            }
        } source;
        ServicePage page(source);
        page.show();
        source.connectNow(10);
        QTRY_VERIFY(!page.isLoading() && page.groups().rowCount() == 1);
        ProbeStatus lastYear;
        lastYear.now = source.now() - std::chrono::hours(24 * 365);
        emit source.statusChanged(lastYear, { 1 });
        page.refresh();
        QTRY_VERIFY(!page.isLoading());
        QVERIFY2(textOf(page).contains("05:02:00 to 2026-11-23 06:02:00 UTC"), qPrintable(textOf(page)));
    }

    void eachTrunkHasARowAndTheOneChosenIsDrawn()
    {
        DemoSource source;
        ServicePage page(source);
        page.resize(1280, 620);
        page.setTheme(themeOf(ThemeName::Dark));
        page.show();
        source.connectNow(10);
        page.setGrouping(ServiceGrouping::Trunk);
        QTRY_VERIFY(!page.isLoading());
        QCOMPARE(page.groups().rowCount(), 3);
        QCOMPARE(page.groups().item(0, 0)->text(), QString("north")); // most attempts
        const QString north = page.mosBar().text();
        page.groups().setCurrentCell(1, 0);
        QCOMPARE(page.groups().item(1, 0)->text(), QString("south"));
        QVERIFY(north.contains("best"));
        const QString drawn = page.plot().readOut(0, 0, 10);
        page.groups().setFocus();
        QTest::keyClick(&page.groups(), Qt::Key_Up);
        QVERIFY(page.plot().readOut(0, 0, 10) != drawn);
        page.groups().setCurrentCell(1, 0);
        page.refresh(); // the choice stays
        QTRY_VERIFY(!page.isLoading());
        QCOMPARE(page.groups().currentRow(), 1);
        QCOMPARE(page.plot().readOut(0, 0, 10), drawn);
    }

    void aGroupLeadsToItsCallsByEnter()
    {
        DemoSource source;
        ServicePage page(source);
        page.show();
        std::vector<CallsBehind> wanted;
        connect(&page, &ServicePage::callsWanted, this, [&](const CallsBehind& figure) { wanted.push_back(figure); });
        source.connectNow(10);
        QTRY_VERIFY(!page.isLoading());
        page.groups().setFocus();
        QTest::keyClick(&page.groups(), Qt::Key_Return);
        QCOMPARE(wanted.size(), 1U);
        QVERIFY(wanted[0].codec.isEmpty() && wanted[0].conditions.empty());
        QVERIFY(wanted[0].by == CallsBehind::By::Attempts);
        QVERIFY(wanted[0].to - wanted[0].from == std::chrono::hours(1));
        page.setGrouping(ServiceGrouping::Codec);
        QTRY_VERIFY(!page.isLoading());
        QTest::keyClick(&page.groups(), Qt::Key_Return);
        QCOMPARE(wanted.size(), 2U);
        QCOMPARE(wanted[1].codec, page.groups().item(0, 0)->text());
        QVERIFY(wanted[1].by == CallsBehind::By::Ends); // by codec a call counts when it is over
        page.setGrouping(ServiceGrouping::Trunk);
        QTRY_VERIFY(!page.isLoading());
        for (int row = 0; row < page.groups().rowCount(); ++row) {
            page.groups().setCurrentCell(row, 0);
            QTest::keyClick(&page.groups(), Qt::Key_Return);
            QCOMPARE(wanted.size(), 3U + static_cast<std::size_t>(row));
            const CallsBehind& figure = wanted.back();
            QVERIFY(figure.by == CallsBehind::By::Attempts && figure.codec.isEmpty());
            QCOMPARE(figure.conditions.size(), 1U);
            QCOMPARE(figure.conditions[0].field, QString("trunk"));
            QVERIFY(figure.conditions[0].relation == Relation::Is);
            QCOMPARE(figure.conditions[0].value, page.groups().item(row, 0)->text());
        }
        QVERIFY2(page.lastError().isEmpty(), qPrintable(page.lastError()));
    }

    void theCallsOfAPrefixAreNotThoseOfALongerOne()
    {
        DemoSource source;
        ServicePage page(source);
        page.show();
        std::vector<CallsBehind> wanted;
        connect(&page, &ServicePage::callsWanted, this, [&](const CallsBehind& figure) { wanted.push_back(figure); });
        source.connectNow(10);
        page.setGrouping(ServiceGrouping::Prefix);
        QTRY_VERIFY(!page.isLoading());
        QStringList prefixes;
        for (int row = 0; row < page.groups().rowCount(); ++row)
            prefixes += page.groups().item(row, 0)->text();
        for (int row = 0; row < page.groups().rowCount(); ++row) {
            page.groups().setCurrentCell(row, 0);
            QTest::keyClick(&page.groups(), Qt::Key_Return);
            QStringList leftOut;
            QString begins;
            for (const ConditionDraft& condition : wanted.back().conditions)
                if (condition.relation == Relation::IsNot)
                    leftOut += condition.value;
                else
                    begins = condition.value;
            const QString own = prefixes[row];
            QCOMPARE(begins, own == "other" ? QString() : own);
            for (const QString& one : prefixes)
                QCOMPARE(leftOut.contains(one + '*'),
                    one != own && one != "other" && (own == "other" || one.startsWith(own)));
        }
        QVERIFY(prefixes.contains("other") && prefixes.size() > 1);
    }

    // One of a row has no record before its end: it is said, and the list leads on to them by keyboard.
    void theCallsOfARowThatAreStillOnAreSaidAndShown()
    {
        DemoSource source;
        MainWindow window(source, ThemeName::Light);
        window.resize(1280, 720);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        source.connectNow(2'000);
        QTRY_COMPARE(window.live().model().rowCount(), 2'000);
        window.showService();
        window.service().setGrouping(ServiceGrouping::Trunk);
        QTRY_VERIFY(!window.service().isLoading() && window.service().groups().rowCount() > 0);
        QCOMPARE(window.service().groups().item(0, 0)->text(), QString("north"));
        window.service().groups().setCurrentCell(0, 0);
        QTest::keyClick(&window.service().groups(), Qt::Key_Return);
        QTRY_VERIFY(!window.past().isSearching());
        const Timestamp to = std::chrono::floor<std::chrono::minutes>(source.now());
        std::set<qlonglong> on;
        for (int i = 0; i < 2'000; ++i) {
            const LiveCall call = source.liveCall(i);
            if (call.answeredAt && call.countedAt < to && call.callerTrunk == "north")
                on.insert(call.key.value);
        }
        FigureNote& note = window.past().figureNote();
        QVERIFY(note.isVisible() && note.button().isVisible());
        QVERIFY2(
            !on.empty() && note.text().contains(QString("over: %1 calls.").arg(on.size())), qPrintable(note.text()));
        LiveDelta ended; // five of them
        for (const qlonglong key : on)
            if (ended.removed.size() < 5)
                ended.removed.push_back({ key });
        for (const CallKey key : ended.removed)
            on.erase(key.value);
        emit source.liveChanged(ended, {});
        QTRY_VERIFY2(note.text().contains("Ended after this search: 5 calls"), qPrintable(note.text()));
        QVERIFY2(note.text().contains(QString("over: %1 calls.").arg(on.size())), qPrintable(note.text()));
        QTest::keyClick(&window, Qt::Key_G, Qt::AltModifier);
        QTRY_VERIFY(window.live().isVisible()); // a button pressed by its letter shows that first
        QVERIFY(window.live().table().hasFocus());
        QTRY_COMPARE(window.live().model().rowCount(), static_cast<int>(on.size()));
        for (int row = 0; row < window.live().model().rowCount(); ++row)
            QVERIFY(on.contains(window.live().model().callAt(row)->key.value));
        window.past().search(); // the same again
        QTRY_VERIFY(!window.past().isSearching());
        QVERIFY2(!note.text().contains("Ended"), qPrintable(note.text()));
    }

    void whoComesBeforeTheAnswerHasTheKeyboardInTheTableWithIt()
    {
        DemoSource source;
        ServicePage page(source);
        page.show();
        QVERIFY(QTest::qWaitForWindowActive(&page));
        page.focusGroups();
        QVERIFY(!page.groups().isVisible());
        source.connectNow(10);
        QTRY_VERIFY(page.groups().isVisible());
        QVERIFY(page.groups().hasFocus());
    }

    void theTableReachesAcrossAWideWindow()
    {
        DemoSource source;
        ServicePage page(source);
        page.resize(2560, 1300);
        page.show();
        source.connectNow(10);
        QTRY_VERIFY(!page.isLoading());
        const QHeaderView& header = *page.groups().horizontalHeader();
        QTRY_COMPARE(header.length(), page.groups().viewport()->width());
        page.resize(1280, 620);
        QTRY_COMPARE(header.length(), page.groups().viewport()->width());
    }

    void nothingMeasuredSaysWhatToDo()
    {
        DemoSource source;
        source.service = DemoSource::Service::None;
        ServicePage page(source);
        page.setTheme(themeOf(ThemeName::Light));
        page.show();
        source.connectNow(10);
        QTRY_VERIFY(!page.isLoading());
        QVERIFY(textOf(page).contains("Nothing was measured"));
        page.setGrouping(ServiceGrouping::Trunk);
        QTRY_VERIFY(!page.isLoading());
        QVERIFY(textOf(page).contains("[[trunk]]"));
    }

    void failureIsSaidAndWhatWasShownStays()
    {
        DemoSource source;
        ServicePage page(source);
        page.setTheme(themeOf(ThemeName::Light));
        page.show();
        source.connectNow(10);
        QTRY_VERIFY(!page.isLoading());
        source.service = DemoSource::Service::Broken;
        page.refresh();
        QTRY_VERIFY(!page.isLoading());
        QVERIFY(page.lastError().contains("Input/output error"));
        QCOMPARE(page.groups().rowCount(), 1);
        QVERIFY(page.groups().isVisible());
        source.service = DemoSource::Service::Kept;
        page.refresh();
        QTRY_VERIFY(!page.isLoading());
        QVERIFY(page.lastError().isEmpty());
    }
};

QTEST_MAIN(TestServicePage)
#include "tst_service_page.moc"
