#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/media/running_statistics.h"

#include <random>

using namespace callmon;

class RunningStatisticsTest : public QObject {
    Q_OBJECT

private slots:
    void agreeWithTwoPasses_data();
    void agreeWithTwoPasses();
    void leastAndMostAreExactToTheNanosecond_data();
    void leastAndMostAreExactToTheNanosecond();
    void areZeroBeforeTheFirstValue();
};

void RunningStatisticsTest::leastAndMostAreExactToTheNanosecond_data()
{
    QTest::addColumn<qint64>("ns");
    QTest::addColumn<double>("ms");
    QTest::newRow("nothing") << qint64 { 0 } << 0.0;
    QTest::newRow("backwards") << qint64 { -5 } << 0.0;
    QTest::newRow("a float would be 4 ns off") << qint64 { 100'000'001 } << 100.000001;
    QTest::newRow("the last in nanoseconds") << qint64 { 2'147'483'647 } << 2147.483647;
    QTest::newRow("the first in microseconds") << qint64 { 2'147'483'648 } << 2147.484;
    QTest::newRow("a minute") << qint64 { 60'000'000'999 } << 60'000.001;
    QTest::newRow("too long") << qint64 { 10'000 } * 1'000'000'000 << 2'147'483.647;
}

void RunningStatisticsTest::leastAndMostAreExactToTheNanosecond()
{
    QFETCH(qint64, ns);
    QFETCH(double, ms);
    RunningStatistics most;
    RunningStatistics least;
    most.add(Nanoseconds(0));
    least.add(Nanoseconds(20'000) * 1'000'000'000);
    for (RunningStatistics* statistics : { &most, &least })
        statistics->add(Nanoseconds(ns));
    QVERIFY2(std::abs(most.max() - ms) < 1e-9, qPrintable(QString::number(most.max(), 'f', 9)));
    QVERIFY2(std::abs(least.min() - ms) < 1e-9, qPrintable(QString::number(least.min(), 'f', 9)));
}

void RunningStatisticsTest::agreeWithTwoPasses_data()
{
    QTest::addColumn<double>("first");
    QTest::addColumn<double>("spread");
    QTest::newRow("usual") << 20.0 << 2.0;
    QTest::newRow("hardly any spread") << 20.0 << 1e-4;
    QTest::newRow("the first is far off") << 3000.0 << 0.01;
    QTest::newRow("the first is nothing") << 0.0 << 5.0;
}

// Milliseconds between packets; an hour of them.
void RunningStatisticsTest::agreeWithTwoPasses()
{
    QFETCH(double, first);
    QFETCH(double, spread);
    std::mt19937 random(1);
    std::normal_distribution<double> around(20.0, spread);
    std::vector<double> values { first };
    while (values.size() < 180'000)
        values.push_back(std::round(std::max(0.0, around(random)) * 1e6) * 1e-6);

    RunningStatistics statistics;
    long double sum = 0;
    for (const double value : values) {
        statistics.add(Nanoseconds(std::llround(value * 1e6)));
        sum += value;
    }
    const long double mean = sum / static_cast<long double>(values.size());
    long double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    const auto deviation = static_cast<double>(std::sqrt(squares / static_cast<long double>(values.size())));
    const auto [least, most] = std::minmax_element(values.begin(), values.end());

    constexpr double nanosecond = 1e-6; // what arrivals are known to
    QCOMPARE(statistics.count(), values.size());
    QVERIFY(std::abs(statistics.mean() - static_cast<double>(mean)) < nanosecond);
    QVERIFY(std::abs(statistics.standardDeviation() - deviation) < nanosecond);
    const double rounding = *most > 2000 ? 1e-3 : 0; // microseconds from there
    QVERIFY(std::abs(statistics.min() - *least) < nanosecond / 2);
    QVERIFY(std::abs(statistics.max() - *most) < nanosecond / 2 + rounding);
}

void RunningStatisticsTest::areZeroBeforeTheFirstValue()
{
    const RunningStatistics statistics;
    QCOMPARE(statistics.count(), 0u);
    QCOMPARE(statistics.min(), 0.0);
    QCOMPARE(statistics.mean(), 0.0);
    QCOMPARE(statistics.max(), 0.0);
    QCOMPARE(statistics.standardDeviation(), 0.0);
}

QTEST_APPLESS_MAIN(RunningStatisticsTest)
#include "tst_running_statistics.moc"
