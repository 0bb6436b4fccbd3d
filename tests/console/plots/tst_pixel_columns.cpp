#include "console/plots/pixel_columns.h"

#include <QtTest>
#include <cmath>
#include <limits>

using namespace callmon;

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

}

class TestPixelColumns : public QObject {
    Q_OBJECT

private slots:
    void noExtremeOfALongSeriesIsLost()
    {
        // 100,000 points in 500 pixels, one of them a spike, one a dip.
        std::vector<double> seconds;
        std::vector<double> values;
        for (int i = 0; i < 100'000; ++i) {
            seconds.push_back(i);
            values.push_back(i == 77'777 ? 90 : i == 12'345 ? -7 : 4);
        }
        const auto columns = columnsOf({ seconds, values, 1 }, 0, 100'000, 500);
        QCOMPARE(columns.size(), 500u);
        double high = 0;
        double low = 0;
        for (const PixelColumn& column : columns) {
            QVERIFY(column.any);
            high = std::max(high, column.high);
            low = std::min(low, column.low);
        }
        QCOMPARE(high, 90.0);
        QCOMPARE(low, -7.0);
        QCOMPARE(columns[77'777 / 200].high, 90.0);
    }

    void aValueHoldsForItsSecondAndNoLonger()
    {
        const std::vector<double> seconds { 2, 3 };
        const std::vector<double> values { 1, 5 };
        const auto columns = columnsOf({ seconds, values, 1 }, 0, 10, 100);
        QVERIFY(!columns[19].any);
        QVERIFY(columns[20].any && columns[20].high == 1);
        QVERIFY(columns[29].high == 1);
        QVERIFY(columns[30].low == 5);
        QVERIFY(columns[39].any);
        QVERIFY(!columns[40].any);
    }

    void aGapStaysAGapAndALoneSecondIsSeen()
    {
        const std::vector<double> seconds { 0, 1, 5000 };
        const std::vector<double> values { 1, gap, 3 };
        const auto columns = columnsOf({ seconds, values, 1 }, 0, 10'000, 100);
        QVERIFY(columns[0].any); // shorter than a pixel
        QVERIFY(!columns[1].any);
        QVERIFY(!columns[49].any);
        QVERIFY(columns[50].any);
        QVERIFY(!columns[51].any);
    }

    void whatIsLeftOfTheWindowHoldsIntoIt()
    {
        const std::vector<double> seconds { 0, 10 };
        const std::vector<double> values { 1, 2 };
        const auto columns = columnsOf({ seconds, values, 1 }, 5, 11, 60);
        QVERIFY(columns.front().any && columns.front().low == 1);
        QVERIFY(columns[49].high == 1);
        QVERIFY(columns[50].low == 2);
    }

    void theLoudestSampleOfAPixelIsShown()
    {
        std::vector<float> peaks(100'000, 0.1F);
        peaks[50'001] = 0.9F;
        const auto all = peakColumns(peaks, 0, 0.01, 0, 1000, 100);
        QCOMPARE(all[50], 0.9F);
        QCOMPARE(all[51], 0.1F);
        const auto later = peakColumns(peaks, 500, 0.01, 0, 1000, 100); // the sound began later than the call
        QCOMPARE(later[49], 0.F);
        QCOMPARE(later[50], 0.1F);
    }

    void valueAtIsThatOfItsSecond()
    {
        const std::vector<double> seconds { 0, 1, 2 };
        const std::vector<double> values { 4, gap, 3 };
        const StepLine line { seconds, values, 1 };
        QCOMPARE(valueAt(line, 0.9), 4.0);
        QVERIFY(std::isnan(valueAt(line, 1.5)));
        QCOMPARE(valueAt(line, 2.5), 3.0);
        QVERIFY(std::isnan(valueAt(line, 3.1)));
        QVERIFY(std::isnan(valueAt(line, -0.1)));
    }
};

QTEST_MAIN(TestPixelColumns)
#include "tst_pixel_columns.moc"
