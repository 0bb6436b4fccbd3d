#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/reassembly/sip_start_line.h"
#include "tests/engine/reassembly/pieces.h"

using namespace callmon;
using namespace callmon::pieces;

namespace {

// A stream that comes in pieces, through the framer that its port or its bytes ask for.
struct Stream {
    explicit Stream(std::uint16_t port = 5060, MessageStreamOptions options = {})
        : key(flow(40'000, port))
        , streams(collector, 2, withFewBuffers(std::move(options)))
    {
    }
    // Thousands of these are made, and sanitizers look at all memory that is reserved.
    static MessageStreamOptions withFewBuffers(MessageStreamOptions options)
    {
        options.smallBuffers = std::min(options.smallBuffers, 16u);
        options.largeBuffers = std::min(options.largeBuffers, 4u);
        return options;
    }
    void piece(const std::string& text, std::int64_t milliseconds = 0)
    {
        streams.bytes(0, key, bytesOf(text), stampAt(milliseconds), 100);
    }
    void pieces(const std::string& text, std::size_t size)
    {
        for (std::size_t at = 0; at < text.size(); at += size)
            piece(text.substr(at, size));
    }
    const FramingCounters& framing() const { return streams.counters().framing; }

    FlowKey key;
    Collector collector;
    MessageStreams streams;
};

MessageStreamOptions withWebSocket()
{
    MessageStreamOptions options;
    options.webSocketPorts = { 80 };
    return options;
}

std::string skinnyMessage(std::uint32_t version, std::uint32_t id, const std::string& body)
{
    return little32(static_cast<std::uint32_t>(4 + body.size())) + little32(version) + little32(id) + body;
}

}

class TestFramers : public QObject {
    Q_OBJECT
private slots:
    void startLinesAreToldFromOtherText_data();
    void startLinesAreToldFromOtherText();
    void everyCutOfAStreamGivesItsMessages_data();
    void everyCutOfAStreamGivesItsMessages();
    void aMessageHasTheTimeOfThePieceThatCompletesIt();
    void contentLengthIsReadInAllItsForms_data();
    void contentLengthIsReadInAllItsForms();
    void keepAlivesBetweenMessagesAreCounted();
    void amidAStreamTheNextStartLineIsFound_data();
    void amidAStreamTheNextStartLineIsFound();
    void afterAHoleTheNextMessageIsFound();
    void aWrongContentLengthCostsNoMoreThanTheNextMessage();
    void aMessageBeyondTheLimitIsCountedAndTheNextOneRead_data();
    void aMessageBeyondTheLimitIsCountedAndTheNextOneRead();
    void withoutABufferAMessageIsRefusedAndCounted();
    void buffersAreFreeWhenTheirMessageIsComplete();
    void skinnyMessagesAreCutByTheirLength();
    void skinnyBeginsAnewWithTheNextSegmentThatLooksLikeIt();
    void webSocketMessagesComeUnmaskedAndJoined();
    void eitherSidesHandshakeTellsAWebSocket();
    void aHandshakeThatDoesNotNameSipIsNobodys();
    void controlFramesAndKeepAlivesAreNoMessages();
    void aWebSocketIsTakenUpInItsMiddle();
    void framesThatCannotBeLoseStepUntilTheNextThatCan_data();
    void framesThatCannotBeLoseStepUntilTheNextThatCan();
};

void TestFramers::startLinesAreToldFromOtherText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<StartLine>("is");
    QTest::newRow("request") << QByteArray("INVITE sip:a@b SIP/2.0\r\n") << StartLine::Yes;
    QTest::newRow("own method") << QByteArray("!x-Y%z tel:+34911234567 SIP/2.0\r\n") << StartLine::Yes;
    QTest::newRow("status") << QByteArray("SIP/2.0 180 Ringing\r\n") << StartLine::Yes;
    QTest::newRow("status without reason") << QByteArray("SIP/2.0 200\r\n") << StartLine::Yes;
    QTest::newRow("cut method") << QByteArray("INV") << StartLine::Cut;
    QTest::newRow("cut line") << QByteArray("INVITE sip:a@b SIP/2.") << StartLine::Cut;
    QTest::newRow("cut status") << QByteArray("SIP/2.0 18") << StartLine::Cut;
    QTest::newRow("header") << QByteArray("Via: SIP/2.0/UDP a\r\n") << StartLine::No;
    QTest::newRow("HTTP") << QByteArray("GET http://a/ HTTP/1.1\r\n") << StartLine::No;
    QTest::newRow("RTSP") << QByteArray("OPTIONS rtsp://a/ RTSP/1.0\r\n") << StartLine::No;
    QTest::newRow("status out of range") << QByteArray("SIP/2.0 700 x\r\n") << StartLine::No;
    QTest::newRow("TLS") << QByteArray("\x16\x03\x01\x02\x00\x01", 6) << StartLine::No;
    QTest::newRow("two words") << QByteArray("hello world, how are you\r\n") << StartLine::No;
}

void TestFramers::startLinesAreToldFromOtherText()
{
    QFETCH(QByteArray, text);
    QFETCH(StartLine, is);
    QVERIFY(sipStartLineAt(text.toStdString()) == is);
}

void TestFramers::everyCutOfAStreamGivesItsMessages_data()
{
    QTest::addColumn<QByteArray>("stream");
    QTest::addColumn<int>("port");
    QTest::addColumn<QByteArrayList>("messages");
    const std::vector<std::string> sip { sipMessage(1, 0), sipMessage(2, 40, "l"), sipMessage(3, 7),
        "SIP/2.0 200 OK\r\ncontent-length :  3\r\n\r\nabc" };
    const std::vector<std::string> skinny { skinnyMessage(0, 0x6, ""), skinnyMessage(22, 0x14a, "abcdefgh"),
        skinnyMessage(0, 0x8a, std::string(90, 'x')), skinnyMessage(17, 0x7, "1234") };
    const auto list = [](const std::vector<std::string>& texts) {
        QByteArrayList all;
        for (const std::string& text : texts)
            all << QByteArray::fromStdString(text);
        return all;
    };
    QTest::newRow("SIP") << QByteArray::fromStdString(joined(sip)) << 5060 << list(sip);
    QTest::newRow("SIP with keep-alives")
        << QByteArray::fromStdString("\r\n\r\n" + sip[0] + "\r\n\r\n" + sip[1] + "\r\n" + sip[2] + sip[3]) << 5060
        << list(sip);
    QTest::newRow("Skinny") << QByteArray::fromStdString(joined(skinny)) << 2000 << list(skinny);
    QTest::newRow("WebSocket") << QByteArray::fromStdString(webSocketRequest()
        + webSocketFrame(0x81, sip[0], 0x12345678) + webSocketFrame(0x02, sip[1].substr(0, 30), 0x01020304)
        + webSocketFrame(0x89, "ping", 0x55555555) + webSocketFrame(0x00, sip[1].substr(30, 1), 0x01020305)
        + webSocketFrame(0x80, sip[1].substr(31), 0x01020306) + webSocketFrame(0x81, "\r\n\r\n", 0x1111)
        + webSocketFrame(0x82, sip[2]) + webSocketFrame(0x81, sip[3], 0xffffffff))
                               << 80 << list(sip);
}

void TestFramers::everyCutOfAStreamGivesItsMessages()
{
    QFETCH(QByteArray, stream);
    QFETCH(int, port);
    QFETCH(QByteArrayList, messages);
    const std::string text = stream.toStdString();
    const auto check = [&](Stream& s) {
        QCOMPARE(s.collector.texts.size(), static_cast<std::size_t>(messages.size()));
        for (qsizetype i = 0; i < messages.size(); ++i)
            QVERIFY(s.collector.texts[static_cast<std::size_t>(i)] == messages[i].toStdString());
        QCOMPARE(s.streams.buffersUsed(), 0u);
        QCOMPARE(s.framing().resynchronised, 0u);
        QCOMPARE(s.framing().bytesSkipped, 0u);
    };
    for (std::size_t cut = 0; cut <= text.size(); ++cut) { // in two
        Stream s(static_cast<std::uint16_t>(port), withWebSocket());
        s.piece(text.substr(0, cut));
        s.piece(text.substr(cut));
        check(s);
        if (QTest::currentTestFailed())
            return;
    }
    for (std::size_t size = 1; size < 40; ++size) { // in many
        Stream s(static_cast<std::uint16_t>(port), withWebSocket());
        s.pieces(text, size);
        check(s);
        if (QTest::currentTestFailed())
            return;
    }
}

void TestFramers::aMessageHasTheTimeOfThePieceThatCompletesIt()
{
    Stream s;
    const std::string text = sipMessage(1, 10) + sipMessage(2, 10);
    s.piece(text.substr(0, 20), 1);
    s.piece(text.substr(20, 200), 2);
    s.piece(text.substr(220), 3);
    QCOMPARE(s.collector.texts.size(), 2u);
    QVERIFY(s.collector.stamps[0].arrival == at(text.size() / 2 <= 220 ? 2 : 3));
    QVERIFY(s.collector.stamps[1].arrival == at(3));
}

void TestFramers::contentLengthIsReadInAllItsForms_data()
{
    QTest::addColumn<QByteArray>("header");
    for (const char* header : { "Content-Length: 4", "content-length:4", "CONTENT-LENGTH \t: 0004", "l: 4", "L:4",
             "Content-Length:\r\n 4", "Content-Length: 4\r\nContent-Length: 9", "X: l\r\nl: 4 " })
        QTest::newRow(header) << QByteArray(header);
}

void TestFramers::contentLengthIsReadInAllItsForms()
{
    QFETCH(QByteArray, header);
    const std::string first = "SIP/2.0 200 OK\r\n" + header.toStdString() + "\r\n\r\nbody";
    Stream s;
    s.piece(first + sipMessage(2, 0));
    QCOMPARE(s.collector.texts.size(), 2u);
    QCOMPARE(s.collector.texts[0], first);
}

// RFC 5626 3.5.1: a double CRLF, answered by a single one.
void TestFramers::keepAlivesBetweenMessagesAreCounted()
{
    Stream s;
    s.piece(sipMessage(1, 5));
    s.piece("\r\n\r\n");
    s.piece("\r\n");
    s.piece(sipMessage(2, 5));
    QCOMPARE(s.collector.texts.size(), 2u);
    QCOMPARE(s.framing().keepAlives, 2u);
    QCOMPARE(s.framing().bytesSkipped, 0u);
}

void TestFramers::amidAStreamTheNextStartLineIsFound_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::newRow("rest of a body") << QByteArray("=rtpmap:8 PCMA/8000\r\n");
    QTest::newRow("body without an end of line") << QByteArray("</presence>");
    QTest::newRow("rest of a header") << QByteArray(";branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\n\r\n");
    QTest::newRow("words like methods") << QByteArray("ACK BYE INVITE INFO sip:x MESSAGE sip:y\r\nOPTIONS sip:\r\n");
    QTest::newRow("noise") << QByteArray("\x00\xff SIP/2.0\x01 SIP SIP/2.0 99 ", 25);
}

void TestFramers::amidAStreamTheNextStartLineIsFound()
{
    QFETCH(QByteArray, before);
    const std::string text = before.toStdString() + sipMessage(1, 5) + sipMessage(2, 5);
    for (std::size_t size : { text.size(), std::size_t { 1 }, std::size_t { 7 } }) {
        Stream s;
        s.pieces(text, size);
        QCOMPARE(s.collector.texts.size(), 2u);
        QCOMPARE(s.collector.texts[0], sipMessage(1, 5));
    }
}

void TestFramers::afterAHoleTheNextMessageIsFound()
{
    Stream s;
    s.piece(sipMessage(1, 500).substr(0, 300));
    s.streams.gap(0);
    s.piece(sipMessage(1, 500).substr(400) + sipMessage(2, 5));
    QCOMPARE(s.collector.texts.size(), 1u);
    QCOMPARE(s.collector.texts[0], sipMessage(2, 5));
    QCOMPARE(s.streams.counters().incomplete, 1u);
}

void TestFramers::aWrongContentLengthCostsNoMoreThanTheNextMessage()
{
    Stream tooSmall;
    tooSmall.piece("SIP/2.0 200 OK\r\nl: 2\r\n\r\nabcdef\r\n" + sipMessage(2, 5));
    QCOMPARE(tooSmall.collector.texts.size(), 2u);
    Stream tooLarge;
    tooLarge.piece("SIP/2.0 200 OK\r\nl: 60\r\n\r\nabcdef\r\n" + sipMessage(2, 5) + sipMessage(3, 5));
    QCOMPARE(tooLarge.collector.texts.size(), 2u);
    QCOMPARE(tooLarge.collector.texts[1], sipMessage(3, 5));
    Stream without;
    without.piece("SIP/2.0 200 OK\r\n\r\nabcdef\r\n" + sipMessage(2, 5));
    QCOMPARE(without.collector.texts.size(), 2u);
    QCOMPARE(without.framing().withoutLength, 1u);
}

void TestFramers::aMessageBeyondTheLimitIsCountedAndTheNextOneRead_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("body") << QByteArray("SIP/2.0 200 OK\r\nl: 99999999999999999999\r\n\r\nabc\r\n");
    QTest::newRow("header") << "SIP/2.0 200 OK\r\nX: " + QByteArray(70'000, 'x') + "\r\n\r\n";
    QTest::newRow("start lines") << QByteArray("INVITE sip:a SIP/2.0\r\n").repeated(4000) + "\r\n";
}

void TestFramers::aMessageBeyondTheLimitIsCountedAndTheNextOneRead()
{
    QFETCH(QByteArray, message);
    Stream s;
    s.pieces(message.toStdString(), 1460);
    const std::size_t before = s.collector.texts.size();
    s.pieces(sipMessage(2, 10'000) + sipMessage(3, 0), 1460);
    QVERIFY(s.framing().tooLong >= 1);
    QVERIFY(s.collector.texts.size() >= before + 1);
    QCOMPARE(s.collector.texts.back(), sipMessage(3, 0));
}

void TestFramers::withoutABufferAMessageIsRefusedAndCounted()
{
    MessageStreamOptions options;
    options.smallBuffers = 1;
    options.largeBuffers = 0;
    Collector collector;
    MessageStreams streams(collector, 4, options);
    const std::string text = sipMessage(1, 100);
    const std::string head = text.substr(0, 50);
    const std::string rest = text.substr(50);
    const std::string large = sipMessage(2, 9000).substr(0, 5000);
    streams.bytes(0, flow(), bytesOf(head), {}, 0);
    streams.bytes(2, flow(), bytesOf(head), {}, 0);
    QCOMPARE(streams.counters().refused, 1u);
    streams.bytes(0, flow(), bytesOf(rest), {}, 0);
    QCOMPARE(collector.texts.size(), 1u);
    streams.bytes(0, flow(), bytesOf(large), {}, 0);
    QCOMPARE(streams.counters().refused, 2u);
    QCOMPARE(streams.buffersUsed(), 0u);
    streams.bytes(0, flow(), bytesOf(text), {}, 0);
    QCOMPARE(collector.texts.size(), 2u);
}

void TestFramers::buffersAreFreeWhenTheirMessageIsComplete()
{
    Stream s;
    s.piece(sipMessage(1, 9000).substr(0, 8000));
    QCOMPARE(s.streams.buffersUsed(), 1u);
    s.piece(sipMessage(1, 9000).substr(8000));
    QCOMPARE(s.streams.buffersUsed(), 0u);
    s.piece(sipMessage(1, 9000).substr(0, 8000));
    s.streams.closed(0);
    QCOMPARE(s.streams.buffersUsed(), 0u);
    QCOMPARE(s.streams.counters().incomplete, 1u);
}

void TestFramers::skinnyMessagesAreCutByTheirLength()
{
    Stream s(2000);
    s.piece(skinnyMessage(0, 0x6, "") + skinnyMessage(22, 0x111, std::string(12, 'x')));
    QCOMPARE(s.collector.texts.size(), 2u);
    QVERIFY(s.collector.transports[0] == MessageTransport::SkinnyTcp);
    QCOMPARE(s.collector.texts[1].size(), 24u);
}

void TestFramers::skinnyBeginsAnewWithTheNextSegmentThatLooksLikeIt()
{
    Stream s(2000);
    s.piece("something else");
    s.piece(skinnyMessage(0, 0x6, ""));
    s.piece(skinnyMessage(0, 0x8a, std::string(90, 'x')).substr(0, 50));
    s.streams.gap(0);
    s.piece("xxxxxxxxxxxxxxxx");
    s.piece(skinnyMessage(0, 0x7, "") + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    s.piece(skinnyMessage(0, 0x27, ""));
    QCOMPARE(s.collector.texts.size(), 3u);
    QCOMPARE(s.framing().bytesSkipped, 14u + 16u + 12u);
}

void TestFramers::webSocketMessagesComeUnmaskedAndJoined()
{
    const std::string long1 = sipMessage(1, 60'000);
    Stream s(80, withWebSocket());
    s.piece(webSocketRequest());
    for (std::size_t i = 0; i < 60; ++i)
        s.piece(webSocketFrame(i == 0 ? 0x01 : 0x00, long1.substr(i * 1000, 1000), 0x89abcdef));
    s.piece(webSocketFrame(0x80, long1.substr(60'000), 0x89abcdef));
    s.piece(webSocketFrame(0x81, sipMessage(2, 10), 0x01020304));
    QCOMPARE(s.collector.texts.size(), 2u);
    QVERIFY(s.collector.texts[0] == long1);
    QVERIFY(s.collector.transports[1] == MessageTransport::SipWebSocket);
}

void TestFramers::eitherSidesHandshakeTellsAWebSocket()
{
    for (const bool request : { true, false }) {
        Stream s(8888); // a port of nobody's
        const std::uint32_t client = 0;
        const std::uint32_t server = 1;
        const auto send = [&](std::uint32_t stream, const std::string& text) {
            s.streams.bytes(stream, stream == client ? s.key : reverse(s.key), bytesOf(text), {}, 0);
        };
        const std::string handshake = request ? webSocketRequest() : webSocketAnswer();
        QVERIFY(s.streams.wants(s.key, bytesOf(handshake)));
        send(request ? client : server, handshake);
        send(client, webSocketFrame(0x81, sipMessage(1, 9), 77));
        send(server, webSocketFrame(0x81, sipMessage(2, 9)));
        QCOMPARE(s.collector.texts.size(), 2u);
    }
}

void TestFramers::aHandshakeThatDoesNotNameSipIsNobodys()
{
    Stream s(80, withWebSocket());
    std::string other = webSocketRequest();
    other.replace(other.find("Protocol: sip"), 13, "Protocol: gossip");
    s.piece(other);
    s.piece(webSocketFrame(0x81, sipMessage(1, 9), 77));
    QCOMPARE(s.collector.texts.size(), 0u);
}

void TestFramers::controlFramesAndKeepAlivesAreNoMessages()
{
    Stream s(80, withWebSocket());
    s.piece(webSocketAnswer() + webSocketFrame(0x89, "") + webSocketFrame(0x8a, "abc")
        + webSocketFrame(0x81, "\r\n\r\n") + webSocketFrame(0x81, "{\"a\":1}") + webSocketFrame(0x88, ""));
    QCOMPARE(s.collector.texts.size(), 0u);
    QCOMPARE(s.framing().keepAlives, 3u);
    QCOMPARE(s.framing().notSip, 1u);
    QCOMPARE(s.framing().resynchronised, 0u);
}

void TestFramers::aWebSocketIsTakenUpInItsMiddle()
{
    Stream s(8888);
    const std::string frame = webSocketFrame(0x81, sipMessage(1, 9), 77);
    QVERIFY(s.streams.wants(s.key, bytesOf(frame)));
    s.piece(frame);
    s.piece(webSocketFrame(0x81, sipMessage(2, 9), 78).substr(0, 100));
    s.streams.gap(0);
    s.piece("in the middle of some frame");
    s.piece(webSocketFrame(0x81, sipMessage(3, 9), 79));
    QCOMPARE(s.collector.texts.size(), 2u);
    QCOMPARE(s.collector.texts[1], sipMessage(3, 9));
}

void TestFramers::framesThatCannotBeLoseStepUntilTheNextThatCan_data()
{
    QTest::addColumn<QByteArray>("frame");
    const auto row = [](const char* name, const std::string& frame) {
        QTest::newRow(name) << QByteArray::fromStdString(frame);
    };
    row("reserved bit", webSocketFrame(0xc1, sipMessage(1, 0)));
    row("unknown opcode", webSocketFrame(0x83, sipMessage(1, 0)));
    row("continues nothing", webSocketFrame(0x80, sipMessage(1, 0)));
    row("fragmented ping", webSocketFrame(0x09, "x"));
    row("long ping", webSocketFrame(0x89, std::string(126, 'x')));
    row("message in a message", webSocketFrame(0x01, "INVITE") + webSocketFrame(0x01, "INVITE"));
    row("longest claim", std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10));
    row("too long", webSocketFrame(0x01, std::string(60'000, 'x')) + webSocketFrame(0x80, std::string(60'000, 'x')));
    std::string tiny = webSocketFrame(0x01, "x");
    for (int i = 0; i < 100; ++i)
        tiny += webSocketFrame(0x00, "x");
    row("too many pieces", tiny);
}

void TestFramers::framesThatCannotBeLoseStepUntilTheNextThatCan()
{
    QFETCH(QByteArray, frame);
    Stream s(80, withWebSocket());
    s.piece(webSocketAnswer());
    s.piece(frame.toStdString());
    s.piece(webSocketFrame(0x81, sipMessage(2, 0)));
    s.piece(webSocketFrame(0x81, sipMessage(3, 0)));
    QCOMPARE(s.collector.texts.size(), 2u);
    QVERIFY(s.framing().resynchronised >= 1);
    QVERIFY(s.framing().bytesSkipped >= 2);
}

QTEST_GUILESS_MAIN(TestFramers)
#include "tst_framers.moc"
