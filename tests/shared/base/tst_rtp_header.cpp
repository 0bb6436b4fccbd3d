#include <QTest>

#include "shared/base/rtp_header.h"

using namespace callmon;

class RtpHeaderTest : public QObject {
    Q_OBJECT

private slots:
    void fieldsAreReadWhereRfc3550PutsThem();
    void sourcesExtensionAndPaddingAreNoPayload();
    void paddingOfACutPacketIsUnknown();
    void nothingThatReachesPastTheEndIsRtp_data();
    void nothingThatReachesPastTheEndIsRtp();
};

static Bytes bytesOf(const QByteArray& array)
{
    return std::as_bytes(std::span(array.constData(), static_cast<std::size_t>(array.size())));
}

static std::string textOf(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
}

void RtpHeaderTest::fieldsAreReadWhereRfc3550PutsThem()
{
    const QByteArray datagram = QByteArray::fromHex("80880102 03040506 0708090a") + "abc";
    const auto header = parseRtpHeader(bytesOf(datagram));
    QVERIFY(header);
    QVERIFY(header->marker);
    QCOMPARE(int(header->payloadType), 8);
    QCOMPARE(int(header->sequence), 0x0102);
    QCOMPARE(header->sent.count, 0x03040506u);
    QCOMPARE(header->ssrc.value, 0x0708090au);
    QCOMPARE(textOf(header->payload), std::string("abc"));
}

void RtpHeaderTest::sourcesExtensionAndPaddingAreNoPayload()
{
    // V=2 P X CC=2, then two CSRCs, an extension of one word, "abc", three bytes of padding
    const QByteArray datagram = QByteArray::fromHex("b2000001 00000000 00000001 11111111 22222222 bede0001 33333333")
        + "abc" + QByteArray::fromHex("000003");
    const auto header = parseRtpHeader(bytesOf(datagram));
    QVERIFY(header);
    QCOMPARE(textOf(header->payload), std::string("abc"));
}

void RtpHeaderTest::paddingOfACutPacketIsUnknown()
{
    const QByteArray datagram = QByteArray::fromHex("a0000001 00000000 00000001") + "abc";
    QVERIFY(!parseRtpHeader(bytesOf(datagram)));
    const auto header = parseRtpHeader(bytesOf(datagram), Stored::CutShort);
    QVERIFY(header);
    QCOMPARE(textOf(header->payload), std::string("abc"));
}

void RtpHeaderTest::nothingThatReachesPastTheEndIsRtp_data()
{
    QTest::addColumn<QByteArray>("datagram");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("eleven bytes") << QByteArray::fromHex("8000000100000000000000");
    QTest::newRow("version 1") << QByteArray::fromHex("400000010000000000000001");
    QTest::newRow("more sources than bytes") << QByteArray::fromHex("8f0000010000000000000001");
    QTest::newRow("extension without length") << QByteArray::fromHex("900000010000000000000001bede");
    QTest::newRow("extension past the end") << QByteArray::fromHex("900000010000000000000001bedeffff00000000");
    QTest::newRow("padding of nothing") << QByteArray::fromHex("a00000010000000000000001");
    QTest::newRow("padding count zero") << QByteArray::fromHex("a0000001000000000000000100");
    QTest::newRow("padding past the header") << QByteArray::fromHex("a000000100000000000000010003");
}

void RtpHeaderTest::nothingThatReachesPastTheEndIsRtp()
{
    QFETCH(QByteArray, datagram);
    QVERIFY(!parseRtpHeader(bytesOf(datagram)));
}

QTEST_APPLESS_MAIN(RtpHeaderTest)
#include "tst_rtp_header.moc"
