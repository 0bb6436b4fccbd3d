#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/media/rtp_packet.h"

using namespace callmon;

namespace {

Bytes asBytes(const QByteArray& bytes)
{
    return std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

}

class RtpPacketTest : public QObject {
    Q_OBJECT

private slots:
    void plainHeadersReadAsAnyOther();
    void toldFromRtcpByTheSecondByte();
    void cutCapturesKeepTheirPacket();
    void everyTruncationIsSafe();
};

// RFC 5761 4: RTCP packet types 192 to 223 are RTP payload types 64 to 95 with the marker, which RTP must not use then.
void RtpPacketTest::toldFromRtcpByTheSecondByte()
{
    for (int second = 0; second < 256; ++second) {
        QByteArray bytes(20, '\0');
        bytes[0] = static_cast<char>(0x80);
        bytes[1] = static_cast<char>(second);
        const bool rtcp = second >= 192 && second <= 223;
        QCOMPARE(looksLikeRtcp(asBytes(bytes)), rtcp);
        QCOMPARE(looksLikeRtp(asBytes(bytes)), !rtcp);
        QCOMPARE(parseRtp(asBytes(bytes), 20).has_value(), !rtcp);
    }
    QVERIFY(!looksLikeRtp(asBytes(QByteArray(20, '\x40')))); // version 1
    QVERIFY(!looksLikeRtp(asBytes(QByteArray(11, static_cast<char>(0x80)))));
}

void RtpPacketTest::cutCapturesKeepTheirPacket()
{
    QByteArray bytes(40, '\0');
    bytes[0] = static_cast<char>(0xa0); // padding, whose count lies in the last byte
    bytes[39] = '\x04';
    QCOMPARE(parseRtp(asBytes(bytes), 40)->payload.size(), std::size_t { 24 });
    bytes.chop(10); // snapped: what is last now is no count
    QVERIFY(!parseRtp(asBytes(bytes), 30));
    QCOMPARE(parseRtp(asBytes(bytes), 40)->payload.size(), std::size_t { 18 });
}

void RtpPacketTest::everyTruncationIsSafe()
{
    QByteArray bytes(64, '\x01');
    bytes[0] = static_cast<char>(0xbf); // padding, extension, 15 contributing sources
    for (qsizetype size = 0; size <= bytes.size(); ++size)
        parseRtp(asBytes(bytes.first(size)), 64);
}

void RtpPacketTest::plainHeadersReadAsAnyOther()
{
    std::uint32_t random = 3;
    for (int i = 0; i < 200; ++i) {
        std::array<std::byte, 20> bytes;
        for (std::byte& byte : bytes)
            byte = static_cast<std::byte>((random = random * 1664525 + 1013904223) >> 24);
        bytes[0] = std::byte { 0x80 };
        if (looksLikeRtcp(bytes))
            continue;
        const auto plain = parseRtp(bytes, bytes.size());
        const auto slow = parseRtpHeader(bytes);
        QVERIFY(plain && slow);
        QCOMPARE(plain->marker, slow->marker);
        QCOMPARE(plain->payloadType, slow->payloadType);
        QCOMPARE(plain->sequence, slow->sequence);
        QCOMPARE(plain->sent.count, slow->sent.count);
        QCOMPARE(plain->ssrc.value, slow->ssrc.value);
        QCOMPARE(plain->payload.size(), slow->payload.size());
        QVERIFY(plain->payload.data() == slow->payload.data());
    }
}

QTEST_APPLESS_MAIN(RtpPacketTest)
#include "tst_rtp_packet.moc"
