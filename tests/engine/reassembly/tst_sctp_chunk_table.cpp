#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "tests/engine/reassembly/pieces.h"

using namespace callmon;
using namespace callmon::pieces;

namespace {

constexpr unsigned end = 1, begin = 2, unordered = 4, whole = 3;

struct Table : SctpMessageSink {
    explicit Table(const SctpOptions& options = {})
        : table(*this, options)
    {
    }
    void add(const std::string& chunks, std::int64_t milliseconds = 0, std::uint32_t tag = 1,
        const FlowKey& key = flow(5060, 5060))
    {
        const std::string text = sctpPacket(key, chunks, tag);
        table.add(packet(key, 132, text), stampAt(milliseconds));
    }
    void sctpMessage(const FlowKey&, Bytes message, const PacketStamp& stamp, std::uint16_t) override
    {
        texts.push_back(textOf(message));
        stamps.push_back(stamp);
    }

    std::vector<std::string> texts;
    std::vector<PacketStamp> stamps;
    SctpChunkTable table;
};

using Texts = std::vector<std::string>;

}

class TestSctpChunkTable : public QObject {
    Q_OBJECT
private slots:
    void bundledChunksAreMessagesOfTheirOwn();
    void otherChunksAreLeftOut();
    void fragmentsInAnyOrderGiveTheMessage();
    void aMessageHasTheTimeOfTheChunkThatCompletesIt();
    void sentAgainAChunkIsADuplicate();
    void streamsAndUnorderedMessagesDoNotMix();
    void transmissionNumbersWrap();
    void interleavedMessagesAreToldApartByTheirNumber();
    void associationsAreToldApartByTagAndAddresses();
    void abortEndsAnAssociation();
    void chunksThatCannotBeAreMalformed_data();
    void chunksThatCannotBeAreMalformed();
    void aMessageBeyondTheLimitIsCounted();
    void whatNeverCompletesMakesRoomForTheNewer();
    void beyondTheLimitAssociationsAreRefused();
    void silentAssociationsLeaveAndTheirMemoryIsFree();
    void anyCutInAnyOrderWithDuplicatesGivesEveryMessageOnce();
};

void TestSctpChunkTable::bundledChunksAreMessagesOfTheirOwn()
{
    Table t;
    t.add(dataChunk(10, whole, "one") + dataChunk(11, whole, "two!", 3) + dataChunk(12, whole | unordered, "three"));
    QCOMPARE(t.texts, (Texts { "one", "two!", "three" }));
    QCOMPARE(t.table.counters().chunks, 3u);
}

void TestSctpChunkTable::otherChunksAreLeftOut()
{
    Table t;
    const std::string sack = std::string("\x03\x00", 2) + big16(16) + std::string(12, '\0');
    t.add(sack + dataChunk(10, whole, "one"));
    t.add(sack);
    QCOMPARE(t.texts, (Texts { "one" }));
    QCOMPARE(t.table.counters().malformed, 0u);
}

void TestSctpChunkTable::fragmentsInAnyOrderGiveTheMessage()
{
    std::vector<std::string> chunks { dataChunk(1, begin, "aa"), dataChunk(2, 0, "bb"), dataChunk(3, 0, "cc"),
        dataChunk(4, end, "dd") };
    std::vector<std::size_t> order { 0, 1, 2, 3 };
    do {
        Table t;
        t.add(dataChunk(0, whole, "before"));
        for (const std::size_t i : order) {
            QCOMPARE(t.texts.size(), 1u);
            t.add(chunks[i]);
        }
        QCOMPARE(t.texts, (Texts { "before", "aabbccdd" }));
        QCOMPARE(t.table.blocksUsed(), 0u);
    } while (std::next_permutation(order.begin(), order.end()));
}

void TestSctpChunkTable::aMessageHasTheTimeOfTheChunkThatCompletesIt()
{
    Table t;
    t.add(dataChunk(3, end, "cc"), 10);
    t.add(dataChunk(1, begin, "aa"), 20);
    t.add(dataChunk(2, 0, "bb"), 30);
    QVERIFY(t.stamps.at(0).arrival == at(30));
}

void TestSctpChunkTable::sentAgainAChunkIsADuplicate()
{
    Table t;
    t.add(dataChunk(1, whole, "one"));
    t.add(dataChunk(2, begin, "aa"));
    t.add(dataChunk(1, whole, "one") + dataChunk(2, begin, "aa") + dataChunk(3, end, "bb"));
    t.add(dataChunk(3, end, "bb"));
    QCOMPARE(t.texts, (Texts { "one", "aabb" }));
    QCOMPARE(t.table.counters().duplicates, 3u);
}

void TestSctpChunkTable::streamsAndUnorderedMessagesDoNotMix()
{
    Table t;
    t.add(dataChunk(1, begin, "a1", 1) + dataChunk(2, end, "a2", 2)); // two halves of two messages
    t.add(dataChunk(3, begin | unordered, "b1", 1) + dataChunk(4, end, "b2", 1));
    QCOMPARE(t.texts, Texts {});
    t.add(dataChunk(5, begin, "c1", 7) + dataChunk(6, end, "c2", 7));
    QCOMPARE(t.texts, (Texts { "c1c2" }));
}

void TestSctpChunkTable::transmissionNumbersWrap()
{
    Table t;
    t.add(dataChunk(0xfffffffe, whole, "x"));
    t.add(dataChunk(0, 0, "bb"));
    t.add(dataChunk(1, end, "cc"));
    t.add(dataChunk(0xffffffff, begin, "aa"));
    t.add(dataChunk(0, 0, "bb"));
    QCOMPARE(t.texts, (Texts { "x", "aabbcc" }));
    QCOMPARE(t.table.counters().duplicates, 1u);
}

// RFC 8260 2.2.3: fragments of different messages take turns, numbered within their message.
void TestSctpChunkTable::interleavedMessagesAreToldApartByTheirNumber()
{
    Table t;
    t.add(iDataChunk(1, begin, 7, 46, "a1") + iDataChunk(2, begin, 8, 46, "b1") + iDataChunk(3, 0, 7, 1, "a2"));
    t.add(iDataChunk(5, end, 7, 2, "a3") + iDataChunk(4, end, 8, 1, "b2"));
    t.add(iDataChunk(6, whole, 9, 46, "c"));
    QCOMPARE(t.texts, (Texts { "a1a2a3", "b1b2", "c" }));
}

void TestSctpChunkTable::associationsAreToldApartByTagAndAddresses()
{
    Table t;
    t.add(dataChunk(1, begin, "a1"), 0, 1);
    t.add(dataChunk(2, end, "x2"), 0, 2);
    t.add(dataChunk(2, end, "y2"), 0, 1, flow(5060, 5061));
    t.add(dataChunk(1, whole, "again"), 0, 3);
    QCOMPARE(t.texts, (Texts { "again" }));
    t.add(dataChunk(2, end, "a2"), 0, 1);
    QCOMPARE(t.texts, (Texts { "again", "a1a2" }));
}

void TestSctpChunkTable::abortEndsAnAssociation()
{
    Table t;
    t.add(dataChunk(1, begin, "a1"));
    t.add(std::string("\x06\x00", 2) + big16(4));
    QCOMPARE(t.table.associations(), 0u);
    QCOMPARE(t.table.blocksUsed(), 0u);
    QCOMPARE(t.table.counters().incomplete, 1u);
}

void TestSctpChunkTable::chunksThatCannotBeAreMalformed_data()
{
    QTest::addColumn<QByteArray>("chunks");
    QTest::addColumn<int>("cut");
    QTest::newRow("length of 3") << QByteArray::fromStdString(std::string("\x00\x03", 2) + big16(3)) << 0;
    QTest::newRow("no payload") << QByteArray::fromStdString(dataChunk(1, whole, "")) << 0;
    QTest::newRow("half a chunk header") << QByteArray("\x00\x03", 2) << 0;
    QTest::newRow("cut") << QByteArray::fromStdString(dataChunk(1, whole, "0123456789").substr(0, 20)) << 1;
}

void TestSctpChunkTable::chunksThatCannotBeAreMalformed()
{
    QFETCH(QByteArray, chunks);
    QFETCH(int, cut);
    Table t;
    t.add(chunks.toStdString());
    QCOMPARE(t.texts.size(), 0u);
    QCOMPARE(t.table.counters().malformed + t.table.counters().cut, 1u);
    QCOMPARE(t.table.counters().cut, static_cast<std::uint64_t>(cut));
}

void TestSctpChunkTable::aMessageBeyondTheLimitIsCounted()
{
    Table t;
    for (std::uint32_t i = 0; i < 60; ++i)
        t.add(dataChunk(i, i == 0 ? begin : i == 59 ? end : 0, std::string(1400, 'x')));
    QCOMPARE(t.texts.size(), 0u);
    QCOMPARE(t.table.counters().tooLong, 1u);
    QCOMPARE(t.table.blocksUsed(), 0u);
}

void TestSctpChunkTable::whatNeverCompletesMakesRoomForTheNewer()
{
    SctpOptions options;
    options.maxBlocksPerAssociation = 4;
    Table t(options);
    for (std::uint32_t i = 0; i < 40; i += 2)
        t.add(dataChunk(i, begin, "begins only"));
    QCOMPARE(t.table.blocksUsed(), 4u);
    QCOMPARE(t.table.counters().incomplete, 16u);
    t.add(dataChunk(41, begin, "aa") + dataChunk(42, end, "bb"));
    QCOMPARE(t.texts, (Texts { "aabb" }));
}

void TestSctpChunkTable::beyondTheLimitAssociationsAreRefused()
{
    SctpOptions options;
    options.maxAssociations = 2;
    Table t(options);
    for (std::uint32_t tag = 1; tag <= 3; ++tag)
        t.add(dataChunk(1, whole, "x"), 0, tag);
    QCOMPARE(t.texts.size(), 2u);
    QCOMPARE(t.table.counters().refused, 1u);
}

void TestSctpChunkTable::silentAssociationsLeaveAndTheirMemoryIsFree()
{
    Table t;
    t.add(dataChunk(1, begin, "aa"));
    t.table.expire(at(900'000));
    QCOMPARE(t.table.associations(), 1u);
    t.table.expire(at(900'001));
    QCOMPARE(t.table.associations(), 0u);
    QCOMPARE(t.table.blocksUsed(), 0u);
    QCOMPARE(t.table.counters().timedOut, 1u);
}

void TestSctpChunkTable::anyCutInAnyOrderWithDuplicatesGivesEveryMessageOnce()
{
    Random random(3);
    for (int round = 0; round < 200; ++round) {
        auto tsn = static_cast<std::uint32_t>(random.below(0xffffffff));
        Texts messages;
        std::vector<std::string> chunks;
        for (int m = 0; m < 12; ++m) {
            messages.push_back(sipMessage(m, random.below(4000)));
            const auto stream = static_cast<std::uint16_t>(random.below(3));
            const unsigned flags = random.below(2) == 0 ? unordered : 0;
            const bool interleaved = random.below(2) == 0;
            const std::string& text = messages.back();
            std::uint32_t number = 0;
            for (std::size_t done = 0; done < text.size(); ++number) {
                const std::size_t size = std::min(text.size() - done, 1 + random.below(3000));
                const unsigned f = flags | (done == 0 ? begin : 0) | (done + size == text.size() ? end : 0);
                const std::string piece = text.substr(done, size);
                chunks.push_back(interleaved ? iDataChunk(tsn, f, static_cast<std::uint32_t>(m), number, piece, stream)
                                             : dataChunk(tsn, f, piece, stream));
                ++tsn;
                done += size;
            }
        }
        const std::size_t once = chunks.size();
        for (std::size_t i = 0; i < once; i += 3)
            chunks.push_back(chunks[i]);
        random.shuffle(chunks);
        Table t;
        for (std::size_t i = 0; i < chunks.size(); i += 2)
            t.add(chunks[i] + (i + 1 < chunks.size() ? chunks[i + 1] : std::string()));
        std::sort(t.texts.begin(), t.texts.end());
        std::sort(messages.begin(), messages.end());
        QVERIFY(t.texts == messages);
        QCOMPARE(t.table.counters().duplicates, chunks.size() - once);
        QCOMPARE(t.table.blocksUsed(), 0u);
    }
}

QTEST_GUILESS_MAIN(TestSctpChunkTable)
#include "tst_sctp_chunk_table.moc"
