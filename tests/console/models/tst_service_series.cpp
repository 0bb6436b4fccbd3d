// Service metrics as lines: worked by hand.
#include "console/models/service_series.h"

#include <QTest>
#include <cmath>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

const Timestamp epoch { 1'795'413'600s };

ServiceRow row(std::string_view name, std::chrono::minutes at, std::uint64_t attempts, std::uint64_t answered)
{
    ServiceRow made;
    made.group = { ServiceGrouping::Trunk, name };
    made.from = epoch + at;
    made.to = made.from + 5min;
    made.sums.seconds = 300;
    made.sums.figures.attempts = attempts;
    made.sums.figures.answered = answered;
    made.peaks.concurrentCalls = static_cast<std::uint32_t>(attempts);
    return made;
}

}

class TestServiceSeries : public QObject {
    Q_OBJECT

private slots:
    void groupsAreSummedAndTheOneWithMostAttemptsComesFirst()
    {
        const auto groups =
            buildServiceSeries({ row("south", 0min, 10, 1), row("north", 0min, 50, 20), row("south", 5min, 60, 59) });
        QCOMPARE(groups.size(), std::size_t { 2 });
        QCOMPARE(groups[0].whole.group.name.str(), std::string("south"));
        QCOMPARE(groups[0].whole.sums.figures.attempts, std::uint64_t { 70 });
        QCOMPARE(groups[0].whole.peaks.concurrentCalls, 60U);
        QCOMPARE(groups[0].whole.from, epoch);
        QCOMPARE(groups[0].whole.to, epoch + 10min);
        QCOMPARE(groups[0].steps.size(), std::size_t { 2 });
        QCOMPARE(groups[1].whole.group.name.str(), std::string("north"));
    }

    // 10 attempts in 5 minutes are 2 a minute; 1 of 10 is 10 %; where nobody watched the line breaks.
    void lineHasAValueForEachStepAndBreaksWhereNobodyWatched()
    {
        const auto groups =
            buildServiceSeries({ row("a", 0min, 10, 1), row("a", 5min, 0, 0), row("a", 20min, 60, 30) });
        const SeriesLine calls = lineOf(groups[0], 5min, epoch, service::attemptsPerMinute);
        QCOMPARE(calls.seconds, (std::vector<double> { 0, 300, 600, 1200 }));
        QCOMPARE(calls.values[0], 2.0);
        QCOMPARE(calls.values[1], 0.0);
        QVERIFY(std::isnan(calls.values[2]));
        QCOMPARE(calls.values[3], 12.0);
        const SeriesLine asr = lineOf(groups[0], 5min, epoch, service::asr);
        QCOMPARE(asr.values[0], 10.0);
        QVERIFY(std::isnan(asr.values[1])); // no attempt: no ratio
        QCOMPARE(asr.values[3], 50.0);
    }
};

QTEST_GUILESS_MAIN(TestServiceSeries)
#include "tst_service_series.moc"
