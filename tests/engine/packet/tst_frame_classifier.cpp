#include "engine/packet/frame_classifier.h"
#include "engine/packet/ip_packet.h"
#include "tests/engine/packet/frame_text.h"
#include "tests/engine/packet/packet_decoder.h"

#include <QTest>

#include <memory>

using namespace callmon;
using namespace frame_text;

namespace {

constexpr std::uint16_t ethernetType = 1;
const QByteArray payload = "OPTIONS sip:a";

QByteArray text(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()) };
}

std::optional<Datagram> decode(PacketDecoder& decoder, int linkType, const QByteArray& frame)
{
    return decoder.decode(static_cast<std::uint16_t>(linkType), bytes(frame), Timestamp {}, Nanoseconds {});
}

// The datagram's payload lies in the frame.
std::optional<Datagram> decode(PacketDecoder&, int, QByteArray&&) = delete;

const char* onlyReason(const PacketDecoder& decoder)
{
    const char* name = "none";
    for (std::size_t i = 0; i < dropReasons; ++i)
        if (decoder.count(static_cast<DropReason>(i)) == 1)
            name = counterName(static_cast<DropReason>(i));
    return name;
}

// RFC 9293 3.1, without options.
QByteArray tcp(std::size_t from, std::size_t to, const QByteArray& data)
{
    return big16(from) + big16(to) + hex("00000001 00000001 5018 ffff 0000 0000") + data;
}

// RFC 768, with the ports wanted.
QByteArray udpPorts(std::size_t from, std::size_t to, const QByteArray& data)
{
    return big16(from) + big16(to) + big16(8 + sizeOf(data)) + hex("0000") + data;
}

QByteArray rtp(qsizetype size = 172)
{
    return hex("80 08 0001 00000000 cafebabe").leftJustified(size, 'd');
}

QByteArray described(const FrameClass& found)
{
    switch (found.kind) {
    case FrameKind::Media:
        return "media";
    case FrameKind::Signalling:
        return "signalling";
    case FrameKind::Piece:
        return "piece";
    case FrameKind::Drop:
        break;
    }
    return counterName(found.reason);
}

}

class TestFrameClassifier : public QObject {
    Q_OBJECT
private slots:
    void findsTheDatagramBehindEveryLinkLayer_data();
    void findsTheDatagramBehindEveryLinkLayer();
    void findsTheInnermostDatagramOfEveryTunnel_data();
    void findsTheInnermostDatagramOfEveryTunnel();
    void skinnyIsLookedForOnItsPortsOnly();
    void aConnectionThatSaysSipIsReadOnAnyPort_data();
    void aConnectionThatSaysSipIsReadOnAnyPort();
    void thousandsOfConnectionsAreRemembered();
    void mediaOnATunnelsPortAreMedia_data();
    void mediaOnATunnelsPortAreMedia();
    void readsIpv6BehindItsExtensionHeaders_data();
    void readsIpv6BehindItsExtensionHeaders();
    void countsWhatIsNoDatagramUnderItsName_data();
    void countsWhatIsNoDatagramUnderItsName();
    void addressesPortsTimesAndSizesAreThePackets();
    void dscpIsThatOfTheInnermostHeader();
    void ethernetPaddingIsNotPayload();
    void aFragmentsPieceIsWithoutPadding();
    void bytesBehindTheUdpLengthAreNotPayload();
    void aCutPayloadIsWhatIsThereAndItsSizesAreTheWires();
    void noCutOfAFrameReadsPastItsEnd();
    void tellsWhatCanBeVoip_data();
    void tellsWhatCanBeVoip();
    void theShortWayFindsWhatTheCarefulOneDoes();
    void whatGoesToOneMediaAddressHasOneHash();
    void rtcpIsToldFromRtp();
    void mediaAddressesAreSpreadEvenly();
};

void TestFrameClassifier::findsTheDatagramBehindEveryLinkLayer_data()
{
    QTest::addColumn<int>("linkType");
    QTest::addColumn<QByteArray>("frame");
    const QByteArray v4 = ipv4(udp(payload));
    const QByteArray v6 = ipv6(udp(payload));
    QTest::newRow("Ethernet, IPv4") << 1 << ethernet("0800", v4);
    QTest::newRow("Ethernet, IPv6") << 1 << ethernet("86dd", v6);
    QTest::newRow("802.1Q") << 1 << ethernet("8100", hex("2064 0800") + v4);
    QTest::newRow("802.1ad over 802.1Q") << 1 << ethernet("88a8", hex("0064 8100 00c8 86dd") + v6);
    QTest::newRow("QinQ by 9100") << 1 << ethernet("9100", hex("0064 8100 00c8 0800") + v4);
    QTest::newRow("eight tags") << 1 << ethernet("8100", hex("00018100").repeated(7) + hex("0001 0800") + v4);
    QTest::newRow("raw IPv4") << 101 << v4;
    QTest::newRow("raw IPv6") << 101 << v6;
    QTest::newRow("LINKTYPE_IPV4") << 228 << v4;
    QTest::newRow("LINKTYPE_IPV6") << 229 << v6;
    QTest::newRow("BSD null, little-endian") << 0 << hex("02000000") + v4;
    QTest::newRow("BSD null, big-endian") << 0 << hex("00000002") + v4;
    QTest::newRow("BSD null, IPv6 on macOS") << 0 << hex("1e000000") + v6;
    QTest::newRow("OpenBSD loop") << 108 << hex("00000018") + v6;
    QTest::newRow("Linux cooked") << 113 << hex("0000 0001 0006 02000000000a0000 0800") + v4;
    QTest::newRow("Linux cooked, tagged") << 113 << hex("0000 0001 0006 02000000000a0000 8100 0064 86dd") + v6;
    QTest::newRow("Linux cooked v2") << 276 << hex("86dd 0000 00000003 0001 04 06 02000000000a0000") + v6;
    QTest::newRow("IPv4 with options") << 1
                                       << ethernet("0800", ipv4(udp(payload), "11", "4000", hex("94040000 01010100")));
    QTest::newRow("IPv4 whose length the card is to write")
        << 1 << ethernet("0800", ipv4(udp(payload)).replace(2, 2, hex("0000")));
    QTest::newRow("IPv4 with an authentication header")
        << 1 << ethernet("0800", ipv4(hex("11 04 0000 00000001 00000001") + QByteArray(12, 'i') + udp(payload), "33"));
}

void TestFrameClassifier::findsTheDatagramBehindEveryLinkLayer()
{
    QFETCH(int, linkType);
    QFETCH(QByteArray, frame);
    PacketDecoder decoder;
    const auto datagram = decode(decoder, linkType, frame);
    QVERIFY2(datagram, onlyReason(decoder));
    QCOMPARE(text(datagram->payload), payload);
    QCOMPARE(datagram->flow.src.port, 5060);
    QCOMPARE(datagram->flow.dst.port, 5062);
}

// Each header as its document draws it; see the steps for which.
void TestFrameClassifier::findsTheInnermostDatagramOfEveryTunnel_data()
{
    QTest::addColumn<QByteArray>("packet"); // IP, or a frame when that is what the name says
    QTest::addColumn<QByteArray>("encapsulation");
    const QByteArray v4 = ipv4(udp(payload));
    const QByteArray v6 = ipv6(udp(payload));
    const QByteArray frame = ethernet("0800", v4);
    const auto row = [](const char* name, const char* encapsulation, const QByteArray& packet) {
        QTest::newRow(name) << ethernet(packet[0] >> 4 == 6 ? "86dd" : "0800", packet) << QByteArray(encapsulation);
    };
    const auto frameRow = [](const char* name, const char* encapsulation, const QByteArray& whole) {
        QTest::newRow(name) << whole << QByteArray(encapsulation);
    };
    row("IPv4 in IPv4", "ipip", ipv4(v4, "04"));
    row("IPv6 in IPv4", "ipip", ipv4(v6, "29"));
    row("IPv4 in IPv6", "ipip", ipv6(v4, "04"));
    row("IPv6 in IPv6 behind options", "ipip", ipv6(hex("29 00 010400000000") + v6, "3c"));
    // RFC 4302 2.2: length in 4 bytes less two.
    row("authenticated (AH) IPv4 in IPv4", "ipip",
        ipv4(hex("04 04 0000 00000001 00000001") + QByteArray(12, 'i') + v4, "33"));
    row("three times", "ipip", ipv4(ipv6(ipv4(v6, "29"), "04"), "29"));

    row("GRE", "gre", ipv4(hex("0000 0800") + v4, "2f"));
    row("GRE with IPv6", "gre", ipv6(hex("0000 86dd") + v6, "2f"));
    row("GRE with checksum", "gre", ipv4(hex("8000 0800 abcd0000") + v4, "2f"));
    row("GRE with key", "gre", ipv4(hex("2000 0800 00000007") + v4, "2f"));
    row("GRE with all three", "gre", ipv4(hex("b000 0800 abcd0000 00000007 00000001") + v4, "2f"));
    row("GRE with a frame", "gre", ipv4(hex("0000 6558") + frame, "2f"));
    row("GRE with MPLS", "gre", ipv4(hex("0000 8847 00064140") + v4, "2f"));
    row("PPTP", "gre", ipv4(hex("3081 880b 00000007 00000001 00000000 ff03 0021") + v4, "2f"));
    row("PPTP, protocol in one byte", "gre", ipv4(hex("2001 880b 00000007 21") + v4, "2f"));
    row("ERSPAN I", "erspan", ipv4(hex("0000 88be") + frame, "2f"));
    row("ERSPAN II", "erspan", ipv4(hex("1000 88be 00000001 10010001 00000002") + frame, "2f"));
    row("ERSPAN III", "erspan", ipv4(hex("1000 22eb 00000001 20010001 11223344 00000000") + frame, "2f"));
    row("ERSPAN III with subheader", "erspan",
        ipv4(hex("1000 22eb 00000001 20010001 11223344 00000001 1122334455667788") + frame, "2f"));
    row("ERSPAN III with an IP packet", "erspan",
        ipv4(hex("1000 22eb 00000001 20010001 11223344 00000800") + v6, "2f"));

    frameRow("MPLS", "mpls", ethernet("8847", hex("00064140") + v4));
    frameRow("MPLS, three labels, IPv6", "mpls", ethernet("8847", hex("00064040 0006503f 00000140") + v6));
    frameRow("MPLS behind a tag", "mpls", ethernet("8100", hex("0064 8847 00064140") + v4));
    frameRow("MPLS, multicast", "mpls", ethernet("8848", hex("00064140") + v4));
    frameRow("pseudowire with control word", "mpls", ethernet("8847", hex("00064140 00000001") + frame));
    frameRow("pseudowire without", "mpls", ethernet("8847", hex("00064140") + frame));
    frameRow("pseudowire to an address that begins like IPv4", "mpls",
        ethernet("8847", hex("00064140 400000000001 02000000000b 8100 0001 0800") + v4));
    frameRow("pseudowire to an address that begins like a longer IPv4 header", "mpls",
        ethernet("8847", hex("00064140 485b39000001 02000000000b 0800") + v4));
    frameRow("pseudowire to an address that begins like IPv6", "mpls",
        ethernet("8847", hex("00064140 600000000001 02000000000b 86dd") + v6));
    frameRow("IPv6 from an address that reads like a frame's type", "mpls",
        ethernet("8847", hex("00064140") + v6.left(12) + hex("0800") + v6.mid(14)));
    row("MPLS in IP", "mpls", ipv4(hex("00064140") + v4, "89"));
    row("MPLS in UDP", "mpls", ipv4(udpTo(6635, hex("00064140") + v4)));
    row("MPLS in UDP, label that begins like RTP", "mpls", ipv4(udpTo(6635, hex("80064140") + v4)));
    row("pseudowire in UDP", "mpls", ipv6(udpTo(6635, hex("00064140 00000001") + frame)));

    frameRow("PPPoE", "pppoe", ethernet("8864", hex("11 00 0001") + big16(2 + sizeOf(v4)) + hex("0021") + v4));
    frameRow("PPPoE, IPv6, padded", "pppoe",
        ethernet("8864", hex("11 00 0001") + big16(2 + sizeOf(v6)) + hex("0057") + v6 + QByteArray(9, 'p')));
    frameRow("PPPoE behind two tags", "pppoe",
        ethernet("88a8", hex("0001 8100 0002 8864 11 00 0001") + big16(2 + sizeOf(v4)) + hex("0021") + v4));
    frameRow("MPLS in PPPoE", "pppoe",
        ethernet("8864", hex("11 00 0001") + big16(6 + sizeOf(v4)) + hex("0281 00064140") + v4));

    row("VXLAN", "vxlan", ipv4(udpTo(4789, hex("08000000 00000700") + frame)));
    row("VXLAN over IPv6, tagged inside", "vxlan",
        ipv6(udpTo(4789, hex("08000000 00000700") + ethernet("8100", hex("0005 86dd") + v6))));
    row("VXLAN by Linux' old port", "vxlan", ipv4(udpTo(8472, hex("08000000 00000700") + frame)));
    row("VXLAN with group policy", "vxlan", ipv4(udpTo(4789, hex("88000010 00000700") + frame)));
    row("Geneve", "geneve", ipv4(udpTo(6081, hex("0000 6558 00000700") + frame)));
    row("Geneve with options, IP", "geneve", ipv4(udpTo(6081, hex("0200 0800 00000700 0102800100000007") + v4)));
    const auto gtp = [](const char* flags, const QByteArray& behind) {
        return udpTo(2152, hex(flags) + hex("ff") + big16(sizeOf(behind)) + hex("00000007") + behind);
    };
    row("GTP-U", "gtpu", ipv4(gtp("30", v4)));
    row("GTP-U with sequence number", "gtpu", ipv4(gtp("32", hex("0001 00 00") + v6)));
    row("GTP-U with two extension headers", "gtpu", ipv6(gtp("34", hex("0000 00 85 01 1001 c0 01 1234 00") + v4)));
    row("L2TP", "l2tp", ipv4(udpTo(1701, hex("0002 00010001 ff03 0021") + v4)));
    row("L2TP with length, sequence and offset", "l2tp",
        ipv4(udpTo(1701, hex("4a02 0000 00010001 00000000 0002 eeee 0021") + v4)));

    row("GTP-U in VXLAN in ERSPAN: the outermost is told", "erspan",
        ipv4(hex("0000 88be")
                + ethernet("0800", ipv4(udpTo(4789, hex("08000000 00000700") + ethernet("0800", ipv4(gtp("30", v6)))))),
            "2f"));
    frameRow("eight tunnels", "mpls",
        ethernet("8847",
            hex("00064140") + ipv4(ipv4(ipv4(ipv4(ipv4(ipv4(ipv4(v4, "04"), "04"), "04"), "04"), "04"), "04"), "04")));
}

void TestFrameClassifier::findsTheInnermostDatagramOfEveryTunnel()
{
    QFETCH(QByteArray, packet);
    QFETCH(QByteArray, encapsulation);
    PacketDecoder decoder;
    const auto datagram = decode(decoder, 1, packet);
    QVERIFY2(datagram, onlyReason(decoder));
    QCOMPARE(text(datagram->payload), payload);
    QCOMPARE(datagram->flow.src.port, 5060); // the outer ones are others
    QCOMPARE(int(datagram->ipSize), (datagram->flow.src.ip.isV4() ? 20 : 40) + 8 + payload.size());
    QCOMPARE(QByteArray(toText(datagram->encapsulation).data()), encapsulation);
}

void TestFrameClassifier::skinnyIsLookedForOnItsPortsOnly()
{
    const std::array<std::uint16_t, 2> ports { 2443, 2001 };
    FrameClassifier classifier({}, ports);
    const auto kindOf = [&](std::uint16_t src, std::uint16_t dst) {
        const QByteArray frame = ethernet("0800", ipv4(tcp(src, dst, {}), "06"));
        return classifier.classify(ethernetType, bytes(frame)).kind;
    };
    QCOMPARE(kindOf(2443, 50'000), FrameKind::Piece);
    QCOMPARE(kindOf(50'000, 2001), FrameKind::Piece);
    QCOMPARE(kindOf(50'000, 2000), FrameKind::Drop);
}

void TestFrameClassifier::aConnectionThatSaysSipIsReadOnAnyPort_data()
{
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<bool>("isRead"); // by itself
    QTest::addColumn<bool>("restIsRead"); // because of it
    const auto row = [](const char* name, const QByteArray& first, bool isRead, bool restIsRead) {
        QTest::newRow(name) << first << isRead << restIsRead;
    };
    row("request", "INVITE sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/TCP h\r\n", true, true);
    row("response behind a keep-alive", "\r\n\r\nSIP/2.0 200 OK\r\nVia: S", true, true);
    row("OPTIONS of HTTP", "OPTIONS /a HTTP/1.1\r\nVia: SIP/2.0/TCP h\r\n", true, false);
    row("INFO of NATS", "INFO {\"server_id\":\"1\"}\r\n", true, false);
    row("something else", "GET /index.html HTTP/1.1\r\nHost: SIP/2.0\r\nX: sip\r\n\r\n", false, false);
    // RFC 7118 4.1 and 4.2.
    row("request for a WebSocket",
        "GET / HTTP/1.1\r\nHost: sip-ws.example.com\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n", true,
        true);
    row("one of several sub-protocols", "GET / HTTP/1.1\r\nHost: h\r\nSEC-WEBSOCKET-PROTOCOL: chat , SIP\r\n\r\n", true,
        true);
    row("another sub-protocol", "GET / HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Protocol: sipless, mqtt\r\n\r\n", false,
        false);
    row("answer", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nsec-websocket-protocol:sip\r\n\r\n", true,
        true);
    // RFC 6455 5.7: a single-frame text message, unmasked and masked by 37 fa 21 3d.
    row("frame", hex("81 7e 0100") + "SIP/2.0 200 OK\r\nVia: S", true, true);
    QByteArray masked = "REGISTER sip:h SIP/2.0\r\n";
    for (qsizetype i = 0; i < masked.size(); ++i)
        masked[i] = static_cast<char>(masked[i] ^ hex("37fa213d")[i % 4]);
    row("masked frame", hex("82 a8 37fa213d") + masked, true, true);
    row("frame of something else", hex("81 7e 0100") + "OPTIONS are many", false, false);
    row("frame cut in its header", hex("81 ff 0000"), false, false);
}

void TestFrameClassifier::aConnectionThatSaysSipIsReadOnAnyPort()
{
    QFETCH(QByteArray, first);
    QFETCH(bool, isRead);
    QFETCH(bool, restIsRead);
    for (const bool isV6 : { false, true }) {
        FrameClassifier classifier({});
        const auto kindOf = [&](std::size_t from, std::size_t to, const QByteArray& data, bool back = false,
                                char flags = 0x10) { // RFC 9293 3.1: ACK
            const QByteArray segment = tcp(from, to, data).replace(13, 1, QByteArray(1, flags));
            QByteArray ip = isV6 ? ipv6(segment, "06") : ipv4(segment, "06");
            const qsizetype size = isV6 ? 16 : 4, at = isV6 ? 8 : 12;
            if (back)
                ip = ip.left(at) + ip.mid(at + size, size) + ip.mid(at, size) + ip.mid(at + 2 * size);
            const QByteArray frame = ethernet(isV6 ? "86dd" : "0800", ip);
            return classifier.classify(ethernetType, bytes(frame)).kind;
        };
        const FrameKind rest = restIsRead ? FrameKind::Piece : FrameKind::Drop;
        QCOMPARE(kindOf(40'000, 8088, "and the rest"), FrameKind::Drop);
        QCOMPARE(kindOf(40'000, 8088, first), isRead ? FrameKind::Piece : FrameKind::Drop);
        QCOMPARE(kindOf(40'000, 8088, "and the rest"), rest);
        QCOMPARE(kindOf(8088, 40'000, "an answer", true), rest);
        QCOMPARE(kindOf(8088, 40'000, {}, true), FrameKind::Drop); // says nothing
        QCOMPARE(kindOf(8088, 40'000, {}, true, 0x11), rest); // FIN
        QCOMPARE(kindOf(8088, 40'000, "an answer"), FrameKind::Drop); // between other addresses
        QCOMPARE(kindOf(40'001, 8088, "and the rest"), FrameKind::Drop);
    }
}

void TestFrameClassifier::thousandsOfConnectionsAreRemembered()
{
    FrameClassifier classifier({});
    const auto kindOf = [&](std::size_t port, const QByteArray& data) {
        const QByteArray frame = ethernet("0800", ipv4(tcp(port, 8088, data), "06"));
        return classifier.classify(ethernetType, bytes(frame)).kind;
    };
    constexpr std::size_t connections = 4000;
    for (std::size_t i = 0; i < connections; ++i)
        QCOMPARE(kindOf(10'000 + i, "BYE sip:a@b SIP/2.0\r\n"), FrameKind::Piece);
    for (std::size_t i = 0; i < connections; ++i)
        QCOMPARE(kindOf(10'000 + i, "x"), FrameKind::Piece);
    for (std::size_t i = connections; i < 2 * connections; ++i)
        QCOMPARE(kindOf(10'000 + i, "x"), FrameKind::Drop);
}

void TestFrameClassifier::mediaOnATunnelsPortAreMedia_data()
{
    QTest::addColumn<int>("port");
    for (const int port : { 1701, 2152, 4789, 6081, 6635, 8472 })
        QTest::newRow(qPrintable(QString::number(port))) << port;
}

void TestFrameClassifier::mediaOnATunnelsPortAreMedia()
{
    QFETCH(int, port);
    FrameClassifier classifier({});
    // Sequence numbers and timestamps of all kinds: to MPLS they are labels, and an IP header behind them.
    for (std::size_t i = 0; i < 0x10000; i += 3) {
        const QByteArray rtcpLike = hex(i % 2 ? "80 c8" : "80 08") + big16(i) + big16(i * 0x4321) + big16(i) + rtp();
        const QByteArray frame = ethernet("0800", ipv4(udpTo(std::size_t(port), rtcpLike)));
        const FrameClass found = classifier.classify(ethernetType, bytes(frame));
        QCOMPARE(described(found), QByteArray("media"));
        QCOMPARE(found.udp.encapsulation, Encapsulation::None);
    }
}

void TestFrameClassifier::readsIpv6BehindItsExtensionHeaders_data()
{
    QTest::addColumn<QByteArray>("packet");
    const QByteArray datagram = udp(payload);
    // RFC 8200 4.3, 4.4, 4.6: next header, length in 8 bytes less the first, then padding (PadN) or the routing type.
    const QByteArray pad6 = hex("01 04 00000000");
    QTest::newRow("hop-by-hop") << ipv6(hex("11 00") + pad6 + datagram, "00");
    QTest::newRow("destination options, 16 bytes")
        << ipv6(hex("11 01") + pad6 + hex("010600000000 0000") + datagram, "3c");
    QTest::newRow("hop-by-hop, routing, destination")
        << ipv6(hex("2b 00") + pad6 + hex("3c 00 04 00 00000000") + hex("11 00") + pad6 + datagram, "00");
    QTest::newRow("atomic fragment (RFC 6946)") << ipv6(hex("11 00 0000 deadbeef") + datagram, "2c");
    // RFC 4302 2.2: length in 4 bytes less two.
    QTest::newRow("authentication header")
        << ipv6(hex("11 04 0000 00000001 00000001") + QByteArray(12, 'i') + datagram, "33");
}

void TestFrameClassifier::readsIpv6BehindItsExtensionHeaders()
{
    QFETCH(QByteArray, packet);
    PacketDecoder decoder;
    const auto datagram = decode(decoder, 101, packet);
    QVERIFY2(datagram, onlyReason(decoder));
    QCOMPARE(text(datagram->payload), payload);
    QCOMPARE(int(datagram->ipSize), packet.size());
}

void TestFrameClassifier::countsWhatIsNoDatagramUnderItsName_data()
{
    QTest::addColumn<int>("linkType");
    QTest::addColumn<QByteArray>("frame");
    QTest::addColumn<QByteArray>("reason");
    const QByteArray v4 = ipv4(udp(payload));
    const auto row = [](const char* name, int linkType, const QByteArray& frame, const char* reason) {
        QTest::newRow(name) << linkType << frame << QByteArray(reason);
    };
    row("IEEE 802.11", 105, v4, "unknown_link_type");
    row("unknown", 0xffff, v4, "unknown_link_type");
    row("ARP", 1, ethernet("0806", QByteArray(28, '\1')), "not_ip");
    row("802.3 length", 1, ethernet("0026", QByteArray(38, '\x42')), "not_ip");
    row("AppleTalk on null", 0, hex("10000000") + v4, "not_ip");
    row("nine tags", 1, ethernet("8100", hex("00018100").repeated(8) + hex("0001 0800") + v4), "too_many_tags");
    row("empty frame", 1, {}, "truncated");
    row("half a tag", 1, ethernet("8100", hex("00")), "truncated");
    row("header cut", 1, ethernet("0800", v4.left(19)), "truncated");
    row("UDP header cut", 1, ethernet("0800", v4.left(27)), "truncated");
    row("IP version 5", 101, hex("55") + v4.mid(1), "malformed_ip");
    row("IPv4 header of 16 bytes", 101, hex("44") + v4.mid(1), "malformed_ip");
    row("IPv4 total length below its header", 101, ipv4(udp(payload), "11", "0000", {}, 19), "malformed_ip");
    row("IPv6 without payload", 101, ipv6({}), "malformed_ip");
    row("IPv6 extension longer than the packet", 101, ipv6(hex("11 ff") + QByteArray(30, '\0'), "00"), "malformed_ip");
    row("IPv4 authentication header longer than the packet", 101, ipv4(hex("11 ff") + QByteArray(30, '\0'), "33"),
        "malformed_ip");
    row("IPv4 authentication header cut", 101,
        ipv4(hex("11 04 0000 00000001 00000001") + QByteArray(12, 'i') + udp(payload), "33").left(30), "truncated");
    row("extension after extension", 101, ipv6((hex("3c 00") + hex("01 04 00000000")).repeated(40), "3c"),
        "too_many_extensions");
    row("TCP", 101, ipv4(QByteArray(20, '\0'), "06"), "not_udp");
    // RFC 792: port unreachable, with the datagram that caused it.
    row("ICMP quoting a datagram", 101, ipv4(hex("0303 0000 00000000") + v4, "01"), "not_udp");
    row("ICMPv6 quoting a datagram", 101, ipv6(hex("0104 0000 00000000") + ipv6(udp(payload)), "3a"), "not_udp");
    row("UDP length below its header", 101, ipv4(udp(payload, 7)), "malformed_udp");
    row("UDP length beyond the packet", 101, ipv4(udp(payload, 8 + 14)), "malformed_udp");
    row("GRE of version 2", 101, ipv4(hex("0002 0800") + v4, "2f"), "malformed_tunnel");
    row("GRE with routing (RFC 1701)", 101, ipv4(hex("4000 0800 00000000 00000000") + v4, "2f"), "malformed_tunnel");
    row("PPPoE of version 2", 1, ethernet("8864", hex("21 00 0001 0010 0021") + v4), "malformed_tunnel");
    row("PPPoE discovery", 1, ethernet("8863", hex("11 09 0000 0000") + QByteArray(40, '\0')), "not_ip");
    row("LCP", 1, ethernet("8864", hex("11 00 0001 0010 c021") + QByteArray(14, '\1')), "not_ip");
    row("GTP-U with an extension header of no length", 101,
        ipv4(udpTo(2152, hex("34ff 000c 00000007 0000 00 85 00 1001 00") + hex("45000000"))), "malformed_tunnel");
    row("seventeen labels", 1, ethernet("8847", hex("00064040").repeated(16) + hex("00064140") + v4), "too_many_tags");
    row("labels without end", 1, ethernet("8847", hex("00064040").repeated(9)), "truncated");
    row("ARP in VXLAN", 101, ipv4(udpTo(4789, hex("0800000000000700") + ethernet("0806", QByteArray(28, '\1')))),
        "not_ip");
    row("TCP in GRE", 101, ipv4(hex("0000 0800") + ipv4(QByteArray(20, '\0'), "06"), "2f"), "not_udp");
    row("ICMP in IP quoting a datagram", 101, ipv4(ipv4(hex("0303 0000 00000000") + v4, "01"), "04"), "not_udp");
    QByteArray nested = v4;
    for (int i = 0; i < 9; ++i)
        nested = ipv4(nested, "04");
    row("nine tunnels", 101, nested, "tunnel_too_deep");
    for (int i = 0; i < 900; ++i)
        nested = i % 2 ? ipv4(nested, "04") : ipv4(hex("0000 6558") + ethernet("0800", nested), "2f");
    row("nine hundred tunnels", 101, nested, "tunnel_too_deep");
    row("IP payload of 7 bytes", 101, ipv4(QByteArray(7, 'x')), "malformed_udp");
}

void TestFrameClassifier::countsWhatIsNoDatagramUnderItsName()
{
    QFETCH(int, linkType);
    QFETCH(QByteArray, frame);
    QFETCH(QByteArray, reason);
    PacketDecoder decoder;
    QVERIFY(!decode(decoder, linkType, frame));
    QCOMPARE(QByteArray(onlyReason(decoder)), reason);
}

void TestFrameClassifier::addressesPortsTimesAndSizesAreThePackets()
{
    PacketDecoder decoder;
    const QByteArray frame = ethernet("0800", ipv4(udp(payload)));
    const auto arrival = timestampFromNanoseconds(1'700'000'000'123'456'789);
    const auto datagram = decoder.decode(ethernetType, bytes(frame), arrival, Nanoseconds(250));
    QVERIFY(datagram);
    QCOMPARE(toString(datagram->flow.src), std::string("192.0.2.1:5060"));
    QCOMPARE(toString(datagram->flow.dst), std::string("198.51.100.2:5062"));
    QCOMPARE(nanosecondsSinceEpoch(datagram->arrival), 1'700'000'000'123'456'789);
    QCOMPARE(datagram->uncertainty.count(), 250);
    QCOMPARE(int(datagram->ipSize), 20 + 8 + payload.size());
    QCOMPARE(int(datagram->wirePayloadSize), payload.size());
    const auto six = decoder.decode(ethernetType, bytes(ethernet("86dd", ipv6(udp(payload)))), arrival, {});
    QCOMPARE(toString(six->flow.dst), std::string("[2001:db8::2]:5062"));
    QCOMPARE(int(six->ipSize), 40 + 8 + payload.size());
    QCOMPARE(int(datagram->dscp), 0);
}

// Expedited forwarding, 46 (RFC 3246 2.7), before two bits of ECN (RFC 3168 5).
void TestFrameClassifier::dscpIsThatOfTheInnermostHeader()
{
    PacketDecoder decoder;
    QByteArray four = ethernet("0800", ipv4(udp(payload)));
    four[15] = '\xb9';
    QCOMPARE(int(decode(decoder, 1, four)->dscp), 46);
    QByteArray six = ethernet("86dd", ipv6(udp(payload)));
    six[14] = '\x6b'; // RFC 8200 3: version, then the traffic class across two bytes
    six[15] = '\x95';
    QCOMPARE(int(decode(decoder, 1, six)->dscp), 46);
}

void TestFrameClassifier::ethernetPaddingIsNotPayload()
{
    PacketDecoder decoder;
    const QByteArray padded = ethernet("0800", ipv4(udp("x"))) + QByteArray(17, '\xaa');
    const auto datagram = decode(decoder, 1, padded);
    QCOMPARE(text(datagram->payload), QByteArray("x"));
    const QByteArray paddedSix = ethernet("86dd", ipv6(udp({}))) + QByteArray(8, '\xaa');
    const auto empty = decode(decoder, 1, paddedSix);
    QVERIFY(empty);
    QCOMPARE(empty->payload.size(), std::size_t(0));
}

// What reassembly will be given.
void TestFrameClassifier::aFragmentsPieceIsWithoutPadding()
{
    const QByteArray piece(16, 'p');
    const QByteArray padding(10, '\xaa');
    const QByteArray four = ipv4(piece, "11", "20b9") + padding;
    const QByteArray six = ipv6(hex("11 00 05c9 deadbeef") + piece, "2c") + padding;
    for (const QByteArray& frame : { four, six }) {
        const auto parsed = parseIp(bytes(frame));
        const auto* packet = std::get_if<IpPacket>(&parsed);
        QVERIFY(packet && packet->isFragment() && packet->moreFragments);
        QCOMPARE(int(packet->fragmentOffset), 0xb9 * 8);
        QCOMPARE(text(packet->payload), piece);
        QCOMPARE(int(packet->wirePayloadSize), piece.size());
        QCOMPARE(packet->fragmentId, frame.size() == four.size() ? 0x1234u : 0xdeadbeefu);
    }
}

void TestFrameClassifier::bytesBehindTheUdpLengthAreNotPayload()
{
    PacketDecoder decoder;
    const QByteArray packet = ipv4(udp(payload, 8 + 4));
    const auto datagram = decode(decoder, 101, packet);
    QCOMPARE(text(datagram->payload), payload.left(4));
    QCOMPARE(int(datagram->wirePayloadSize), 4);
    QCOMPARE(int(datagram->ipSize), 20 + 8 + payload.size());
}

void TestFrameClassifier::aCutPayloadIsWhatIsThereAndItsSizesAreTheWires()
{
    PacketDecoder decoder;
    const QByteArray frame = ethernet("0800", ipv4(udp(QByteArray(172, 'r'))));
    const QByteArray cut = frame.left(14 + 28 + 12);
    const auto datagram = decode(decoder, 1, cut);
    QVERIFY(datagram);
    QCOMPARE(datagram->payload.size(), std::size_t(12));
    QCOMPARE(int(datagram->wirePayloadSize), 172);
    QCOMPARE(int(datagram->ipSize), 200);
}

// Each cut lies in a block of its own size: the address sanitizer sees a read of one byte too many.
void TestFrameClassifier::noCutOfAFrameReadsPastItsEnd()
{
    const QByteArray frames[] = { ethernet(
                                      "8100", hex("0001 0800") + ipv4(udp(payload), "11", "4000", hex("94040000"))),
        ethernet("86dd", ipv6(hex("2c 00 010400000000") + hex("11 00 0000 deadbeef") + udp(payload), "00")),
        ethernet("0800",
            ipv4(hex("1000 22eb 00000001 20010001 11223344 00000001 1122334455667788")
                    + ethernet("0800", ipv4(udp(payload))),
                "2f")) };
    for (const QByteArray& frame : frames) {
        PacketDecoder decoder;
        const auto headers = static_cast<std::size_t>(frame.size() - payload.size());
        for (std::size_t size = 0; size <= sizeOf(frame); ++size) {
            const std::unique_ptr<std::byte[]> cut(new std::byte[size]);
            std::copy_n(bytes(frame).begin(), size, cut.get());
            const auto datagram = decoder.decode(ethernetType, Bytes(cut.get(), size), {}, {});
            QCOMPARE(datagram.has_value(), size >= headers);
            if (datagram)
                QCOMPARE(datagram->payload.size(), size - headers);
        }
        QCOMPARE(decoder.count(DropReason::Truncated), std::uint64_t(headers));
    }
}

void TestFrameClassifier::tellsWhatCanBeVoip_data()
{
    QTest::addColumn<QByteArray>("packet");
    QTest::addColumn<QByteArray>("found");
    const auto row = [](const char* name, const QByteArray& transport, const char* protocol, const char* found) {
        QTest::newRow(qPrintable(QString("IPv4, %1").arg(name)))
            << ethernet("0800", ipv4(transport, protocol)) << QByteArray(found);
        QTest::newRow(qPrintable(QString("IPv6, %1").arg(name)))
            << ethernet("86dd", ipv6(transport, protocol)) << QByteArray(found);
    };
    row("RTP", udpPorts(4000, 5000, rtp()), "11", "media");
    row("RTCP receiver report without blocks", udpPorts(4001, 5001, hex("80c90001 cafebabe")), "11", "media");
    row("RTP between SIP's ports", udpPorts(5060, 5060, rtp()), "11", "media");
    row("version 2, too short for RTCP", udpPorts(4000, 5000, hex("80c900")), "11", "other_udp");
    row("SIP request on any port", udpPorts(4000, 5000, "INVITE sip:a SIP/2.0"), "11", "signalling");
    row("SIP response on any port", udpPorts(4000, 5000, "SIP/2.0 200 OK"), "11", "signalling");
    row("SIP behind a keep-alive", udpPorts(4000, 5000, "\r\n\r\nBYE sip:a SIP/2.0"), "11", "signalling");
    row("an unknown method on SIP's port", udpPorts(5060, 9, "PING sip:a SIP/2.0"), "11", "signalling");
    row("to SIP's port", udpPorts(9, 5060, "x"), "11", "signalling");
    row("DNS", udpPorts(4000, 53, hex("1234 0100 0001 0000 0000 0000")), "11", "other_udp");
    row("STUN (RFC 8489)", udpPorts(4000, 5000, hex("0001 0000 2112a442") + QByteArray(12, 't')), "11", "other_udp");
    row("DTLS (RFC 7983: 20 to 63)", udpPorts(4000, 5000, hex("16 fefd") + QByteArray(20, 'd')), "11", "other_udp");
    row("no payload", udpPorts(4000, 5000, {}), "11", "other_udp");
    row("TCP", tcp(4000, 80, "GET / HTTP/1.1"), "06", "not_udp");
    row("SIP over TCP", tcp(4000, 5060, {}), "06", "piece");
    row("SIP over TCP on any port", tcp(4000, 80, "REGISTER sip:a SIP/2.0"), "06", "piece");
    row("Skinny", tcp(2000, 50'000, {}), "06", "piece");
    row("SCTP", QByteArray(12, '\0'), "84", "piece");
    QTest::newRow("IPv4 first fragment") << ethernet("0800", ipv4(udp(payload), "11", "2000")) << QByteArray("piece");
    QTest::newRow("IPv4 later fragment") << ethernet("0800", ipv4(udp(payload), "11", "00b9")) << QByteArray("piece");
    QTest::newRow("IPv6 first fragment") << ethernet("86dd", ipv6(hex("11 00 0001 deadbeef") + udp(payload), "2c"))
                                         << QByteArray("piece");
    QTest::newRow("IPv6 later fragment") << ethernet("86dd", ipv6(hex("11 00 05a8 deadbeef") + udp(payload), "2c"))
                                         << QByteArray("piece");
    QTest::newRow("headers only") << ethernet("0800", ipv4(udpPorts(4000, 5000, rtp()))).left(42)
                                  << QByteArray("media");
    QTest::newRow("padding is no payload")
        << ethernet("0800", ipv4(udpPorts(4000, 5000, {}))) + rtp(18) << QByteArray("other_udp");
}

void TestFrameClassifier::tellsWhatCanBeVoip()
{
    QFETCH(QByteArray, packet);
    QFETCH(QByteArray, found);
    const std::uint16_t sipPort = 5060;
    FrameClassifier classifier(std::span(&sipPort, 1));
    QCOMPARE(described(classifier.classify(ethernetType, bytes(packet))), found);
}

// Every frame of the other tests, each byte changed and each length cut: odd ones go the careful way, and those that do
// not must come out the same.
void TestFrameClassifier::theShortWayFindsWhatTheCarefulOneDoes()
{
    const std::uint16_t sipPort = 5060;
    FrameClassifier classifier(std::span(&sipPort, 1));
    const QByteArray frames[] = { ethernet("0800", ipv4(udpPorts(4000, 5000, rtp(20)))),
        ethernet("86dd", ipv6(udpPorts(4000, 5000, rtp(20)))), ethernet("0800", ipv4(tcp(80, 5060, "BYE s"), "06")),
        ethernet("0800", ipv4(tcp(80, 90, "BYE s"), "06")), ethernet("8100", hex("0001 0800") + ipv4(udp(payload))),
        ethernet("88a8", hex("0001 8100 0002 86dd") + ipv6(udp(payload))),
        ethernet("0800", ipv4(udpTo(4789, hex("08000000 00000700") + ethernet("0800", ipv4(udp(payload)))))),
        ethernet("86dd", ipv6(udpTo(6635, hex("00064140") + ipv4(udp(payload))))),
        ethernet("8847", hex("00064140") + ipv4(udp(payload))) };
    for (const QByteArray& frame : frames) {
        const auto same = [&](const QByteArray& changed) {
            const FrameClass quick = classifier.classify(ethernetType, bytes(changed));
            const FrameClass careful = classifier.classifyCarefully(ethernetType, bytes(changed));
            return described(quick) == described(careful) && quick.udp == careful.udp;
        };
        for (qsizetype size = 0; size <= frame.size(); ++size)
            QVERIFY2(same(frame.left(size)), qPrintable(QString::number(size)));
        for (qsizetype at = 0; at < frame.size(); ++at) {
            for (int value = 0; value < 256; ++value) {
                QByteArray changed = frame;
                changed[at] = static_cast<char>(value);
                QVERIFY2(same(changed), qPrintable(QString("%1: %2").arg(at).arg(value)));
            }
        }
    }
}

void TestFrameClassifier::whatGoesToOneMediaAddressHasOneHash()
{
    FrameClassifier classifier({});
    const auto hash = [&](const QByteArray& frame) {
        return destinationHash(bytes(frame), classifier.classify(ethernetType, bytes(frame)).udp, 7);
    };
    const auto four = [](std::size_t from, std::size_t to) { return ipv4(udpPorts(from, to, rtp())); };
    const auto expected = hash(ethernet("0800", four(4000, 5000)));
    QCOMPARE(hash(ethernet("0800", four(4002, 5000))), expected);
    QCOMPARE(hash(ethernet("8100", hex("0001 0800") + four(4000, 5000))), expected); // the mirror's other side
    QVERIFY(hash(ethernet("0800", four(4000, 5002))) != expected);
    const auto six = hash(ethernet("86dd", ipv6(udpPorts(4000, 5000, rtp()))));
    QCOMPARE(hash(ethernet("86dd", ipv6(udpPorts(4001, 5000, rtp())))), six);
}

void TestFrameClassifier::rtcpIsToldFromRtp() // RFC 5761 4
{
    FrameClassifier classifier({});
    for (unsigned second = 0; second < 256; ++second) {
        QByteArray payload = rtp();
        payload[1] = static_cast<char>(second);
        const QByteArray frame = ethernet("0800", ipv4(udpPorts(4000, 5000, payload)));
        const FrameClass found = classifier.classify(ethernetType, bytes(frame));
        QCOMPARE(isRtcp(bytes(frame), found.udp), second >= 192 && second <= 223);
        QVERIFY(!isRtcp(bytes(frame).first(found.udp.payload + 1u), found.udp));
    }
}

// 30,000 even ports of one gateway over three cores: each gets its third within 5 standard deviations.
void TestFrameClassifier::mediaAddressesAreSpreadEvenly()
{
    FrameClassifier classifier({});
    std::array<int, 3> lanes {};
    for (std::size_t port = 2000; port < 62'000; port += 2) {
        const QByteArray frame = ethernet("0800", ipv4(udpPorts(4000, port, rtp())));
        const FrameClass found = classifier.classify(ethernetType, bytes(frame));
        ++lanes[std::uint64_t(destinationHash(bytes(frame), found.udp, 1)) * 3 >> 32];
    }
    for (const int count : lanes)
        QVERIFY2(std::abs(count - 10'000) < 5 * 82, qPrintable(QString::number(count)));
}

QTEST_APPLESS_MAIN(TestFrameClassifier)
#include "tst_frame_classifier.moc"
