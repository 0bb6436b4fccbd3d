// From a figure of the Service page to the calls behind it, against a real engine that has read a capture with trunks
// in its configuration: as many as the page says were attempted, and no others.
#include "console/source/link_source.h"
#include "console/views/call_table.h"
#include "console/views/figure_note.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/service_page.h"
#include "read_capture.h"
#include "shared/base/utc_time.h"
#include "tests/console/own_settings.h"

#include <QFontDatabase>
#include <QLocale>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QTableWidget>
#include <QtTest>
#include <map>
#include <set>

using namespace callmon;

namespace {

constexpr int soon = 30'000; // ms

// The generator's calls are between an office, 10.20.1.10 to 10.20.4.10, and a carrier, 203.0.113.10 or .11.
constexpr auto configuration = R"(
prefixes = ["+34", "+349", "+1"]

[[trunk]]
name = "sites"
addresses = ["10.20.0.0/22"]

[[trunk]]
name = "site 1"
addresses = ["10.20.1.0/24"]

[[trunk]]
name = "outside, west"
addresses = ["203.0.113.10"]
)";

}

class TestServiceCalls : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
        QVERIFY(m_engine.hasFolder());
        useSettingsIn(m_engine.folder());
        const QString config = m_engine.file("engine.toml");
        QFile file(config);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(configuration) > 0);
        file.close();
        const QString wrong = m_engine.read({ "--calls", "260", "--rate", "1.2", "--hold-mean", "6", "--seed", "4",
                                                "--mix", "clean=6,busy=2,cancelled=2,rejected=1,failed=1" },
            { "--config", config, "--record-media", "false" });
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        m_source = std::make_unique<LinkSource>();
        m_window = std::make_unique<MainWindow>(*m_source, ThemeName::Light);
        m_window->resize(1280, 720);
        m_window->show();
        m_source->open(QUrl(m_engine.url()));
        QTRY_VERIFY_WITH_TIMEOUT(m_source->state() == CallSource::State::Connected, soon);
    }

    void cleanupTestCase()
    {
        m_window.reset();
        m_source.reset();
        m_engine.stop();
    }

    void aRowLeadsToAsManyCallsAsItSaysWereAttempted_data()
    {
        QTest::addColumn<int>("grouping");
        QTest::addColumn<QStringList>("groups");
        QTest::newRow("all calls") << int(ServiceGrouping::Total) << QStringList { "All calls" };
        QTest::newRow("trunks") << int(ServiceGrouping::Trunk)
                                << QStringList { "sites", "site 1", "outside, west", "other" };
        QTest::newRow("prefixes") << int(ServiceGrouping::Prefix) << QStringList { "+34", "+1", "other" };
    }
    void aRowLeadsToAsManyCallsAsItSaysWereAttempted()
    {
        QFETCH(const int, grouping);
        QFETCH(const QStringList, groups);
        ServicePage& page = m_window->service();
        m_window->showService();
        page.setGrouping(static_cast<ServiceGrouping>(grouping));
        QTRY_VERIFY_WITH_TIMEOUT(!page.isLoading() && page.groups().rowCount() > 0, soon);
        QCOMPARE(page.lastError(), QString());
        std::map<qlonglong, int> timesFound; // of each call
        qulonglong sum = 0;
        QStringList seen;
        for (int row = 0; row < page.groups().rowCount(); ++row) {
            m_window->showService();
            const QString group = page.groups().item(row, 0)->text();
            const auto attempts = QLocale().toULongLong(page.groups().item(row, 1)->text());
            page.groups().setCurrentCell(row, 0);
            QTest::keyClick(&page.groups(), Qt::Key_Return);
            QVERIFY(m_window->past().isVisible());
            QTRY_VERIFY_WITH_TIMEOUT(!m_window->past().isSearching(), soon);
            QCOMPARE(m_window->past().lastError(), QString());
            const PastCallModel& found = m_window->past().model();
            QVERIFY2(found.matchesInAll() == attempts,
                qPrintable(QString("%1: %2 calls for %3 attempts").arg(group).arg(found.matchesInAll()).arg(attempts)));
            for (int call = 0; call < found.rowCount(); ++call)
                ++timesFound[found.callAt(call)->key.value];
            sum += attempts;
            if (attempts > 0)
                seen += group;
        }
        for (const QString& group : groups)
            QVERIFY2(seen.contains(group), qPrintable(group + " is not among " + seen.join(", ")));
        QVERIFY(timesFound.size() > 100);
        const int twice =
            static_cast<int>(std::ranges::count_if(timesFound, [](const auto& one) { return one.second == 2; }));
        if (grouping == int(ServiceGrouping::Trunk))
            QVERIFY(twice > 0); // calls between two trunks count in both
        else
            QCOMPARE(twice, 0);
        if (m_all.empty())
            for (const auto& [key, times] : timesFound)
                m_all.insert(key);
        QCOMPARE(timesFound.size(), m_all.size()); // each call is in some group
        QCOMPARE(sum, timesFound.size() + static_cast<std::size_t>(twice));
    }

    // A call counts by codec when it leaves the tables, up to half a minute after its end, and is listed by its end:
    // who ended at the end of the period may be in the list alone. Beyond that edge the numbers are the same, as no
    // call here has two codecs.
    void aRowByCodecLeadsToTheCallsThatEndedAndSaysSo()
    {
        ServicePage& page = m_window->service();
        m_window->showService();
        page.setGrouping(ServiceGrouping::Codec);
        QTRY_VERIFY_WITH_TIMEOUT(!page.isLoading() && page.groups().rowCount() > 1, soon);
        std::set<QString> codecs;
        qulonglong edges = 0, sum = 0;
        for (int row = 0; row < page.groups().rowCount(); ++row) {
            m_window->showService();
            const QString codec = page.groups().item(row, 0)->text();
            const auto attempts = QLocale().toULongLong(page.groups().item(row, 1)->text());
            page.groups().setCurrentCell(row, 0);
            QTest::keyClick(&page.groups(), Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(!m_window->past().isSearching(), soon);
            QVERIFY(m_window->past().figureNote().text().contains("some seconds after its end"));
            const PastCallModel& found = m_window->past().model();
            const Timestamp to = *m_window->past().searched().front().to;
            unsigned atTheEdge = 0;
            for (int call = 0; call < found.rowCount(); ++call)
                atTheEdge += *found.callAt(call)->endedAt > to - std::chrono::seconds(33);
            QVERIFY2(found.matchesInAll() >= attempts && found.matchesInAll() <= attempts + atTheEdge,
                qPrintable(QString("%1: %2 calls, %3 at the edge, for %4 attempts")
                               .arg(codec)
                               .arg(found.matchesInAll())
                               .arg(atTheEdge)
                               .arg(attempts)));
            edges += atTheEdge;
            sum += attempts;
            codecs.insert(codec);
        }
        QVERIFY(codecs.contains("PCMA") && codecs.contains("none"));
        QVERIFY2(edges < sum / 4, qPrintable(QString("%1 of %2").arg(edges).arg(sum)));
    }

    // Packet time stands still amid a load of calls: whoever counted and is still on has no record. The records and
    // those that the page says are on are the row, and the live list shows these.
    void theCallsOfARowThatAreStillOnAreSaidAndShown()
    {
        const QString capture = m_engine.file("standing.pcap");
        QCOMPARE(QProcess::execute(CALLMON_TRAFFIC,
                     { "--out", capture, "--duration", "200", "--rate", "1.5", "--hold-mean", "50", "--seed", "11",
                         "--mix", "clean=6,busy=2,cancelled=1,rejected=1" }),
            0);
        const QString url = "local:" + m_engine.file("standing.sock");
        QProcess engine;
        engine.setStandardErrorFile(m_engine.file("standing.log"));
        engine.setStandardOutputFile(QProcess::nullDevice());
        engine.start(CALLMON_ENGINE,
            { "--replay", "-", "--data", m_engine.file("standing"), "--listen", url, "--config",
                m_engine.file("engine.toml"), "--record-media", "false" });
        QFile frames(capture);
        QVERIFY(frames.open(QIODevice::ReadOnly));
        while (!frames.atEnd()) {
            engine.write(frames.read(1 << 20));
            QVERIFY(engine.waitForBytesWritten(soon));
        }
        LinkSource source;
        Timestamp now;
        connect(&source, &CallSource::statusChanged, this, [&](const ProbeStatus& status) { now = status.now; });
        MainWindow window(source, ThemeName::Light);
        window.resize(1280, 720);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        source.open(QUrl(url));
        const Timestamp end = *parseIso8601("2026-01-15T09:03:19Z"); // nearly
        QTRY_VERIFY_WITH_TIMEOUT(now >= end, soon);
        QTRY_VERIFY_WITH_TIMEOUT(window.live().model().totalCalls() > 20, soon);
        FigureNote& note = window.past().figureNote();
        ServicePage& page = window.service();
        for (const auto grouping : { ServiceGrouping::Total, ServiceGrouping::Trunk, ServiceGrouping::Prefix }) {
            window.showService();
            page.setGrouping(grouping);
            QTRY_VERIFY_WITH_TIMEOUT(!page.isLoading() && page.groups().rowCount() > 0, soon);
            int rowsWithCallsOn = 0;
            for (int row = 0; row < page.groups().rowCount(); ++row) {
                window.showService();
                const QString group = page.groups().item(row, 0)->text();
                const auto attempts = QLocale().toULongLong(page.groups().item(row, 1)->text());
                page.groups().setCurrentCell(row, 0);
                QTest::keyClick(&page.groups(), Qt::Key_Return);
                QTRY_VERIFY_WITH_TIMEOUT(!window.past().isSearching(), soon);
                QCOMPARE(window.past().lastError(), QString());
                const auto ended = window.past().model().matchesInAll();
                const auto said = QRegularExpression("over: (\\d+) call").match(note.text());
                const auto on = said.hasMatch() ? said.captured(1).toULongLong() : 0;
                QVERIFY2(ended + on == attempts,
                    qPrintable(QString("%1: %2 calls and %3 that are on for %4 attempts")
                                   .arg(group)
                                   .arg(ended)
                                   .arg(on)
                                   .arg(attempts)));
                if (on == 0)
                    continue;
                ++rowsWithCallsOn;
                QTest::keyClick(&window, Qt::Key_G, Qt::AltModifier);
                QTRY_VERIFY(window.live().isVisible());
                QTRY_COMPARE(window.live().model().rowCount(), static_cast<int>(on)); // it may be a second behind
            }
            QVERIFY(rowsWithCallsOn > 0);
        }
        engine.closeWriteChannel();
        engine.terminate();
        QVERIFY(engine.waitForFinished(soon));
    }

private:
    ReadCapture m_engine;
    std::unique_ptr<LinkSource> m_source;
    std::unique_ptr<MainWindow> m_window;
    std::set<qlonglong> m_all;
};

QTEST_MAIN(TestServiceCalls)
#include "tst_service_calls.moc"
