// The chain of a stream's chunks, however long: its beginning is found in few steps, also past a piece that is missing.
#include "engine/storage/chain_end.h"
#include "engine/storage/media_log_reader.h"
#include "engine/storage/media_log_writer.h"
#include "tests/shared/calls/sample_records.h"

#include <QTemporaryDir>
#include <QTest>
#include <cstring>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr StreamKey caller { { 1000 }, 0 };
constexpr StreamKey callee { { 1000 }, 1 };
const Timestamp start = sample::at("2026-03-01T10:00:00Z");

struct Deleting : ChunkOwner {
    void giveBack(MediaChunk* chunk) override { delete chunk; }
};

std::uint32_t numberOfFirst(Bytes bytes)
{
    MediaReader packets(bytes);
    const auto packet = packets.next();
    std::uint32_t number = UINT32_MAX;
    if (packet)
        std::memcpy(&number, packet->datagram.data(), sizeof number);
    return number;
}

// Streams of so many chunks of a packet each, a second apart; returns where the last of each lies.
std::map<StreamKey, MediaLocation> write(
    const std::filesystem::path& path, std::uint32_t chunks, std::initializer_list<StreamKey> streams)
{
    Deleting owner;
    auto writer = MediaLogWriter::open(path, false, 1u << 20);
    if (!writer)
        qFatal("%s", writer.error().what.c_str());
    for (std::uint32_t i = 0; i < chunks; ++i)
        for (const StreamKey stream : streams) {
            const OwnedChunk owned { new MediaChunk(sample::chunk(stream, start + i * 1s, 1, i)), &owner };
            writer.value()->append({ &owned, 1 }, false);
        }
    writer.value()->flush();
    std::vector<MediaLogWriter::Settled> settled;
    writer.value()->takeSettled(settled);
    std::map<StreamKey, MediaLocation> last;
    for (const auto& chunk : settled)
        last[chunk.stream] = chunk.place;
    return last;
}

}

class TestChunkChain : public QObject {
    Q_OBJECT

private slots:
    void aCallOfFourHoursLeadsToItsFirstChunkInAFewSteps()
    {
        ChainEnd end;
        std::vector<ChunkHeader> chunks(4 * 3600);
        for (std::uint32_t i = 0; i < chunks.size(); ++i)
            end.add(chunks[i], { 1, 512 * (i + 1) });
        std::size_t at = chunks.size() - 1, steps = 0;
        for (; at > 0; ++steps) {
            const MediaLocation to = chunks[at].waypoint ? chunks[at].waypoint : chunks[at].previous;
            QVERIFY(to < chunks[at].here);
            at = to.offset / 512 - 1;
        }
        QVERIFY2(
            steps <= 17, qPrintable(QString::number(steps))); // one to a near waypoint, one to a far one, 14 of those
    }

    void whatTheDiskRefusedIsNoWaypoint_data()
    {
        QTest::addColumn<std::uint32_t>("before");
        QTest::addColumn<std::uint32_t>("refused");
        for (const std::uint32_t before : { 0u, 1u, 31u, 32u, 33u, 1023u, 1024u, 1025u, 2048u })
            for (const std::uint32_t refused : { 1u, 2u, 40u, 1100u })
                QTest::addRow("%u behind %u", refused, before) << before << refused;
    }
    void whatTheDiskRefusedIsNoWaypoint()
    {
        QFETCH(std::uint32_t, before);
        QFETCH(std::uint32_t, refused);
        ChainEnd end;
        std::vector<ChunkHeader> chunks(before + refused);
        for (std::uint32_t i = 0; i < chunks.size(); ++i)
            end.add(chunks[i], { 1, 512 * (i + 1) });
        for (std::uint32_t i = 0; i < refused; ++i)
            end.takeBack(chunks[chunks.size() - 1 - i]);
        std::vector<ChunkHeader> after(1200);
        for (std::uint32_t i = 0; i < after.size(); ++i) {
            end.add(after[i], { 2, 512 * (i + 1) });
            const auto isStored = [&](MediaLocation at) {
                return !at || (at.segment == 1 ? at.offset <= 512 * before : at.segment == 2 && at < after[i].here);
            };
            QVERIFY(isStored(after[i].previous));
            QVERIFY(isStored(after[i].waypoint));
        }
        QCOMPARE(after[0].previous, before == 0 ? MediaLocation {} : (MediaLocation { 1, 512 * before }));
    }

    void aLongStreamIsReadFromItsFirstChunkToItsLast()
    {
        const QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString();
        const auto last = write(path, 3000, { caller });
        MediaLogReader reader(path);
        std::uint32_t expected = 0;
        const auto read = reader.read(caller, last.at(caller),
            [&](Bytes bytes) { return numberOfFirst(bytes) == expected ? ++expected > 0 : false; });
        QVERIFY2(read.has_value(), read ? "" : read.error().what.c_str());
        QCOMPARE(expected, 3000u);
        QCOMPARE(reader.placesOf(caller, last.at(caller)).chunks.size(), std::size_t(3000));
    }

    void aMissingSegmentLeavesWhatLiesBeforeTheLastFarWaypoint()
    {
        const QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString();
        const auto last = write(path, 3000, { caller, callee, { { 2000 }, 0 }, { { 2000 }, 1 } }); // 511 to a segment
        std::filesystem::remove(mediaSegmentPath(path, 4)); // 1,534 to 2,045
        MediaLogReader reader(path);
        std::vector<std::uint32_t> numbers;
        const auto read = reader.read(caller, last.at(caller), [&](Bytes bytes) {
            numbers.push_back(numberOfFirst(bytes));
            return true;
        });
        QVERIFY(!read.has_value());
        QVERIFY2(read.error().what.find("missing") != std::string::npos, read.error().what.c_str());
        QVERIFY(std::ranges::is_sorted(numbers));
        QVERIFY(numbers.size() > 1025 + 900);
        for (std::uint32_t i = 0; i <= 1024; ++i)
            QCOMPARE(numbers[i], i);
        QVERIFY(numbers[1025] > 2000);
        QCOMPARE(numbers.back(), 2999u);
        const auto places = reader.placesOf(caller, last.at(caller));
        QCOMPARE(places.chunks.size(), numbers.size());
        QVERIFY(!places.whole);
    }

    void bothSidesOfACallComeSideBySide()
    {
        const QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString();
        const auto last = write(path, 200, { caller, callee });
        MediaLogReader reader(path);
        const std::vector<MediaLogReader::StreamEnd> ends { { caller, last.at(caller) }, { callee, last.at(callee) } };
        std::uint32_t given = 0;
        const auto read = reader.read(ends, [&](StreamKey stream, Bytes bytes) {
            return numberOfFirst(bytes) == given / 2 && (given % 2 == stream.index) && ++given > 0;
        });
        QVERIFY(read.has_value());
        QCOMPARE(given, 400u);
    }
};

QTEST_APPLESS_MAIN(TestChunkChain)
#include "tst_chunk_chain.moc"
