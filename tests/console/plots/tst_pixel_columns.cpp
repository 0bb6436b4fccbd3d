#include "console/plots/pixel_columns.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <random>

using namespace callmon;

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

}

class TestPixelColumns : public QObject {
    Q_OBJECT

private slots:
    // Held against the plain way: all columns of all values, less and more their errors.
    void aBandIsWhatTwoLinesWouldBe()
    {
        std::mt19937 random(5);
        std::vector<double> seconds, values, errors, lows, highs;
        double at = 0;
        for (int i = 0; i < 3'000; ++i) {
            seconds.push_back(at += 0.1 + static_cast<double>(random() % 100) / 50);
            values.push_back(random() % 11 == 0 ? gap : static_cast<double>(random() % 1000) / 100);
            errors.push_back(random() % 13 == 0 ? gap : static_cast<double>(random() % 100) / 20);
            lows.push_back(std::isnan(errors.back()) ? gap : std::max(values.back() - errors.back(), 0.5));
            if (std::isnan(values.back()))
                lows.back() = gap;
            highs.push_back(values.back() + errors.back());
        }
        for (const auto& [begin, end] : { std::pair(0.0, at + 2), std::pair(-5.0, 100.0), std::pair(17.3, 19.1) }) {
            const auto band = bandColumnsOf({ seconds, values, 1 }, errors, 0.5, begin, end, 640);
            const auto low = columnsOf({ seconds, lows, 1 }, begin, end, 640);
            const auto high = columnsOf({ seconds, highs, 1 }, begin, end, 640);
            QCOMPARE(band.size(), 640u);
            for (std::size_t x = 0; x < band.size(); ++x) {
                QCOMPARE(band[x].any, low[x].any);
                QCOMPARE(band[x].low, low[x].low);
                QCOMPARE(band[x].high, high[x].high);
            }
        }
    }

    // What holds a second or less, seen from far and from near, by floor() and ceil() of its ends.
    void eachValueIsInEveryColumnThatItTouches()
    {
        std::mt19937 random(6);
        std::vector<double> seconds, values;
        double at = 3;
        for (int i = 0; i < 500; ++i) {
            if (i % 20 != 7) // some at the same time: one of them holds no time at all
                at += 0.05 + static_cast<double>(random() % 100) / (i < 400 ? 300 : 40);
            if (i % 50 == 6)
                at = std::ceil(at); // where a column begins, in one of the windows
            seconds.push_back(at);
            values.push_back(i);
        }
        for (const auto& [begin, end] : { std::pair(0.0, at + 2), std::pair(50.25, 61.0), std::pair(0.0, 333.0), std::pair(-20.0, 6.0) }) {
            constexpr int width = 333;
            const auto columns = columnsOf({ seconds, values, 1 }, begin, end, width);
            for (int x = 0; x < width; ++x) {
                double low = gap, high = gap;
                for (std::size_t i = 0; i < seconds.size(); ++i) {
                    const double until = i + 1 < seconds.size() ? seconds[i + 1] : seconds[i] + 1;
                    const double perSecond = width / (end - begin);
                    const double from = std::max(0.0, std::floor((seconds[i] - begin) * perSecond));
                    const double to = std::max(from, std::ceil((until - begin) * perSecond) - 1);
                    if (until <= begin || seconds[i] >= end || x < from || x > to)
                        continue;
                    low = std::isnan(low) ? values[i] : low;
                    high = values[i]; // they rise
                }
                const PixelColumn& column = columns[static_cast<std::size_t>(x)];
                QCOMPARE(column.any, !std::isnan(low));
                if (column.any) {
                    QCOMPARE(column.low, low);
                    QCOMPARE(column.high, high);
                    QCOMPARE(column.last, high);
                }
            }
        }
    }

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
