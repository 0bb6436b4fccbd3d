// Service metrics minute by minute in the day databases.
#include "tests/engine/storage/test_directory.h"

#include <random>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

ServiceRow rowAt(const char* time, ServiceGrouping grouping = ServiceGrouping::Total, std::string_view name = {})
{
    ServiceRow row;
    row.group = { grouping, name };
    row.from = sample::at(time);
    row.to = row.from + 1min;
    row.sums.seconds = 60;
    return row;
}

std::vector<ServiceRow> found(RecordQuery& query, const ServiceQuery& asked)
{
    std::vector<ServiceRow> rows;
    const auto done = query.service(asked, [&](const ServiceRow& row) {
        rows.push_back(row);
        return true;
    });
    if (!done)
        qFatal("%s", done.error().what.c_str());
    return rows;
}

class ServiceStoreTest : public QObject {
    Q_OBJECT

private slots:
    void everyCountComesBackAsItWasStored()
    {
        sample::Directory directory;
        directory.open();
        ServiceRow row = rowAt("2026-03-01T12:00:00Z", ServiceGrouping::Trunk, "north");
        ServiceCounts counts {};
        std::mt19937_64 random(7);
        for (std::uint64_t& count : counts)
            count = random() >> 1; // what a database can hold
        row.sums = sumsOf(counts);
        row.peaks = { 17, 19 };
        row.concurrentCalls = 11;
        directory.writer->serviceMinute(row);
        QVERIFY(directory.writer->commit());
        directory.openQuery();
        const std::vector<ServiceRow> rows = found(*directory.query, {});
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].sums, row.sums);
        QCOMPARE(rows[0].peaks, row.peaks);
        QCOMPARE(rows[0].concurrentCalls, row.concurrentCalls);
        QCOMPARE(rows[0].group, row.group);
        QCOMPARE(rows[0].from, row.from);
        QCOMPARE(rows[0].to, row.to);
    }

    void minutesLieInTheirDayAndAreFoundByPeriodAndGrouping()
    {
        sample::Directory directory;
        directory.open();
        for (const char* time : { "2026-03-01T23:58:00Z", "2026-03-01T23:59:00Z", "2026-03-02T00:00:00Z" }) {
            directory.writer->serviceMinute(rowAt(time));
            directory.writer->serviceMinute(rowAt(time, ServiceGrouping::Codec, "PCMA"));
        }
        directory.closeWriter();
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-02.sqlite"));
        directory.openQuery();
        QCOMPARE(found(*directory.query, {}).size(), std::size_t(6));
        ServiceQuery query;
        query.grouping = ServiceGrouping::Codec;
        query.from = sample::at("2026-03-01T23:59:00Z");
        QCOMPARE(found(*directory.query, query).size(), std::size_t(2));
        query.to = sample::at("2026-03-02T00:00:00Z");
        QCOMPARE(found(*directory.query, query).size(), std::size_t(1));
    }

    // Minutes 12:58 to 13:02 with 1, 2, 3, 4, 5 attempts, by steps of 5 minutes: 12:55 (58, 59) has 3, 13:00 has 12.
    void minutesAreJoinedToSteps()
    {
        sample::Directory directory;
        directory.open();
        const Timestamp first = sample::at("2026-03-01T12:58:00Z");
        for (std::uint32_t i = 0; i < 5; ++i) {
            ServiceRow row = rowAt("2026-03-01T12:58:00Z");
            row.from = first + i * 1min;
            row.sums.figures.attempts = i + 1;
            row.peaks = { 100 - i, i };
            row.concurrentCalls = 10 * i;
            directory.writer->serviceMinute(row);
            row.group = { ServiceGrouping::Prefix, std::string_view("+34") };
            if (i == 4)
                directory.writer->serviceMinute(row);
        }
        directory.closeWriter();
        directory.openQuery();
        ServiceQuery query;
        query.stepMinutes = 5;
        const std::vector<ServiceRow> rows = found(*directory.query, query);
        QCOMPARE(rows.size(), std::size_t(3));
        QCOMPARE(rows[0].from, sample::at("2026-03-01T12:55:00Z"));
        QCOMPARE(rows[0].to, sample::at("2026-03-01T13:00:00Z"));
        QCOMPARE(rows[0].sums.figures.attempts, std::uint64_t(3));
        QCOMPARE(rows[0].sums.seconds, std::uint64_t(120)); // two of its minutes were watched
        QCOMPARE(rows[1].sums.figures.attempts, std::uint64_t(12));
        QCOMPARE(rows[1].peaks, (ServicePeaks { 98, 4 }));
        QCOMPARE(rows[1].concurrentCalls, 40U);
        QCOMPARE(toText(rows[2].group), std::string("prefix +34"));
    }

    void captureReadAgainReplacesItsMinutes()
    {
        sample::Directory directory;
        directory.open();
        ServiceRow row = rowAt("2026-03-01T12:00:00Z");
        for (const std::uint64_t attempts : { 5, 7 }) {
            row.sums.figures.attempts = attempts;
            directory.writer->serviceMinute(row);
        }
        directory.closeWriter();
        directory.openQuery();
        const std::vector<ServiceRow> rows = found(*directory.query, {});
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].sums.figures.attempts, std::uint64_t(7));
    }

    // Started anew at 12:00:35: what both runs watched of the minute is added, and the later one says how it ended.
    void partsOfAMinuteThatTwoRunsWatchedAreAdded()
    {
        sample::Directory directory;
        for (const int run : { 1, 2 }) {
            directory.open();
            ServiceRow row = rowAt(run == 1 ? "2026-03-01T12:00:00Z" : "2026-03-01T12:00:35Z");
            row.sums.seconds = run == 1 ? 30 : 25;
            row.sums.figures.attempts = run == 1 ? 5 : 7;
            row.peaks = run == 1 ? ServicePeaks { 20, 1 } : ServicePeaks { 4, 3 };
            row.concurrentCalls = run == 1 ? 19 : 2;
            directory.writer->serviceMinute(row);
            directory.closeWriter();
        }
        directory.openQuery();
        const std::vector<ServiceRow> rows = found(*directory.query, {});
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].from, sample::at("2026-03-01T12:00:00Z"));
        QCOMPARE(rows[0].to, sample::at("2026-03-01T12:01:00Z"));
        QCOMPARE(rows[0].sums.seconds, std::uint64_t(55));
        QCOMPARE(rows[0].sums.figures.attempts, std::uint64_t(12));
        QCOMPARE(rows[0].peaks, (ServicePeaks { 20, 3 }));
        QCOMPARE(rows[0].concurrentCalls, 2U);
    }

    // First the second half of it, then all of it: no second counts twice.
    void longerCaptureReplacesThePartsThatItCovers()
    {
        sample::Directory directory;
        directory.open();
        for (const char* time : { "2026-03-01T12:00:20Z", "2026-03-01T12:00:50Z", "2026-03-01T12:00:00Z" }) {
            for (const ServiceGrouping grouping : { ServiceGrouping::Total, ServiceGrouping::Codec }) {
                ServiceRow row =
                    rowAt(time, grouping, grouping == ServiceGrouping::Codec ? "PCMA" : std::string_view());
                row.sums.seconds = time[18] == '0' && time[17] == '0' ? 50 : 10;
                row.sums.figures.attempts = row.sums.seconds;
                directory.writer->serviceMinute(row);
            }
            QVERIFY(directory.writer->commit());
        }
        directory.closeWriter();
        directory.openQuery();
        const std::vector<ServiceRow> rows = found(*directory.query, {});
        QCOMPARE(rows.size(), std::size_t(2));
        for (const ServiceRow& row : rows)
            QCOMPARE(row.sums.figures.attempts, std::uint64_t(60)); // [0, 50) anew, [50, 60) as before
    }

    void minuteThatIsBeingFilledIsThereAfterAKill()
    {
        sample::Directory directory;
        directory.open();
        ServiceRow row = rowAt("2026-03-01T12:00:00Z");
        for (const std::uint64_t seconds : { 1, 2, 17 }) {
            row.sums.seconds = row.sums.figures.attempts = seconds;
            directory.writer->openServiceMinute({ row });
            QVERIFY(directory.writer->commit());
        }
        directory.openQuery(); // what a killed writer leaves is what another process sees
        std::vector<ServiceRow> rows = found(*directory.query, {});
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].sums.figures.attempts, std::uint64_t(17));

        // Closed in the same half second in which it was last told: the closed one counts.
        row.sums.seconds = row.sums.figures.attempts = 59;
        directory.writer->openServiceMinute({ row });
        row.sums.seconds = row.sums.figures.attempts = 60;
        directory.writer->serviceMinute(row);
        QVERIFY(directory.writer->commit());
        rows = found(*directory.query, {});
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].sums.figures.attempts, std::uint64_t(60));
    }

    void dayFromBeforeMetricsHasNone()
    {
        sample::Directory directory;
        directory.open();
        directory.writer->serviceMinute(rowAt("2026-03-01T12:00:00Z"));
        directory.closeWriter();
        {
            auto database = Database::open(directory.path / "2026-03-01.sqlite", Database::Mode::ReadWrite);
            QVERIFY(database.value().execute("DROP TABLE service_minutes"));
        }
        directory.openQuery();
        QVERIFY(found(*directory.query, {}).empty());
        QVERIFY(directory.query->takeNotes().empty());
    }
};

}

QTEST_GUILESS_MAIN(ServiceStoreTest)
#include "tst_service_store.moc"
