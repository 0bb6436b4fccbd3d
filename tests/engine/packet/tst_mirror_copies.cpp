#include "engine/packet/mirror_copies.h"
#include "tests/engine/packet/frame_text.h"

#include <QTest>

using namespace callmon;
using namespace frame_text;
using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t ethernetType = 1;
constexpr Timestamp start { 1'700'000'000s };

// RFC 791, RFC 768, RFC 3550 5.1, RFC 8200 as drawn; what a row changes is a field of its own.
struct Packet {
    const char* type = "0800";
    const char* identification = "1234";
    const char* flags = "4000";
    const char* hops = "40";
    const char* trafficClass = "00";
    const char* protocol = "11";
    const char* source = "c0000201";
    const char* destination = "c6336402";
    QByteArray payload; // of IP
};

QByteArray udpOf(const QByteArray& payload, std::size_t from = 4000, std::size_t to = 5000)
{
    return big16(from) + big16(to) + big16(8 + sizeOf(payload)) + hex("0000") + payload;
}

QByteArray rtp(const char* sequence = "0001", char speech = 'd', const char* ssrc = "cafebabe")
{
    return hex("8008") + hex(sequence) + hex("00000100") + hex(ssrc) + QByteArray(160, speech);
}

QByteArray sip(const char* branch = "z9hG4bK1")
{
    return QByteArray("INVITE sip:+4930123456789@gateway-1.example.com:5060;user=phone SIP/2.0\r\n"
                      "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=")
        + branch + "\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\n\r\n";
}

QByteArray ipv4Of(const Packet& packet)
{
    return hex("45") + hex(packet.trafficClass) + big16(20 + sizeOf(packet.payload)) + hex(packet.identification)
        + hex(packet.flags) + hex(packet.hops) + hex(packet.protocol) + hex("0000") + hex(packet.source)
        + hex(packet.destination) + packet.payload;
}

QByteArray onWire(const Packet& packet)
{
    return ethernet(packet.type, ipv4Of(packet));
}

// RFC 9293 3.1, with timestamps (RFC 7323 3).
QByteArray tcpOf(const char* sequence, const char* time, const QByteArray& data)
{
    return big16(40'000) + big16(5060) + hex(sequence) + hex("00000001 8018 ffff 0000 0000 0101080a") + hex(time)
        + hex("00000007") + data;
}

class Mirror {
public:
    // As the capture core does it, a frame at a time.
    bool sees(const QByteArray& frame, std::chrono::nanoseconds after, std::uint16_t linkType = ethernetType)
    {
        const FrameClass found = m_classifier.classify(linkType, bytes(frame));
        if (found.kind == FrameKind::Drop)
            qFatal("%s", counterName(found.reason));
        return m_copies.isCopy(m_copies.packetOf(bytes(frame), found), start + after);
    }

private:
    FrameClassifier m_classifier { std::array<std::uint16_t, 1> { 5060 } };
    MirrorCopies m_copies { 1 };
};

}

class TestMirrorCopies : public QObject {
    Q_OBJECT
private slots:
    void whatAHopChangesMakesNoOtherPacket_data();
    void whatAHopChangesMakesNoOtherPacket();
    void whatASenderChangesMakesAnother_data();
    void whatASenderChangesMakesAnother();
    void aRepetitionIsACopyWithinItsTimeOnly_data();
    void aRepetitionIsACopyWithinItsTimeOnly();
    void aCopyMayBeAheadInTheFile();
    void everyCopyIsTold();
    void aShorterCaptureOfAPacketIsNoCopy();
    void differentPacketsAreNotTakenForCopies();
};

void TestMirrorCopies::whatAHopChangesMakesNoOtherPacket_data()
{
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("second");
    QTest::addColumn<int>("linkType"); // of the second
    const Packet media { .payload = udpOf(rtp()) };
    const auto row = [&](const char* name, const QByteArray& second, int linkType = ethernetType) {
        QTest::newRow(name) << onWire(media) << second << linkType;
    };
    row("as it is", onWire(media));
    row("one hop less to live, and another traffic class",
        ethernet("0800", ipv4Of({ .hops = "3f", .trafficClass = "b8", .payload = media.payload })));
    row("other MAC addresses", hex("0600 00000001 0600 00000002 0800") + ipv4Of(media));
    row("tagged", ethernet("8100", hex("0007 0800") + ipv4Of(media)));
    row("tagged twice", ethernet("88a8", hex("0003 8100 0007 0800") + ipv4Of(media)));
    row("MPLS (RFC 3032)", ethernet("8847", hex("00010140") + ipv4Of(media)));
    row("GRE (RFC 2784)",
        ethernet("0800",
            ipv4Of({ .identification = "7777", .protocol = "2f", .payload = hex("00000800") + ipv4Of(media) })));
    row("VXLAN (RFC 7348)",
        ethernet("0800", ipv4(udpTo(4789, hex("0800000000000100") + ethernet("0800", ipv4Of(media))))));
    row("raw IP", ipv4Of(media), 101);
    row("padded", onWire(media) + QByteArray(6, '\0'));

    const auto pair = [](const char* name, const Packet& packet) {
        Packet later = packet;
        later.hops = "3f";
        QTest::newRow(name) << onWire(packet) << ethernet("8100", hex("0007 0800") + ipv4Of(later))
                            << int(ethernetType);
    };
    pair("SIP", { .payload = udpOf(sip(), 5060, 5060) });
    pair("RTCP (RFC 3550 6.4.2)", { .payload = udpOf(hex("80c90001 cafebabe")) });
    pair("TCP", { .protocol = "06", .payload = tcpOf("00000001", "00000005", sip()) });
    pair("a fragment", { .flags = "2000", .payload = udpOf(sip(), 5060, 5060).first(64) });
    pair("SCTP (RFC 9260 3.1)", { .protocol = "84", .payload = hex("13c4 13c4 00000001 12345678 00030014") });
    QTest::newRow("IPv6, one hop less") << ethernet("86dd", ipv6(udpOf(rtp())))
                                        << ethernet("86dd", ipv6(udpOf(rtp())).replace(7, 1, hex("3f")))
                                        << int(ethernetType);
}

void TestMirrorCopies::whatAHopChangesMakesNoOtherPacket()
{
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, second);
    QFETCH(int, linkType);
    Mirror mirror;
    QVERIFY(!mirror.sees(first, 0ns));
    QVERIFY(mirror.sees(second, 80us, static_cast<std::uint16_t>(linkType)));
}

void TestMirrorCopies::whatASenderChangesMakesAnother_data()
{
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("second");
    const Packet media { .payload = udpOf(rtp()) };
    const auto row = [](const char* name, const Packet& first, const Packet& second) {
        QTest::newRow(name) << onWire(first) << onWire(second);
    };
    row("its identification", media, { .identification = "1235", .payload = media.payload });
    row("its source", media, { .source = "c0000203", .payload = media.payload });
    row("its destination", media, { .destination = "c6336403", .payload = media.payload });
    row("its source port", media, { .payload = udpOf(rtp(), 4002) });
    row("its destination port", media, { .payload = udpOf(rtp(), 4000, 5002) });
    row("RTP sequence, without identification", { .identification = "0000", .payload = udpOf(rtp()) },
        { .identification = "0000", .payload = udpOf(rtp("0002")) });
    row("RTP source", media, { .payload = udpOf(rtp("0001", 'd', "cafebabf")) });
    row("size", media, { .payload = udpOf(rtp() + "d") });
    // Calls to one number at one moment: all but the branch is equal, and sizes are.
    row("SIP branch, without identification", { .identification = "0000", .payload = udpOf(sip("z9hG4bK1"), 5060) },
        { .identification = "0000", .payload = udpOf(sip("z9hG4bK2"), 5060) });
    row("SIP sent again", { .payload = udpOf(sip(), 5060) },
        { .identification = "1235", .payload = udpOf(sip(), 5060) });
    const auto segment = [](const char* identification, const char* sequence, const char* time) {
        return Packet {
            .identification = identification, .protocol = "06", .payload = tcpOf(sequence, time, QByteArray(1000, 'x'))
        };
    };
    row("TCP sequence", segment("0000", "00000001", "00000005"), segment("0000", "000003e9", "00000005"));
    row("TCP sent again", segment("0000", "00000001", "00000005"), segment("0000", "00000001", "00000006"));
    row("fragment's place", { .flags = "2001", .payload = QByteArray(64, 'x') },
        { .flags = "2009", .payload = QByteArray(64, 'x') });
    QTest::newRow("its IPv6 source") << ethernet("86dd", ipv6(udpOf(rtp())))
                                     << ethernet("86dd", ipv6(udpOf(rtp())).replace(23, 1, hex("09")));
    QTest::newRow("IPv6 fragment's place (RFC 8200 4.5)")
        << ethernet("86dd", ipv6(hex("11 00 0001 00000009") + QByteArray(64, 'x'), "2c"))
        << ethernet("86dd", ipv6(hex("11 00 0041 00000009") + QByteArray(64, 'x'), "2c"));
}

void TestMirrorCopies::whatASenderChangesMakesAnother()
{
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, second);
    Mirror mirror;
    QVERIFY(!mirror.sees(first, 0ns));
    QVERIFY(!mirror.sees(second, 80us));
}

void TestMirrorCopies::aRepetitionIsACopyWithinItsTimeOnly_data()
{
    QTest::addColumn<QByteArray>("frame");
    QTest::addColumn<qint64>("withinUs");
    QTest::newRow("with an identification") << onWire({ .payload = udpOf(sip(), 5060) }) << qint64(20'000);
    QTest::newRow("without") << onWire({ .identification = "0000", .payload = udpOf(sip(), 5060) }) << qint64(2'000);
    QTest::newRow("SIP over IPv6") << ethernet("86dd", ipv6(udpOf(sip(), 5060))) << qint64(2'000);
    QTest::newRow("RTP without") << onWire({ .identification = "0000", .payload = udpOf(rtp()) }) << qint64(20'000);
    QTest::newRow("RTP over IPv6") << ethernet("86dd", ipv6(udpOf(rtp()))) << qint64(20'000);
    QTest::newRow("RTCP without") << onWire({ .identification = "0000", .payload = udpOf(hex("80c90001 cafebabe")) })
                                  << qint64(2'000);
}

void TestMirrorCopies::aRepetitionIsACopyWithinItsTimeOnly()
{
    QFETCH(QByteArray, frame);
    QFETCH(qint64, withinUs);
    constexpr std::chrono::microseconds coarse { 140 }; // times are kept in units of 65.5 us
    const std::chrono::microseconds within(withinUs);
    Mirror mirror;
    QVERIFY(!mirror.sees(frame, 0ns));
    QVERIFY(mirror.sees(frame, within - coarse));
    QVERIFY(!mirror.sees(frame, within + coarse)); // of the first, not of the copy
    QVERIFY(!mirror.sees(frame, 500ms)); // T1 of SIP (RFC 3261 17.1.1.1)
}

void TestMirrorCopies::aCopyMayBeAheadInTheFile()
{
    const QByteArray frame = onWire({ .payload = udpOf(rtp()) });
    Mirror mirror;
    QVERIFY(!mirror.sees(frame, 0ns));
    QVERIFY(mirror.sees(frame, -80us));
    QVERIFY(!mirror.sees(frame, -30ms));
}

void TestMirrorCopies::everyCopyIsTold()
{
    const QByteArray frame = onWire({ .payload = udpOf(rtp()) });
    Mirror mirror;
    QVERIFY(!mirror.sees(frame, 0ns));
    for (int i = 1; i <= 9; ++i)
        QVERIFY(mirror.sees(frame, i * 1us));
}

void TestMirrorCopies::aShorterCaptureOfAPacketIsNoCopy()
{
    const QByteArray whole = onWire({ .payload = udpOf(rtp()) });
    Mirror mirror;
    QVERIFY(!mirror.sees(whole.first(96), 0ns)); // a truncating mirror , as ERSPAN can be
    QVERIFY(!mirror.sees(whole, 1us));
    QVERIFY(mirror.sees(whole.first(96), 2us));
}

// 100,000 packets of 20 ms, 5 million a second: three of a bucket's eight are in use, and none is found by chance.
void TestMirrorCopies::differentPacketsAreNotTakenForCopies()
{
    Mirror mirror;
    Packet packet { .payload = udpOf(rtp()) };
    constexpr qsizetype ssrcAt = 14 + 20 + 8 + 8;
    QByteArray frame = onWire(packet);
    int missed = 0;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        std::memcpy(frame.data() + ssrcAt, &i, sizeof i);
        QVERIFY(!mirror.sees(frame, i * 200ns));
    }
    for (std::uint32_t i = 99'000; i < 100'000; ++i) { // copies 80 to 280 us later
        std::memcpy(frame.data() + ssrcAt, &i, sizeof i);
        missed += !mirror.sees(frame, 20ms + 80us);
    }
    QCOMPARE(missed, 0);
}

QTEST_APPLESS_MAIN(TestMirrorCopies)
#include "tst_mirror_copies.moc"
