// The blocks of RFC 2198, by the packet that RFC 4733 prints, and what is none.
#include "shared/base/rtp_redundancy.h"

#include <QTest>

using namespace callmon;

namespace {

Bytes bytesOf(const QByteArray& text)
{
    return std::as_bytes(std::span(text.data(), static_cast<std::size_t>(text.size())));
}

}

class RtpRedundancyTest : public QObject {
    Q_OBJECT

private slots:
    // RFC 2833 3.14: the last digit of "911"; the first began 11,200 ticks before, the second 4,800.
    void examplesBlocksAreRead()
    {
        const QByteArray packet = QByteArray::fromHex("e1af0004"
                                                      "e14b0004"
                                                      "61"
                                                      "09870640"
                                                      "018a07d0"
                                                      "01140190");
        const auto blocks = parseRedundancy(bytesOf(packet));
        QVERIFY(blocks);
        QCOMPARE(blocks->redundant().size(), std::size_t { 2 });
        QCOMPARE(blocks->redundant()[0].behind, std::uint16_t { 11'200 });
        QCOMPARE(blocks->redundant()[1].behind, std::uint16_t { 4'800 });
        QCOMPARE(blocks->redundant()[0].payload.front(), std::byte { 9 });
        QCOMPARE(blocks->redundant()[1].payload.size(), std::size_t { 4 });
        QCOMPARE(blocks->primary().payloadType, std::uint8_t { 97 });
        QCOMPARE(blocks->primary().payload.size(), std::size_t { 4 });
        QCOMPARE(blocks->primary().payload.back(), std::byte { 0x90 });
    }

    void oldestComesFirstHoweverTheyAreWritten()
    {
        const auto packet = QByteArray::fromHex("80028001"
                                                "80050001"
                                                "00"
                                                "aa"
                                                "bb"
                                                "cc"); // 160 and 320 behind
        const auto blocks = parseRedundancy(bytesOf(packet));
        QVERIFY(blocks);
        QCOMPARE(blocks->redundant()[0].payload.front(), std::byte { 0xbb });
        QCOMPARE(blocks->redundant()[1].payload.front(), std::byte { 0xaa });
        QCOMPARE(blocks->primary().payload.front(), std::byte { 0xcc });
    }

    void whatContradictsItsSizeIsNone_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<bool>("cutShort"); // it is read, when the capture cut it
        QTest::newRow("nothing") << QByteArray() << false;
        QTest::newRow("no primary's header") << QByteArray::fromHex("e1af0004") << false;
        QTest::newRow("a header cut") << QByteArray::fromHex("e1af00") << false;
        QTest::newRow("a block past the end") << QByteArray::fromHex("e1af000461098706") << true;
        QTest::newRow("17 blocks") << QByteArray::fromHex("e1000000").repeated(16) + '\x61' << false;
        QTest::newRow("headers without end") << QByteArray(1500, '\xff') << false;
    }
    void whatContradictsItsSizeIsNone()
    {
        QFETCH(QByteArray, payload);
        QFETCH(bool, cutShort);
        QVERIFY(!parseRedundancy(bytesOf(payload)));
        QCOMPARE(parseRedundancy(bytesOf(payload), Stored::CutShort).has_value(), cutShort);
    }

    void sixteenBlocksAreFollowed()
    {
        const QByteArray payload = QByteArray::fromHex("e1000000").repeated(15) + "\x61";
        const auto blocks = parseRedundancy(bytesOf(payload));
        QVERIFY(blocks && blocks->redundant().size() == 15 && blocks->primary().payload.empty());
    }
};

QTEST_APPLESS_MAIN(RtpRedundancyTest)
#include "tst_rtp_redundancy.moc"
