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
    void areZeroBeforeTheFirstValue();
};

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
        values.push_back(around(random));

    RunningStatistics statistics;
    long double sum = 0;
    for (const double value : values) {
        statistics.add(value);
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
    QVERIFY(std::abs(statistics.min() - *least) < 1e-7 * *least + nanosecond);
    QVERIFY(std::abs(statistics.max() - *most) < 1e-7 * *most + nanosecond);
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
