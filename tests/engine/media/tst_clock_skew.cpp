#include <QTest>

#include "engine/media/clock_skew.h"

#include <cmath>

using namespace callmon;

namespace {

// A sender's clock that is fast by `ppm` stamps a packet of second t as t (1 + ppm / 10^6): 10^-3 ppm t ms early.
double delayMs(double seconds, double ppm)
{
    return -1e-3 * ppm * seconds;
}

}

class ClockSkewTest : public QObject {
    Q_OBJECT

private slots:
    void theSlopeIsTheSkew_data()
    {
        QTest::addColumn<double>("ppm");
        for (const double ppm : { 0.0, 50.0, -50.0, 3.5, -300.0 })
            QTest::addRow("%g ppm", ppm) << ppm;
    }
    void theSlopeIsTheSkew()
    {
        QFETCH(double, ppm);
        ClockSkew skew;
        for (int second = 1; second <= 60; ++second)
            skew.add(second, delayMs(second, ppm));
        QVERIFY(skew.ppm());
        QVERIFY2(std::fabs(*skew.ppm() - ppm) < 0.01, qPrintable(QString::number(*skew.ppm())));
    }

    // 0 to 30 ms, evenly, by a generator whose values are what they are: of eight the least is near 0.
    void jitterOnlyAddsToTheLeast()
    {
        ClockSkew skew;
        std::uint32_t random = 1;
        for (int second = 1; second <= 1800; ++second) {
            random = random * 1664525 + 1013904223;
            skew.add(second, delayMs(second, 40) + 30.0 * (random >> 16) / 65536);
        }
        QVERIFY(skew.ppm());
        QVERIFY2(std::fabs(*skew.ppm() - 40) < 3, qPrintable(QString::number(*skew.ppm())));
    }

    void whatIsNotSureIsNotSaid()
    {
        ClockSkew few;
        for (int second = 1; second < 32; ++second) // three points
            few.add(second, 0);
        QVERIFY(!few.ppm());
        ClockSkew wild; // 40 s in which the least of eight is 0 or 20 ms: 20 ms in 40 s are 500 ppm
        for (int second = 1; second <= 40; ++second)
            wild.add(second, (second - 1) / 8 % 2 == 0 ? 0 : 20);
        QVERIFY(!wild.ppm());
    }

    void timestampsThatJumpBeginALineOfTheirOwn()
    {
        ClockSkew skew;
        for (int second = 1; second <= 80; ++second)
            skew.add(second, delayMs(second, 25) + (second > 40 ? 5000 : 0));
        QVERIFY(skew.ppm());
        QVERIFY(std::fabs(*skew.ppm() - 25) < 0.01);
    }
};

QTEST_APPLESS_MAIN(ClockSkewTest)
#include "tst_clock_skew.moc"
