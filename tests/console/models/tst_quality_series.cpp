#include <QtTest> // first: moc 6.4 stumbles over <concepts> when it comes to it before Qt's headers

#include "console/models/figures.h"
#include "console/models/quality_series.h"

#include <cmath>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

const Timestamp epoch = timestampFromNanoseconds(1'700'000'000'000'000'000);

QualityPoint point(std::uint32_t stream, int second, std::uint32_t packets, std::uint32_t lost, float mos)
{
    QualityPoint p;
    p.stream = { { 1 }, stream };
    p.at = epoch + std::chrono::seconds(second);
    p.packets = packets;
    p.lost = lost;
    p.jitterMs = 2;
    p.mos = mos;
    return p;
}

std::vector<StreamRecord> twoStreams()
{
    std::vector<StreamRecord> streams(2);
    streams[0].key = { { 1 }, 0 };
    streams[1].key = { { 1 }, 1 };
    streams[1].direction = Party::Callee;
    return streams;
}

}

class TestQualitySeries : public QObject {
    Q_OBJECT

private slots:
    void eachStreamIsALineOfItsDirection()
    {
        const auto series = buildQualitySeries({ point(1, 0, 50, 0, 4), point(0, 0, 50, 0, 4) }, twoStreams(), epoch);
        QCOMPARE(series.size(), 2UL);
        QCOMPARE(series[0].direction, Party::Caller);
        QCOMPARE(series[1].direction, Party::Callee);
    }

    void lossIsAShareOfWhatWasExpectedInTheSecond()
    {
        auto duplicated = point(0, 0, 50, 10, 4);
        duplicated.duplicates = 10; // 40 distinct arrived of 50
        const auto series = buildQualitySeries({ duplicated }, twoStreams(), epoch);
        QCOMPARE(series[0].loss.values[0], 20.0);
    }

    void secondsWithoutPointsBreakTheLine()
    {
        const auto series = buildQualitySeries(
            { point(0, 5, 50, 0, 4), point(0, 0, 50, 0, 4), point(0, 1, 50, 0, 4) }, twoStreams(), epoch);
        const SeriesLine& mos = series[0].mos;
        QCOMPARE(mos.seconds, (std::vector<double> { 0, 1, 2, 5 }));
        QVERIFY(std::isnan(mos.values[2]));
    }

    void secondsWithoutPacketsAreGapsNotZeros()
    {
        const auto series = buildQualitySeries({ point(0, 0, 0, 0, 0) }, twoStreams(), epoch);
        QVERIFY(std::isnan(series[0].mos.values[0]));
        QVERIFY(std::isnan(series[0].jitter.values[0]));
        QVERIFY(std::isnan(series[0].loss.values[0]));
    }

    void pointsOfUnknownStreamsAreLeftOut()
    {
        QVERIFY(buildQualitySeries({ point(9, 0, 50, 0, 4) }, twoStreams(), epoch).empty());
    }

    void secondsOfALosingProbeAreMarkedAndBlameNobody()
    {
        auto blind = point(0, 1, 40, 0, 0);
        blind.lostWithProbe = 10;
        blind.probeLost = true;
        blind.jitterErrorMs = 0.5F;
        auto whole = point(0, 2, 50, 0, 0); // frames of others were lost: of this stream nothing is missing
        whole.probeLost = true;
        const auto series = buildQualitySeries({ point(0, 0, 50, 1, 4), blind, whole }, twoStreams(), epoch);
        QCOMPARE(series[0].probeLost, (std::vector<double> { 1, 2 }));
        QVERIFY(std::isnan(series[0].loss.values[2]));
        QVERIFY(std::isnan(series[0].loss.values[1]));
        QVERIFY(!std::isnan(series[0].loss.values[0]));
        QCOMPARE(series[0].jitterError, (std::vector<double> { 0, 0.5, 0 }));
    }

    void anErrorGoesWithEachValueOverGapsToo()
    {
        const auto series = buildQualitySeries({ point(0, 5, 50, 0, 4), point(0, 0, 50, 0, 4) }, twoStreams(), epoch);
        QCOMPARE(series[0].jitterError.size(), series[0].jitter.values.size());
    }

    // Reports at seconds 2 and 4: each is of the time since the one before.
    void whatTheReceiverReportsHoldsSinceItsReportBefore()
    {
        std::vector<QualityPoint> points;
        for (int second = 0; second < 6; ++second)
            points.push_back(point(0, second, 50, 0, 4));
        points[2].farEnd = { 250, 31, 804, 1 };
        points[4].farEnd = { 0, 52, FarEndReport::unknown, 1 };
        points.push_back(point(1, 0, 50, 0, 4)); // of this one nobody reports
        const auto series = buildQualitySeries(points, twoStreams(), epoch);
        const auto known = [](const SeriesLine& line) {
            return std::vector<double>(line.values.begin(), line.values.begin() + 5);
        };
        QCOMPARE(known(series[0].farEndLoss), (std::vector<double> { 2.5, 2.5, 2.5, 0, 0 }));
        QCOMPARE(known(series[0].farEndJitter), (std::vector<double> { 3.1, 3.1, 3.1, 5.2, 5.2 }));
        QVERIFY(std::isnan(series[0].farEndLoss.values[5]));
        QCOMPARE(series[0].roundTrip.values[2], 80.4);
        QVERIFY(std::isnan(series[0].roundTrip.values[3]));
        QVERIFY(series[1].farEndLoss.seconds.empty() && series[1].roundTrip.seconds.empty());
    }

    void mosBandsFollowG107()
    {
        QCOMPARE(bandOf(4.0), MosBand::Good);
        QCOMPARE(bandOf(3.996), MosBand::Good); // reads 4.00
        QCOMPARE(bandOf(3.994), MosBand::Fair);
        QCOMPARE(bandOf(3.1), MosBand::Fair);
        QCOMPARE(bandOf(3.09), MosBand::Bad);
        QCOMPARE(bandOf(std::nullopt), MosBand::Unknown);
        QCOMPARE(knownMos(0), std::nullopt);
    }

    void figuresAreGroupedAndUnitsKept()
    {
        QCOMPARE(countText(52'000), QString("52,000"));
        QCOMPARE(durationText(Milliseconds(3'723'900)), QString("1:02:03"));
        QCOMPARE(durationText({}), QString("–"));
        QCOMPARE(bitRateText(4'612'345'678), QString("4,612.3 Mb/s"));
    }
};

QTEST_GUILESS_MAIN(TestQualitySeries)
#include "tst_quality_series.moc"
