// Bursts and gaps of RFC 3611 4.7.2 by hand: numbers that are missing, and what they come to.
#include <QTest>

#include "engine/media/loss_runs.h"

using namespace callmon;

class LossRunsTest : public QObject {
    Q_OBJECT

private slots:
    void lossesWithSixteenPacketsBetweenAreOfTheGap()
    {
        LossRuns runs;
        runs.missing(100, 1);
        runs.missing(117, 1); // 101 to 116 came: 16
        const auto bursts = runs.bursts();
        QCOMPARE(runs.runs(), 2u);
        QVERIFY(bursts.bursts == 0 && bursts.packets == 0 && bursts.lostInGaps == 2);
    }

    void whatIsMissingBehindARunGoesOnWithIt()
    {
        LossRuns runs;
        runs.missing(100, 2);
        runs.missing(102, 1);
        runs.missing(104, 1);
        QCOMPARE(runs.runs(), 2u);
        runs.cameLate(101);
        QCOMPARE(runs.runs(), 3u); // 100, 102, 104
    }

    void lossesWithFifteenBetweenAreABurst()
    {
        LossRuns runs;
        runs.missing(100, 1);
        runs.missing(116, 2); // 101 to 115 came: 15
        runs.missing(200, 1);
        const auto bursts = runs.bursts();
        QVERIFY(bursts.bursts == 1 && bursts.packets == 18 && bursts.lost == 3 && bursts.lostInGaps == 1);
    }

    void aLatePacketSplitsShortensOrEndsItsRun()
    {
        LossRuns runs;
        runs.missing(10, 5);
        runs.cameLate(12); // 10 11 and 13 14
        QCOMPARE(runs.runs(), 2u);
        runs.cameLate(10); // 11
        QCOMPARE(runs.runs(), 2u);
        runs.cameLate(11);
        QCOMPARE(runs.runs(), 1u);
        runs.cameLate(11); // was no longer missing
        const auto bursts = runs.bursts();
        QVERIFY(runs.runs() == 1 && bursts.bursts == 1 && bursts.packets == 2 && bursts.lost == 2);
    }

    void moreRunsThanAreKeptOpenCountAll()
    {
        LossRuns runs;
        for (std::uint32_t i = 0; i < 100; ++i)
            runs.missing(10 + 2 * i, 1);
        runs.cameLate(10 + 2 * 99);
        const auto bursts = runs.bursts();
        QCOMPARE(runs.runs(), 99u);
        QVERIFY(bursts.bursts == 1 && bursts.lost == 99 && bursts.packets == 197);
    }

    void aRunThatSplitsWhereNoneIsFreeKeepsItsOrder()
    {
        LossRuns runs;
        for (std::uint32_t i = 0; i < 8; ++i)
            runs.missing(100 * i, 3);
        runs.cameLate(1); // 0 and 2
        runs.cameLate(701);
        const auto bursts = runs.bursts();
        QCOMPARE(runs.runs(), 10u);
        QVERIFY(bursts.bursts == 8 && bursts.lost == 22 && bursts.packets == 24);
    }

    void noBurstReachesOverARestart()
    {
        LossRuns runs;
        runs.missing(0xffffffffU, 1);
        runs.restart();
        runs.missing(5, 1);
        const auto bursts = runs.bursts();
        QVERIFY(bursts.bursts == 0 && bursts.lostInGaps == 2);
    }

    void numbersMayWrap()
    {
        LossRuns runs;
        runs.missing(0xfffffffeU, 4); // to 1
        runs.missing(7, 1);
        runs.cameLate(0);
        const auto bursts = runs.bursts();
        QVERIFY(runs.runs() == 3 && bursts.bursts == 1 && bursts.packets == 10 && bursts.lost == 4);
    }
};

QTEST_GUILESS_MAIN(LossRunsTest)
#include "tst_loss_runs.moc"
