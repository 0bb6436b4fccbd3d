// RFC 3550 6.4: what reports come to, as a probe between both ends sees it.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/media/rtcp_figures.h"

using namespace callmon;

namespace {

Timestamp at(double ms)
{
    return timestampFromNanoseconds(1'700'000'000'000'000'000) + Nanoseconds(static_cast<std::int64_t>(ms * 1e6));
}

NtpShort ntp(double ms)
{
    return { static_cast<std::uint32_t>(ms * 65.536) };
}

RtcpReportBlock report(std::uint32_t highest, std::int32_t lost, std::uint32_t jitter = 0, std::uint8_t fraction = 0)
{
    RtcpReportBlock block;
    block.source = Ssrc { 1 };
    block.highestSequence = highest;
    block.cumulativeLost = lost;
    block.jitter = RtpTicks { jitter };
    block.fractionLost = fraction;
    return block;
}

// Reports every five seconds.
RtcpFigures after(const std::vector<RtcpReportBlock>& blocks)
{
    RtcpFigures figures;
    double ms = 0;
    for (const RtcpReportBlock& block : blocks)
        figures.addReport(block, at(ms += 5000));
    return figures;
}

}

class RtcpFiguresTest : public QObject {
    Q_OBJECT

private slots:
    void lossIsThatBetweenReports();
    void lossBeforeTheFirstReportCountsWithTheFirstNumber();
    void cumulativeLossThatFallsTakesBack();
    void lossNeverIsNegative();
    void countWrapsAt24Bits();
    void sequenceWraps();
    void restartOfTheReceiverMisleadsNothing();
    void reportThatWasOvertakenIsLeftOut();
    void reportOfNothingIsNoLoss();
    void copiesOfAReportCountOnce();
    void jitterIsInTheStreamsClock();
    void loopLeavesOutTheReceiversDelay();
    void loopTakesTheFirstCopyOfASenderReport();
    void echoOfTheReportBeforeIsKnown();
    void impossibleDelaysAreRefused();
    void mosIsConversationalElseListening();
};

void RtcpFiguresTest::lossIsThatBetweenReports()
{
    QVERIFY(!after({}).lossPercent({}));
    QVERIFY(!after({ report(1000, 900) }).lossPercent({})); // all of it before the probe came, for all it knows
    QCOMPARE(after({ report(1000, 900), report(1250, 900) }).lossPercent({}), std::optional(0.0));
    QCOMPARE(after({ report(1000, 900), report(1250, 925) }).lossPercent({}), std::optional(10.0));
    QCOMPARE(after({ report(1000, 0), report(1250, 25), report(1500, 25) }).lossPercent({}), std::optional(5.0));
}

void RtcpFiguresTest::lossBeforeTheFirstReportCountsWithTheFirstNumber()
{
    const std::uint16_t first = 65'000;
    QCOMPARE(after({ report(65'099, 20, 0, 51) }).lossPercent(first), std::optional(20.0));
    QCOMPARE(after({ report(65'099, 20, 0, 51), report(65'199, 20) }).lossPercent(first), std::optional(10.0));
    QCOMPARE(after({ report(65'536 + 463, 500, 0, 128) }).lossPercent(first), std::optional(50.0));
    // The receiver had begun long before the probe: its count is about more than has come since.
    QCOMPARE(after({ report(65'099, 200), report(65'199, 250) }).lossPercent(first), std::optional(25.0));
    QCOMPARE(after({ report(65'099, 60, 0, 64), report(65'199, 60) }).lossPercent(first), std::optional(12.5));
    QCOMPARE(after({ report(64'000, 0), report(64'100, 0) }).lossPercent(first), std::optional(0.0));
    // 201 lost of 200 is within what the fraction's rounding allows, and no more than all of them.
    QCOMPARE(after({ report(65'199, 201, 0, 255) }).lossPercent(first), std::optional(100.0));
}

void RtcpFiguresTest::cumulativeLossThatFallsTakesBack() // late packets came, RFC 3550 6.4.1
{
    QCOMPARE(after({ report(100, 0), report(200, 10), report(300, 4) }).lossPercent({}), std::optional(2.0));
}

void RtcpFiguresTest::lossNeverIsNegative()
{
    QCOMPARE(after({ report(100, 0), report(200, -100), report(300, -200) }).lossPercent({}), std::optional(0.0));
}

void RtcpFiguresTest::countWrapsAt24Bits()
{
    QCOMPARE(after({ report(100, 8'388'600), report(200, -8'388'606) }).lossPercent({}), std::optional(10.0));
    QCOMPARE(after({ report(100, 0), report(200, 0), report(300, -1) }).lossPercent({}), std::optional(0.0));
}

void RtcpFiguresTest::sequenceWraps()
{
    QCOMPARE(after({ report(0xffffffce, 0), report(50, 5) }).lossPercent({}), std::optional(5.0));
}

void RtcpFiguresTest::restartOfTheReceiverMisleadsNothing()
{
    QCOMPARE(after({ report(100'000, 7), report(100'100, 7), report(1'000, 900), report(1'100, 910) }).lossPercent({}),
        std::optional(5.0));
    QCOMPARE(after({ report(1'000, 7), report(1'100, 7'000), report(1'200, 7'010) }).lossPercent({}),
        std::optional(10.0)); // more lost than was sent: another count began
}

void RtcpFiguresTest::reportThatWasOvertakenIsLeftOut()
{
    const RtcpFigures figures = after({ report(1000, 0), report(1500, 50), report(1250, 25), report(2000, 50) });
    QCOMPARE(figures.lossPercent({}), std::optional(5.0));
    QCOMPARE(figures.reports(), 4u);
}

void RtcpFiguresTest::reportOfNothingIsNoLoss() // FreeSWITCH before anything came: highest 0, lost 1
{
    const RtcpFigures figures = after({ report(0, 1), report(48'834, 1, 8), report(49'034, 1, 16) });
    QCOMPARE(figures.lossPercent({}), std::optional(0.0));
    QCOMPARE(figures.jitter(Hertz { 8000 }), std::optional(Milliseconds(1.5)));
    QCOMPARE(figures.reports(), 3u);
}

void RtcpFiguresTest::copiesOfAReportCountOnce()
{
    RtcpFigures figures;
    QVERIFY(figures.addReport(report(1000, 0), at(0)));
    QVERIFY(!figures.addReport(report(1000, 0), at(0.08)));
    QVERIFY(figures.addReport(report(1000, 0), at(5000))); // on hold: nothing came in between
    QCOMPARE(figures.reports(), 2u);
}

void RtcpFiguresTest::jitterIsInTheStreamsClock()
{
    const RtcpFigures figures = after({ report(100, 0, 80), report(200, 0, 240) });
    QCOMPARE(figures.jitter(Hertz { 8000 }), std::optional(Milliseconds(20)));
    QCOMPARE(figures.jitter(Hertz { 48000 })->count(), 1000.0 * 160 / 48000);
    QVERIFY(!figures.jitter(Hertz {}));
    QVERIFY(!after({}).jitter(Hertz { 8000 }));
}

void RtcpFiguresTest::loopLeavesOutTheReceiversDelay()
{
    RtcpFigures figures;
    QVERIFY(!figures.receiverLoop());
    figures.addReference(ntp(123'456), at(1000));
    QVERIFY(figures.addEcho(ntp(123'456), ntp(2000), at(3040)));
    QVERIFY(std::abs(figures.receiverLoop()->count() - 40) < 0.02); // 1/65536 s
    figures.addReference(ntp(128'456), at(6000));
    QVERIFY(figures.addEcho(ntp(128'456), ntp(500), at(6520)));
    QVERIFY(std::abs(figures.receiverLoop()->count() - 30) < 0.02);
    QVERIFY(figures.addEcho(ntp(999), ntp(500), at(6520))); // of a report that the probe did not see
    QVERIFY(figures.addEcho({}, {}, at(6520))); // of none
    QVERIFY(std::abs(figures.receiverLoop()->count() - 30) < 0.02);
}

void RtcpFiguresTest::loopTakesTheFirstCopyOfASenderReport()
{
    RtcpFigures figures;
    figures.addReference(ntp(5000), at(0));
    figures.addReference(ntp(5000), at(1));
    figures.addEcho(ntp(5000), ntp(100), at(120));
    QVERIFY(std::abs(figures.receiverLoop()->count() - 20) < 0.02);
    for (int copy = 0; copy < 10; ++copy) // take no other report's place
        figures.addReference(ntp(5300), at(300 + copy));
    figures.addEcho(ntp(5000), ntp(300), at(340));
    QVERIFY(std::abs(figures.newestLoop()->count() - 40) < 0.02);
}

void RtcpFiguresTest::echoOfTheReportBeforeIsKnown()
{
    RtcpFigures figures;
    figures.addReference(ntp(5000), at(0));
    figures.addReference(ntp(5300), at(300));
    figures.addEcho(ntp(5000), ntp(200), at(310));
    QVERIFY(std::abs(figures.receiverLoop()->count() - 110) < 0.02);
}

void RtcpFiguresTest::impossibleDelaysAreRefused()
{
    RtcpFigures figures;
    figures.addReference(ntp(5000), at(0));
    QVERIFY(!figures.addEcho(ntp(5000), ntp(200), at(100))); // sent before it came
    QVERIFY(!figures.addEcho(ntp(5000), ntp(0), at(20'000)));
    QVERIFY(!figures.receiverLoop());
    QVERIFY(figures.addEcho(ntp(5000), ntp(105), at(100))); // a timer's tick: no way at all
    QCOMPARE(figures.receiverLoop(), std::optional(Milliseconds(0)));
}

void RtcpFiguresTest::mosIsConversationalElseListening() // RFC 3611 4.7.5: 10 to 50, 127 unavailable
{
    RtcpFigures figures;
    QVERIFY(!figures.voipMetrics());
    XrVoipMetrics metrics;
    metrics.mosListening = 41;
    metrics.mosConversational = 37;
    figures.addVoipMetrics(metrics);
    QCOMPARE(mosOf(*figures.voipMetrics()), std::optional(3.7));
    metrics.mosConversational = 127;
    figures.addVoipMetrics(metrics);
    QCOMPARE(mosOf(*figures.voipMetrics()), std::optional(4.1));
    metrics.mosListening = 0;
    figures.addVoipMetrics(metrics);
    QVERIFY(!mosOf(*figures.voipMetrics()));
}

QTEST_APPLESS_MAIN(RtcpFiguresTest)
#include "tst_rtcp_figures.moc"
