// RFC 3611, section by section.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/media/rtcp_xr.h"
#include "tests/engine/media/rtcp_text.h"

using namespace callmon;

namespace {

QByteArray g_kept;

// The only block of an extended report that holds it.
XrBlock blockOf(const QByteArray& block)
{
    g_kept = fromHex("80cf0000 55667788") + block;
    g_kept[3] = static_cast<char>(g_kept.size() / 4 - 1);
    RtcpParts parts(asBytes(g_kept));
    XrBlocks blocks(*parts.next());
    return blocks.next().value_or(XrBlock {});
}

}

class RtcpXrTest : public QObject {
    Q_OBJECT

private slots:
    void blocksFollowOneAnother();
    void blockThatReachesPastThePacketEndsIt();
    void referenceTimesAndTheirEchoes();
    void voipMetricsAreReadWhole();
    void everyTruncationIsSafe();
};

void RtcpXrTest::blocksFollowOneAnother() // 3: of any type, unknown ones too
{
    const QByteArray bytes = fromHex("80cf0006 55667788 ff000001 00000000 04000002 b44db705 20000000");
    RtcpParts parts(asBytes(bytes));
    XrBlocks blocks(*parts.next());
    QCOMPARE(blocks.author().value, 0x55667788u);
    QCOMPARE(static_cast<int>(blocks.next()->type), 255);
    const auto reference = blocks.next();
    QVERIFY(reference && !blocks.next());
    QCOMPARE(readReferenceTime(*reference)->units, 0xb7052000u);
}

void RtcpXrTest::blockThatReachesPastThePacketEndsIt()
{
    const QByteArray bytes = fromHex("80cf0003 55667788 04000002 b44db705");
    RtcpParts parts(asBytes(bytes));
    XrBlocks blocks(*parts.next());
    QVERIFY(!blocks.next());
    QVERIFY(!blocks.next());
}

void RtcpXrTest::referenceTimesAndTheirEchoes() // 4.4, 4.5
{
    QVERIFY(!readReferenceTime(blockOf(fromHex("04000001 b44db705"))));
    XrEchoes echoes(blockOf(fromHex("05000006 11223344 b7052000 00054000 55667788 00000000 00000000")));
    const auto first = echoes.next();
    QVERIFY(first);
    QCOMPARE(first->receiver.value, 0x11223344u);
    QCOMPARE(first->lastReference.units, 0xb7052000u);
    QCOMPARE(durationOf(first->delay).count(), 5250.0);
    QCOMPARE(echoes.next()->lastReference.units, 0u);
    QVERIFY(!echoes.next());
    XrEchoes none(blockOf(fromHex("04000002 b44db705 20000000")));
    QVERIFY(!none.next());
}

void RtcpXrTest::voipMetricsAreReadWhole() // 4.7
{
    const auto m = readVoipMetrics(blockOf(
        fromHex("07000008 11223344 0d 05 40 02 00c8 1388 0064 0032 ec c4 37 10 4e 7f 29 25 b9 00 0028 003c 0078")));
    QVERIFY(m);
    QCOMPARE(m->source.value, 0x11223344u);
    QCOMPARE(int(m->lossShare), 13);
    QCOMPARE(int(m->discardShare), 5);
    QCOMPARE(int(m->burstDensity), 64);
    QCOMPARE(int(m->gapDensity), 2);
    QCOMPARE(int(m->burstMs), 200);
    QCOMPARE(int(m->gapMs), 5000);
    QCOMPARE(int(m->roundTripMs), 100);
    QCOMPARE(int(m->endSystemMs), 50);
    QCOMPARE(int(m->signalLevel), -20);
    QCOMPARE(int(m->noiseLevel), -60);
    QCOMPARE(int(m->echoReturnLoss), 55);
    QCOMPARE(int(m->gapThreshold), 16);
    QCOMPARE(int(m->rFactor), 78);
    QCOMPARE(int(m->externalRFactor), 127);
    QCOMPARE(int(m->mosListening), 41);
    QCOMPARE(int(m->mosConversational), 37);
    QCOMPARE(int(m->receiverConfiguration), 0xb9);
    QCOMPARE(int(m->bufferNominalMs), 40);
    QCOMPARE(int(m->bufferMaximumMs), 60);
    QCOMPARE(int(m->bufferLimitMs), 120);
    // What tshark 4.0 makes of it: Gmin 12, external R 84, buffer nominal 40, maximum 80, absolute maximum 300.
    const auto limits = readVoipMetrics(blockOf(
        fromHex("07000008 11223344 0d 05 40 02 00c8 1388 0064 0032 ec c4 37 0c 4e 54 29 25 b9 00 0028 0050 012c")));
    QVERIFY(limits);
    QCOMPARE(int(limits->gapThreshold), 12);
    QCOMPARE(int(limits->externalRFactor), 84);
    QCOMPARE(int(limits->bufferNominalMs), 40);
    QCOMPARE(int(limits->bufferMaximumMs), 80);
    QCOMPARE(int(limits->bufferLimitMs), 300);
    QVERIFY(!readVoipMetrics(blockOf(fromHex("07000001 11223344"))));
}

void RtcpXrTest::everyTruncationIsSafe()
{
    const QByteArray block = fromHex("05000006 11223344 b7052000 00054000 55667788 00000000 00000000");
    for (qsizetype size = 4; size <= block.size(); size += 4) {
        QByteArray cut = block.first(size);
        cut[3] = static_cast<char>(size / 4 - 1);
        XrEchoes echoes(blockOf(cut));
        int whole = 0;
        while (echoes.next())
            ++whole;
        QCOMPARE(whole, (size - 4) / 12);
    }
}

QTEST_APPLESS_MAIN(RtcpXrTest)
#include "tst_rtcp_xr.moc"
