// The same messages by every way that a network can carry them.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "tests/engine/count_allocations.h"
#include "tests/engine/reassembly/pieces.h"

#include <sys/resource.h>

using namespace callmon;
using namespace callmon::pieces;

namespace {

// IP payloads of a whole run, in the order of the wire.
struct Sent {
    std::uint8_t protocol;
    std::string payload;
};

std::vector<Sent> overTcp(const std::vector<std::string>& messages, std::size_t segmentSize)
{
    std::vector<Sent> all { { 6, Segment { 0, "", "S" }.text(flow()) } };
    const std::string stream = joined(messages);
    for (std::size_t done = 0; done < stream.size(); done += segmentSize)
        all.push_back(
            { 6, Segment { static_cast<std::uint32_t>(done + 1), stream.substr(done, segmentSize) }.text(flow()) });
    return all;
}

std::vector<Sent> overWebSocket(const std::vector<std::string>& messages)
{
    std::vector<std::string> frames { webSocketRequest() };
    for (const std::string& message : messages)
        frames.push_back(webSocketFrame(0x81, message, 0x37fa213d)); // RFC 6455 5.7
    return overTcp(frames, 1460);
}

std::vector<Sent> overSctp(const std::vector<std::string>& messages, std::size_t pieceSize)
{
    std::vector<Sent> all;
    std::uint32_t tsn = 0xfffffff0;
    for (const std::string& message : messages) {
        for (std::size_t done = 0; done < message.size(); done += pieceSize) {
            const unsigned flags = (done == 0 ? 2u : 0u) | (done + pieceSize >= message.size() ? 1u : 0u);
            all.push_back(
                { 132, sctpPacket(flow(5060, 5060), dataChunk(tsn++, flags, message.substr(done, pieceSize))) });
        }
    }
    return all;
}

void play(Reassembler& reassembler, const std::vector<Sent>& all)
{
    std::uint64_t sequence = 0;
    for (const Sent& sent : all)
        reassembler.add(packet(flow(), sent.protocol, sent.payload), stampAt(0, ++sequence));
}

// Every packet again in fragments, the last one first.
void playInFragments(Reassembler& reassembler, const std::vector<Sent>& all, bool isV6)
{
    std::uint64_t sequence = 0;
    std::uint32_t id = 0;
    for (const Sent& sent : all) {
        auto pieces = fragments(sent.payload, 256, isV6, ++id, sent.protocol);
        std::reverse(pieces.begin(), pieces.end());
        for (const IpPacket& piece : pieces)
            reassembler.add(piece, stampAt(0, ++sequence));
    }
}

}

class TestReassembler : public QObject {
    Q_OBJECT
private slots:
    void theSameMessagesByEveryWay_data();
    void theSameMessagesByEveryWay();
    void theSameMessagesAsDatagramsInFragments();
    void lossReorderingAndDuplicatesCostOnlyWhatIsMissing();
    void theAnswerOfAnUnknownPortIsFollowedOnceItsBytesSaySip();
    void skinnyIsToldByItsPort();
    void otherTcpIsCountedAndOpensNothing();
    void otherSctpIsCounted();
    void packetsAreCountedAsMalformed();
    void whatWaitsIsHandedOnWhenNoPacketComes();
    void nothingIsAllocatedPerPacket();
    void touchedMemoryCostsNoPageFaultLater();
};

void TestReassembler::theSameMessagesByEveryWay_data()
{
    QTest::addColumn<int>("way");
    QTest::addColumn<MessageTransport>("transport");
    QTest::newRow("TCP") << 0 << MessageTransport::SipTcp;
    QTest::newRow("TCP, small segments") << 1 << MessageTransport::SipTcp;
    QTest::newRow("TCP, segments of 60 kB") << 2 << MessageTransport::SipTcp;
    QTest::newRow("WebSocket") << 3 << MessageTransport::SipWebSocket;
    QTest::newRow("SCTP") << 4 << MessageTransport::SipSctp;
    QTest::newRow("SCTP, small chunks") << 5 << MessageTransport::SipSctp;
}

void TestReassembler::theSameMessagesByEveryWay()
{
    QFETCH(int, way);
    QFETCH(MessageTransport, transport);
    const std::vector<std::string> messages = sipMessages();
    const std::vector<Sent> ways[] = { overTcp(messages, 1460), overTcp(messages, 17), overTcp(messages, 60'000),
        overWebSocket(messages), overSctp(messages, 1400), overSctp(messages, 600) };
    const std::vector<Sent>& sent = ways[way];
    for (const int fragmented : { 0, 4, 6 }) {
        Wire wire;
        if (fragmented == 0)
            play(wire.reassembler, sent);
        else
            playInFragments(wire.reassembler, sent, fragmented == 6);
        QVERIFY(wire.collector.texts == messages);
        for (const MessageTransport t : wire.collector.transports)
            QVERIFY(t == transport);
        QCOMPARE(wire.reassembler.fragments().pagesUsed(), 0u);
        QCOMPARE(wire.reassembler.tcp().blocksUsed(), 0u);
        QCOMPARE(wire.reassembler.sctp().blocksUsed(), 0u);
        QCOMPARE(wire.reassembler.streams().buffersUsed(), 0u);
        for (const ReassemblyCounter& counter : wire.reassembler.counters())
            QVERIFY2(counter.value == 0, counter.name);
    }
}

void TestReassembler::theSameMessagesAsDatagramsInFragments()
{
    const std::vector<std::string> messages = sipMessages();
    for (const bool isV6 : { false, true }) {
        Wire wire;
        std::vector<std::string> large;
        std::uint32_t id = 0;
        for (const std::string& message : messages) {
            if (message.size() <= 200)
                continue;
            large.push_back(message);
            const auto pieces = fragments(message, 200, isV6, ++id);
            for (const IpPacket& piece : pieces)
                wire.reassembler.add(piece, stampAt(0));
        }
        QVERIFY(wire.collector.datagrams == large);
    }
}

// Of 400 messages in segments of 700 bytes every 29th segment is lost for good, neighbours change places, and every
// 5th comes twice. What none of the lost bytes belongs to has to arrive, once and whole.
void TestReassembler::lossReorderingAndDuplicatesCostOnlyWhatIsMissing()
{
    Random random(5);
    std::vector<std::string> messages;
    for (int i = 0; i < 400; ++i)
        messages.push_back(sipMessage(i, random.below(1500)));
    const std::string stream = joined(messages);
    constexpr std::size_t segmentSize = 700;
    const auto isLost = [](std::size_t number) { return number % 29 == 28; };
    std::vector<Segment> segments;
    for (std::size_t number = 0; number * segmentSize < stream.size(); ++number) {
        if (isLost(number))
            continue;
        const Segment segment { static_cast<std::uint32_t>(1 + number * segmentSize),
            stream.substr(number * segmentSize, segmentSize) };
        segments.push_back(segment);
        if (number % 5 == 0)
            segments.push_back(segment);
    }
    for (std::size_t i = 0; i + 3 < segments.size(); i += 2)
        std::swap(segments[i], segments[i + random.below(3)]);

    std::vector<std::string> expected;
    std::size_t begin = 0;
    for (const std::string& message : messages) {
        bool whole = true;
        for (std::size_t n = begin / segmentSize; n <= (begin + message.size() - 1) / segmentSize; ++n)
            whole = whole && !isLost(n);
        if (whole)
            expected.push_back(message);
        begin += message.size();
    }
    Wire wire;
    wire.tcp(flow(), { 0, "", "S" });
    std::int64_t now = 0;
    for (const Segment& segment : segments) {
        wire.tcp(flow(), segment, now);
        now += 1;
        // The receiver, who lost nothing, acknowledges.
        wire.tcp(reverse(flow()), { 1, "", "A", segment.sequence + static_cast<std::uint32_t>(segment.payload.size()) },
            now);
    }
    wire.reassembler.advance(at(now + 4000), 0);
    QVERIFY(expected.size() > 200);
    QVERIFY(wire.collector.texts == expected);
    QVERIFY(wire.count("tcp_holes") > 10);
    QVERIFY(wire.count("tcp_retransmitted") > 100);
}

void TestReassembler::theAnswerOfAnUnknownPortIsFollowedOnceItsBytesSaySip()
{
    Wire wire;
    const FlowKey key = flow(40'000, 9999);
    wire.tcp(key, { 1, sipMessage(1, 5) });
    wire.tcp(reverse(key), { 1, "SIP/2.0 200 OK\r\nl: 0\r\n\r\n" });
    QCOMPARE(wire.collector.texts.size(), 2u);
    QVERIFY(wire.collector.flows[1] == reverse(key));
}

void TestReassembler::skinnyIsToldByItsPort()
{
    Wire wire;
    const std::string onHook = little32(4) + little32(0) + little32(7);
    wire.tcp(flow(40'000, 2000), { 1, onHook });
    QCOMPARE(wire.collector.texts.size(), 1u);
    QVERIFY(wire.collector.transports[0] == MessageTransport::SkinnyTcp);
    QCOMPARE(wire.collector.texts[0], onHook);
}

void TestReassembler::otherTcpIsCountedAndOpensNothing()
{
    Wire wire;
    wire.tcp(flow(40'000, 80), { 0, "", "S" });
    wire.tcp(flow(40'000, 80), { 1, "GET / HTTP/1.1\r\n\r\n" });
    QCOMPARE(wire.count("tcp_not_signalling"), 2u);
    QCOMPARE(wire.reassembler.tcp().connections(), 0u);
}

void TestReassembler::otherSctpIsCounted()
{
    Wire wire;
    wire.sctp(flow(2905, 2905), dataChunk(1, 3, std::string("\x01\x00\x03\x01", 4)));
    wire.sctp(flow(2905, 2905), dataChunk(2, 3, sipMessage(1, 0)));
    QCOMPARE(wire.count("sctp_not_sip"), 1u);
    QCOMPARE(wire.collector.texts.size(), 1u);
}

void TestReassembler::packetsAreCountedAsMalformed()
{
    Wire wire;
    const std::string shortSegment(19, 'x');
    wire.reassembler.add(packet(flow(), 6, shortSegment), stampAt(0));
    wire.reassembler.add(packet(flow(), 132, std::string(11, 'x')), stampAt(0));
    QCOMPARE(wire.count("tcp_malformed"), 1u);
    QCOMPARE(wire.count("sctp_malformed"), 1u);
}

void TestReassembler::whatWaitsIsHandedOnWhenNoPacketComes()
{
    Wire wire;
    wire.tcp(flow(), { 0, "", "S" });
    wire.tcp(flow(), { 100, sipMessage(1, 5) });
    QCOMPARE(wire.collector.texts.size(), 0u);
    wire.reassembler.advance(at(3001), 55);
    QCOMPARE(wire.collector.texts.size(), 1u);
    QVERIFY(wire.collector.stamps[0].arrival == at(0));
    QCOMPARE(wire.collector.stamps[0].sequence, 55u);
}

void TestReassembler::nothingIsAllocatedPerPacket()
{
    struct Counter : SignallingSink {
        std::size_t messages = 0;
        void message(const SignallingMessage&) override { ++messages; }
        void datagram(const WholeDatagram&) override { ++messages; }
    } sink;
    const std::vector<std::string> messages = sipMessages();
    std::vector<IpPacket> packets;
    std::vector<std::vector<Sent>> kept { overTcp(messages, 1460), overSctp(messages, 1400), overWebSocket(messages) };
    for (const std::vector<Sent>& sent : kept)
        for (const Sent& one : sent)
            packets.push_back(packet(flow(), one.protocol, one.payload));
    const auto pieces = fragments(messages[5], 1480);
    packets.insert(packets.end(), pieces.begin(), pieces.end());
    std::vector<IpPacket> disordered = packets;
    Random(9).shuffle(disordered);
    packets.insert(packets.end(), disordered.begin(), disordered.end());
    Reassembler reassembler(sink);
    const std::size_t before = allocations;
    std::uint64_t sequence = 0;
    for (const IpPacket& one : packets) {
        ++sequence;
        reassembler.add(one, stampAt(static_cast<std::int64_t>(sequence), sequence));
    }
    reassembler.advance(at(10'000'000), sequence);
    QCOMPARE(allocations.load(), before);
    QVERIFY(sink.messages > 2 * messages.size());
}

void TestReassembler::touchedMemoryCostsNoPageFaultLater()
{
    struct : SignallingSink {
        void message(const SignallingMessage&) override { }
        void datagram(const WholeDatagram&) override { }
    } sink;
    const std::string payload(4096, 'x');
    std::vector<IpPacket> firstHalves;
    for (std::uint32_t id = 1; id <= 800; ++id)
        firstHalves.push_back(fragments(payload, 3000, false, id).front());
    const auto faultsOf = [&](bool touched) {
        ReassemblerOptions options;
        options.touchMemory = touched;
        Reassembler reassembler(sink, options);
        const auto faults = [] {
            rusage usage {};
            ::getrusage(RUSAGE_THREAD, &usage);
            return usage.ru_minflt;
        };
        const long before = faults();
        std::uint64_t sequence = 0;
        for (const IpPacket& half : firstHalves)
            reassembler.add(half, stampAt(1, ++sequence));
        return faults() - before;
    };
    const long untouched = faultsOf(false), touched = faultsOf(true);
    QVERIFY2(untouched > 100, qPrintable(QString::number(untouched)));
    QVERIFY2(touched < 10, qPrintable(QString::number(touched)));
}

QTEST_GUILESS_MAIN(TestReassembler)
#include "tst_reassembler.moc"
