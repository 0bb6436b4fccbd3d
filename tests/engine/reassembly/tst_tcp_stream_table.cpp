#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "tests/engine/reassembly/pieces.h"

#include <map>

using namespace callmon;
using namespace callmon::pieces;

namespace {

// The streams as text: "|" where bytes are missing, "^" where a stream begins.
struct StreamText : TcpStreamSink {
    bool wants(const FlowKey&, Bytes) override { return isWanted; }
    void opened(std::uint32_t stream) override { texts[stream] += "^"; }
    void bytes(std::uint32_t stream, const FlowKey& key, Bytes bytes, const PacketStamp& stamp, std::uint16_t) override
    {
        texts[stream] += textOf(bytes);
        flows[stream] = key;
        stamps.push_back(stamp);
    }
    void gap(std::uint32_t stream) override { texts[stream] += "|"; }
    void closed(std::uint32_t stream) override { closedStreams.push_back(stream); }

    bool isWanted = true;
    std::map<std::uint32_t, std::string> texts;
    std::map<std::uint32_t, FlowKey> flows;
    std::vector<PacketStamp> stamps;
    std::vector<std::uint32_t> closedStreams;
};

struct Table {
    explicit Table(const TcpOptions& options = {})
        : table(sink, options)
    {
    }
    void add(const Segment& segment, std::int64_t milliseconds = 0, const FlowKey& key = flow())
    {
        const std::string text = segment.text(key);
        table.add(key, *parseTcp(bytesOf(text), text.size()), stampAt(milliseconds, ++sequence), 100);
    }
    void answer(const Segment& segment, std::int64_t milliseconds = 0) { add(segment, milliseconds, reverse(flow())); }
    std::string text() { return sink.texts[0]; } // from 192.0.2.1, the lower endpoint

    StreamText sink;
    TcpStreamTable table;
    std::uint64_t sequence = 0;
};

}

class TestTcpStreamTable : public QObject {
    Q_OBJECT
private slots:
    void aHeaderThatCannotBeIsRefused();
    void bothDirectionsAreStreamsOfOneConnection();
    void earlySegmentsWaitForTheirTurn();
    void whatWaitedHasTheTimeOfTheSegmentThatClosedTheHole();
    void retransmissionsOfAnyCutGiveWhatIsNew();
    void aKeepAliveProbeIsNothingNew();
    void sequenceNumbersWrap();
    void aStreamIsTakenUpInItsMiddle();
    void anAcknowledgedHoleIsSkippedAfterAMoment();
    void aHoleThatIsAcknowledgedBeforeItIsSeenIsSkippedAfterAMoment();
    void aHoleOfWhichNothingIsHeardIsSkippedAfterItsTime();
    void afterASkippedHoleWhatWaitedHasItsOwnTime();
    void whenTooMuchWaitsTheHoleIsSkipped();
    void whenTheWholePoolWaitsAHoleIsSkippedAtOnce();
    void finOfBothSidesEndsTheConnectionWhenAllHasCome();
    void finWaitsForTheHoleBeforeIt();
    void resetHandsOnWhatWaitsAndEndsTheConnection();
    void aResetFarFromTheExpectedNumberIsNotBelieved();
    void synWithAnotherNumberBeginsANewConnection();
    void synSentAgainChangesNothing();
    void aLateSynChangesNothing();
    void aJumpOfMoreThanAWindowIsANewConnection();
    void acknowledgementsOpenNoConnection();
    void whatNobodyWantsIsCounted();
    void beyondTheLimitConnectionsAreRefused();
    void connectionsWithoutPayloadLeaveSoonOthersStay();
    void aCutSegmentIsAHole();
    void anyCutInAnyOrderGivesTheStream();
};

void TestTcpStreamTable::aHeaderThatCannotBeIsRefused()
{
    std::string text = Segment { 1, "payload" }.text(flow());
    QCOMPARE(parseTcp(bytesOf(text), text.size())->wirePayloadSize, 7u);
    for (std::size_t size = 0; size < 20; ++size)
        QVERIFY(!parseTcp(bytesOf(text).first(size), text.size()));
    QVERIFY(!parseTcp(bytesOf(text), 19));
    text[12] = '\x40'; // header of 16 bytes
    QVERIFY(!parseTcp(bytesOf(text), text.size()));
    text[12] = '\x70'; // of 28, one more than there are
    QVERIFY(!parseTcp(bytesOf(text), text.size()));
}

void TestTcpStreamTable::bothDirectionsAreStreamsOfOneConnection()
{
    Table t;
    t.add({ 99, "", "S" });
    t.answer({ 499, "", "SA", 100 });
    t.add({ 100, "hello" });
    t.answer({ 500, "world" });
    t.add({ 105, ", bye" });
    QCOMPARE(t.sink.texts[0], std::string("^hello, bye"));
    QCOMPARE(t.sink.texts[1], std::string("^world"));
    QVERIFY(t.sink.flows[0] == flow());
    QVERIFY(t.sink.flows[1] == reverse(flow()));
    QCOMPARE(t.table.connections(), 1u);
}

void TestTcpStreamTable::earlySegmentsWaitForTheirTurn()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 7, "gh" });
    t.add({ 3, "cd" });
    t.add({ 5, "ef" });
    QCOMPARE(t.text(), std::string("^"));
    t.add({ 1, "ab" });
    QCOMPARE(t.text(), std::string("^abcdefgh"));
    QCOMPARE(t.table.blocksUsed(), 0u);
    QCOMPARE(t.table.counters().early, 3u);
}

void TestTcpStreamTable::whatWaitedHasTheTimeOfTheSegmentThatClosedTheHole()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 3, "cd" }, 10);
    t.add({ 1, "ab" }, 90);
    QCOMPARE(t.sink.stamps.size(), 2u);
    for (const PacketStamp& stamp : t.sink.stamps) {
        QVERIFY(stamp.arrival == at(90));
        QCOMPARE(stamp.sequence, 3u);
    }
}

void TestTcpStreamTable::retransmissionsOfAnyCutGiveWhatIsNew()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 1, "abcd" });
    t.add({ 1, "abcd" });
    t.add({ 2, "bc" });
    t.add({ 3, "cdef" });
    t.add({ 9, "ij" });
    t.add({ 9, "ij" });
    t.add({ 8, "hijk" });
    t.add({ 7, "g" });
    QCOMPARE(t.text(), std::string("^abcdefghijk"));
    QCOMPARE(t.table.counters().retransmitted, 3u);
    QCOMPARE(t.table.blocksUsed(), 0u);
}

// RFC 1122 4.2.3.6: one byte before the next.
void TestTcpStreamTable::aKeepAliveProbeIsNothingNew()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 1, "ab" });
    t.add({ 2, "?" });
    t.add({ 3, "cd" });
    QCOMPARE(t.text(), std::string("^abcd"));
}

void TestTcpStreamTable::sequenceNumbersWrap()
{
    Table t;
    t.add({ 0xfffffffc, "", "S" });
    t.add({ 0xfffffffd, "ab" });
    t.add({ 1, "ef" });
    t.add({ 0xffffffff, "cd" });
    t.add({ 3, "gh" });
    QCOMPARE(t.text(), std::string("^abcdefgh"));
}

void TestTcpStreamTable::aStreamIsTakenUpInItsMiddle()
{
    Table t;
    t.add({ 5000, "ab" });
    t.add({ 5004, "ef" });
    t.add({ 5002, "cd" });
    QCOMPARE(t.text(), std::string("^abcdef"));
}

void TestTcpStreamTable::anAcknowledgedHoleIsSkippedAfterAMoment()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 1, "ab" });
    t.add({ 5, "ef" }, 0);
    t.answer({ 500, "", "A", 7 }, 1); // has what the probe has not
    t.table.expire(at(21), 9);
    QCOMPARE(t.text(), std::string("^ab"));
    t.table.expire(at(22), 9);
    QCOMPARE(t.text(), std::string("^ab|ef"));
    QCOMPARE(t.table.counters().holesSkipped, 1u);
    QCOMPARE(t.table.counters().bytesMissing, 2u);
}

void TestTcpStreamTable::aHoleThatIsAcknowledgedBeforeItIsSeenIsSkippedAfterAMoment()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 1, "ab" });
    t.answer({ 500, "", "A", 5 });
    t.add({ 5, "ef" }, 100);
    t.add({ 7, "gh" }, 121);
    QCOMPARE(t.text(), std::string("^ab|efgh"));
}

void TestTcpStreamTable::aHoleOfWhichNothingIsHeardIsSkippedAfterItsTime()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 3, "cd" }, 100);
    t.answer({ 500, "", "A", 1 }, 100); // asks for what is missing
    t.table.expire(at(3100), 9);
    QCOMPARE(t.text(), std::string("^"));
    t.table.expire(at(3101), 9);
    QCOMPARE(t.text(), std::string("^|cd"));
}

void TestTcpStreamTable::afterASkippedHoleWhatWaitedHasItsOwnTime()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 3, "cd" }, 100);
    t.table.expire(at(4000), 77);
    QVERIFY(t.sink.stamps.at(0).arrival == at(100));
    QCOMPARE(t.sink.stamps.at(0).sequence, 77u);
}

void TestTcpStreamTable::whenTooMuchWaitsTheHoleIsSkipped()
{
    TcpOptions options;
    options.maxBlocksPerStream = 3;
    Table t(options);
    t.add({ 0, "", "S" });
    for (std::uint32_t i = 0; i < 4; ++i)
        t.add({ 3 + 2 * i, std::string(2, static_cast<char>('c' + i)) });
    QCOMPARE(t.text(), std::string("^|ccddeeff"));
    QCOMPARE(t.table.blocksUsed(), 0u);
}

void TestTcpStreamTable::whenTheWholePoolWaitsAHoleIsSkippedAtOnce()
{
    TcpOptions options;
    options.maxBytes = 2048; // one block
    Table t(options);
    t.add({ 0, "", "S" }, 0, flow(6000));
    t.add({ 3, "cd" }, 0, flow(6000));
    t.add({ 0, "", "S" }, 0, flow(6001));
    t.add({ 3, "cd" }, 0, flow(6001));
    QCOMPARE(t.sink.texts[2], std::string("^|cd"));
    t.add({ 1, "ab" }, 0, flow(6000));
    QCOMPARE(t.sink.texts[0], std::string("^abcd"));
}

void TestTcpStreamTable::finOfBothSidesEndsTheConnectionWhenAllHasCome()
{
    Table t;
    t.add({ 0, "", "S" });
    t.answer({ 100, "", "SA", 1 });
    t.add({ 1, "ab", "FA" });
    QCOMPARE(t.table.connections(), 1u);
    t.answer({ 101, "cd", "FA", 4 });
    QCOMPARE(t.table.connections(), 0u);
    QCOMPARE(t.sink.closedStreams.size(), 2u);
    QCOMPARE(t.sink.texts[1], std::string("^cd"));
    t.add({ 4, "", "A", 104 });
    QCOMPARE(t.table.connections(), 0u);
}

void TestTcpStreamTable::finWaitsForTheHoleBeforeIt()
{
    Table t;
    t.add({ 0, "", "S" });
    t.answer({ 100, "", "SA", 1 });
    t.add({ 3, "cd", "FA" });
    t.answer({ 101, "", "FA", 1 });
    QCOMPARE(t.table.connections(), 1u);
    t.add({ 1, "ab" });
    QCOMPARE(t.text(), std::string("^abcd"));
    QCOMPARE(t.table.connections(), 0u);
}

void TestTcpStreamTable::resetHandsOnWhatWaitsAndEndsTheConnection()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 3, "cd" });
    t.add({ 5, "", "R" });
    QCOMPARE(t.text(), std::string("^|cd"));
    QCOMPARE(t.table.connections(), 0u);
    QCOMPARE(t.table.blocksUsed(), 0u);
}

void TestTcpStreamTable::aResetFarFromTheExpectedNumberIsNotBelieved()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 500'000, "", "R" });
    QCOMPARE(t.table.connections(), 1u);
    t.add({ 0x80000001, "", "R" }); // as far as can be: neither before nor behind
    QCOMPARE(t.table.connections(), 1u);
}

void TestTcpStreamTable::synWithAnotherNumberBeginsANewConnection()
{
    Table t;
    t.add({ 0, "", "S" });
    t.answer({ 50, "", "SA", 1 });
    t.add({ 1, "ab" });
    t.add({ 90'000, "", "S" });
    t.answer({ 70'000, "", "SA", 90'001 });
    t.add({ 90'001, "cd" });
    t.answer({ 70'001, "ef" });
    QCOMPARE(t.sink.texts[0], std::string("^ab^cd"));
    QCOMPARE(t.sink.texts[1], std::string("^^ef"));
    QCOMPARE(t.table.counters().restarted, 1u);
}

void TestTcpStreamTable::synSentAgainChangesNothing()
{
    Table t;
    t.add({ 0, "", "S" });
    t.add({ 1, "ab" });
    t.add({ 0, "", "S" });
    t.add({ 3, "cd" });
    QCOMPARE(t.text(), std::string("^abcd"));
}

void TestTcpStreamTable::aLateSynChangesNothing()
{
    Table t;
    t.add({ 1, "ab" });
    t.add({ 0, "", "S" });
    t.add({ 3, "cd" });
    QCOMPARE(t.text(), std::string("^abcd"));
}

void TestTcpStreamTable::aJumpOfMoreThanAWindowIsANewConnection()
{
    Table t;
    t.add({ 0x10000000, "ab" });
    t.add({ 0x50000000, "cd" });
    t.add({ 0x20000000, "ef" });
    QCOMPARE(t.text(), std::string("^ab^cd^ef"));
    QCOMPARE(t.table.counters().restarted, 2u);
}

void TestTcpStreamTable::acknowledgementsOpenNoConnection()
{
    Table t;
    t.add({ 1, "", "A" });
    t.add({ 1, "", "FA" });
    t.add({ 1, "", "R" });
    QCOMPARE(t.table.connections(), 0u);
}

void TestTcpStreamTable::whatNobodyWantsIsCounted()
{
    Table t;
    t.sink.isWanted = false;
    t.add({ 0, "", "S" });
    t.add({ 1, "ab" });
    QCOMPARE(t.table.connections(), 0u);
    QCOMPARE(t.table.counters().notWanted, 2u);
}

void TestTcpStreamTable::beyondTheLimitConnectionsAreRefused()
{
    TcpOptions options;
    options.maxConnections = 2;
    Table t(options);
    for (std::uint16_t port = 1; port <= 3; ++port)
        t.add({ 1, "ab" }, 0, flow(port));
    QCOMPARE(t.table.connections(), 2u);
    QCOMPARE(t.table.counters().refused, 1u);
}

void TestTcpStreamTable::connectionsWithoutPayloadLeaveSoonOthersStay()
{
    Table t;
    t.add({ 0, "", "S" }, 0, flow(1));
    t.add({ 1, "ab" }, 0, flow(2));
    t.add({ 1, "ab", "FA" }, 0, flow(3));
    t.table.expire(at(30'001), 9);
    QCOMPARE(t.table.connections(), 1u);
    t.table.expire(at(3'600'001), 9);
    QCOMPARE(t.table.connections(), 0u);
    QCOMPARE(t.table.counters().timedOut, 3u);
}

void TestTcpStreamTable::aCutSegmentIsAHole()
{
    Table t;
    const std::string text = Segment { 1, "abcd" }.text(flow());
    t.table.add(flow(), *parseTcp(bytesOf(text).first(22), text.size()), stampAt(0), 44);
    t.add({ 5, "ef" });
    QCOMPARE(t.text(), std::string("^ab"));
    t.table.expire(at(4000), 9);
    QCOMPARE(t.text(), std::string("^ab|ef"));
    QCOMPARE(t.table.counters().cut, 1u);
}

// Cuts of its own for every transmission, some sent twice or in another cut, the order mixed.
void TestTcpStreamTable::anyCutInAnyOrderGivesTheStream()
{
    Random random(1);
    for (int round = 0; round < 300; ++round) {
        std::string stream;
        for (std::size_t i = 0, size = 1 + random.below(20'000); stream.size() < size; ++i)
            stream += std::to_string(i) + " ";
        const auto initial = static_cast<std::uint32_t>(random.below(0xffffffff));
        std::vector<Segment> segments;
        for (int copy = 0; copy < 2; ++copy) {
            for (std::size_t done = 0; done < stream.size();) {
                const std::size_t size = std::min(stream.size() - done, 1 + random.below(3000));
                if (copy == 0 || random.below(3) == 0)
                    segments.push_back({ initial + 1 + static_cast<std::uint32_t>(done), stream.substr(done, size) });
                done += size;
            }
        }
        if (round % 3 == 0) {
            random.shuffle(segments);
        } else {
            for (std::size_t i = 0; i + 4 < segments.size(); ++i)
                std::swap(segments[i], segments[i + random.below(4)]);
        }
        TcpOptions options;
        options.maxBlocksPerStream = 1'000'000;
        Table t(options);
        t.add({ initial, "", "S" });
        for (const Segment& segment : segments)
            t.add(segment);
        QVERIFY(t.text() == "^" + stream);
        QCOMPARE(t.table.blocksUsed(), 0u);
    }
}

QTEST_GUILESS_MAIN(TestTcpStreamTable)
#include "tst_tcp_stream_table.moc"
