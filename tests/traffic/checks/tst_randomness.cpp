// The laws that the load follows: inverse-Gaussian hold times, Gilbert loss, Poisson arrivals.
#include <QTest> // before <chrono>: moc of Qt 6.4 stumbles over <concepts> otherwise

#include "tests/traffic/impairment.h"
#include "tests/traffic/random.h"

#include <cmath>

using namespace callmon;

class Randomness : public QObject {
    Q_OBJECT

private slots:
    void inverseGaussianHasItsMeanAndVariance() // mean mu, variance mu^3 / lambda
    {
        Random random(7);
        constexpr int count = 2'000'000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < count; ++i) {
            const double x = random.inverseGaussian(117, 19);
            QVERIFY(x > 0);
            sum += x;
            squares += x * x;
        }
        const double mean = sum / count;
        const double variance = squares / count - mean * mean;
        QVERIFY2(std::abs(mean / 117 - 1) < 0.01, qPrintable(QString::number(mean)));
        QVERIFY2(std::abs(variance / (117.0 * 117 * 117 / 19) - 1) < 0.05, qPrintable(QString::number(variance)));
    }

    void gilbertLossHasItsRateAndBurstLength() // rate p/(p+q), mean burst 1/q
    {
        Random random(8);
        Impairment impairment({ .goodToBad = 0.01, .badToGood = 0.25 });
        constexpr int count = 500'000;
        int lost = 0;
        int bursts = 0;
        bool before = false;
        for (int i = 0; i < count; ++i) {
            const bool now = !impairment.delay(static_cast<std::uint64_t>(i), random);
            lost += now;
            bursts += now && !before;
            before = now;
        }
        QVERIFY(std::abs(double(lost) / count / (0.01 / 0.26) - 1) < 0.05);
        QVERIFY(std::abs(double(lost) / bursts / 4 - 1) < 0.05);
    }

    void exponentialHasItsMean()
    {
        Random random(9);
        double sum = 0;
        for (int i = 0; i < 100'000; ++i)
            sum += random.exponential(3);
        QVERIFY(std::abs(sum / 100'000 / 3 - 1) < 0.02);
    }

    void weightZeroIsNeverDrawn()
    {
        Random random(10);
        const double weights[] { 0, 1, 0, 3, 0 };
        int drawn[5] {};
        for (int i = 0; i < 40'000; ++i)
            ++drawn[random.weighted(weights)];
        QCOMPARE(drawn[0] + drawn[2] + drawn[4], 0);
        QVERIFY(std::abs(drawn[3] / 30'000.0 - 1) < 0.05);
    }
};

QTEST_GUILESS_MAIN(Randomness)
#include "tst_randomness.moc"
