// The recording log by itself: what is told to be stored can be read, whatever the disk does.
#include "engine/storage/media_log_reader.h"
#include "engine/storage/media_log_writer.h"
#include "tests/engine/storage/failing_disk.h"
#include "tests/shared/calls/sample_records.h"

#include <QTemporaryDir>
#include <QTest>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <set>
#include <sys/resource.h>

using namespace callmon;
using namespace std::chrono_literals;
using sample::FailingDisk;

namespace {

constexpr int perChunk = 40;
constexpr std::uint32_t chunksPerWrite = MediaLogWriter::writeSize / (15 * 512); // 64 + 40 * 180 bytes

struct Log : ChunkOwner {
    QTemporaryDir temporary;
    std::filesystem::path path = temporary.path().toStdString();
    std::unique_ptr<MediaLogWriter> writer;
    FailingDisk::Plan plan;
    std::set<MediaChunk*> out;
    std::map<StreamKey, MediaLocation> last; // told to be stored
    std::map<StreamKey, std::vector<std::uint32_t>> stored, refused; // first packet numbers of their chunks
    std::map<StreamKey, std::vector<std::uint32_t>> given;

    explicit Log(std::uint64_t segmentSize = 64u << 20, bool failing = true, std::uint64_t mostBytes = 0)
    {
        open(false, segmentSize, failing, mostBytes);
    }
    ~Log() override
    {
        writer.reset();
        for (MediaChunk* chunk : out)
            delete chunk;
    }
    void open(bool afterCrash, std::uint64_t segmentSize, bool failing, std::uint64_t mostBytes = 0)
    {
        openOn(failing ? std::make_unique<FailingDisk>(plan) : nullptr, afterCrash, segmentSize, mostBytes);
    }
    void openOn(
        std::unique_ptr<MediaDisk> disk, bool afterCrash, std::uint64_t segmentSize, std::uint64_t mostBytes = 0)
    {
        writer.reset();
        auto opened = MediaLogWriter::open(path, afterCrash, segmentSize, std::move(disk), mostBytes);
        if (!opened)
            qFatal("%s", opened.error().what.c_str());
        writer = std::move(opened.value());
    }
    void giveBack(MediaChunk* chunk) override
    {
        if (out.erase(chunk) != 1)
            qFatal("a chunk came back twice");
        delete chunk;
    }
    void append(StreamKey stream, int packets = perChunk)
    {
        const auto number = static_cast<std::uint32_t>(perChunk * given[stream].size());
        auto* const chunk = new MediaChunk(sample::chunk(stream, start + number * 20ms, packets, number));
        out.insert(chunk);
        given[stream].push_back(number);
        const OwnedChunk owned { chunk, this };
        writer->append({ &owned, 1 }, false);
    }
    bool hasBegun(unsigned writes) // the file system gives them space when it gets to it
    {
        return QTest::qWaitFor([&] {
            writer->append({}, false);
            return plan.writes >= writes;
        });
    }
    Result<void> flush()
    {
        writer->flush();
        const auto error = writer->takeError();
        std::vector<MediaLogWriter::Settled> settled;
        writer->takeSettled(settled);
        for (const auto& chunk : settled) {
            auto& pending = m_next[chunk.stream];
            const std::uint32_t number = given[chunk.stream][pending++];
            (chunk.place ? stored : refused)[chunk.stream].push_back(number);
            if (chunk.place)
                last[chunk.stream] = chunk.place;
        }
        return error ? Result<void>(*error) : Result<void>();
    }
    std::vector<std::uint32_t> readBack(StreamKey stream) // of each chunk
    {
        std::vector<std::uint32_t> numbers;
        MediaLogReader reader(path);
        const auto read = reader.read(stream, last[stream], [&](Bytes bytes) {
            MediaReader packets(bytes);
            std::uint32_t expected = UINT32_MAX;
            while (const auto packet = packets.next()) {
                std::uint32_t number = 0;
                std::memcpy(&number, packet->datagram.data(), sizeof number);
                if (expected == UINT32_MAX)
                    numbers.push_back(expected = number);
                if (number != expected++ || packet->uncertainty != 7ns || packet->arrival != start + number * 20ms)
                    numbers.push_back(UINT32_MAX);
            }
            return true;
        });
        if (!read)
            qWarning("%s", read.error().what.c_str());
        return read ? numbers : std::vector<std::uint32_t> { UINT32_MAX };
    }
    std::uint64_t segmentSize(std::uint32_t number) const
    {
        return std::filesystem::file_size(mediaSegmentPath(path, number));
    }

    const Timestamp start = sample::at("2026-03-01T10:00:00Z");

private:
    std::map<StreamKey, std::size_t> m_next;
};

StreamKey keyOf(std::uint32_t i)
{
    return { { 1000 + i / 2 }, i % 2 };
}

// As openMediaDisk() gives it where the system makes no io_uring: here there is no descriptor for one.
std::unique_ptr<MediaDisk> diskWithoutIoUring()
{
    rlimit before {};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none { 0, before.rlim_max };
    ::setrlimit(RLIMIT_NOFILE, &none);
    std::string note;
    auto disk = openMediaDisk(note);
    ::setrlimit(RLIMIT_NOFILE, &before);
    if (note.find("io_uring is not to be had here") != 0 || note.find("slower") == std::string::npos)
        qFatal("it is not said: %s", note.c_str());
    return disk;
}

}

class TestMediaLog : public QObject {
    Q_OBJECT

private slots:
    void moreSmallChunksThanTheSystemTakesAtOnceAreStored() // a write has 1 MiB or IOV_MAX pieces
    {
        Log log(64u << 20, false);
        constexpr std::uint32_t streams = 3000;
        for (std::uint32_t i = 0; i < streams; ++i)
            log.append(keyOf(i), 1);
        QVERIFY(log.flush());
        QVERIFY(log.refused.empty());
        QCOMPARE(log.stored.size(), std::size_t(streams));
        QCOMPARE(log.readBack(keyOf(streams - 1)), log.given[keyOf(streams - 1)]);
    }
    void whatIsStoredIsReadBackThroughTheRealDisk_data()
    {
        QTest::addColumn<bool>("ioUring");
        QTest::newRow("by io_uring") << true;
        QTest::newRow("without it") << false;
    }
    void whatIsStoredIsReadBackThroughTheRealDisk()
    {
        QFETCH(bool, ioUring);
        Log log(3u << 20, false);
        if (!ioUring)
            log.openOn(diskWithoutIoUring(), false, 3u << 20);
        for (int second = 0; second < 20; ++second) {
            for (std::uint32_t i = 0; i < 50; ++i)
                log.append(keyOf(i), i == 7 ? 1 : perChunk); // of different lengths
            if (second % 6 == 0)
                QVERIFY(log.flush().has_value());
        }
        QVERIFY(log.flush().has_value());
        QVERIFY(log.out.empty());
        QVERIFY(std::filesystem::exists(mediaSegmentPath(log.path, 2)));
        for (std::uint32_t i = 0; i < 50; ++i)
            QCOMPARE(log.readBack(keyOf(i)), log.given[keyOf(i)]);
        log.writer->finish();
        QVERIFY(log.segmentSize(1) <= (3u << 20) + MediaLogWriter::writeSize); // no space kept that is not used
    }

    void completionsInAnyOrderMakeNoDifference()
    {
        Log log;
        log.plan.newestFirst = true;
        log.plan.held = true;
        for (std::uint32_t i = 0; i < 6 * chunksPerWrite; ++i)
            log.append(keyOf(i % 10));
        QVERIFY(log.hasBegun(4));
        log.plan.held = false;
        QVERIFY(log.flush().has_value());
        for (std::uint32_t i = 0; i < 10; ++i)
            QCOMPARE(log.readBack(keyOf(i)), log.given[keyOf(i)]);
    }

    void aChunkIsToldOnlyWhenAllBeforeItAreWritten()
    {
        Log log;
        log.plan.held = true;
        for (std::uint32_t i = 0; i < 3 * chunksPerWrite; ++i)
            log.append(keyOf(0));
        std::vector<MediaLogWriter::Settled> settled;
        log.writer->append({}, false);
        log.writer->takeSettled(settled);
        QVERIFY(settled.empty());
        QCOMPARE(log.out.size(), std::size_t { 3 * chunksPerWrite }); // still the log's
        log.plan.held = false;
        QVERIFY(log.flush().has_value());
        QVERIFY(log.out.empty());
    }

    void aShortWriteIsGoneOnWith_data()
    {
        QTest::addColumn<qint64>("first");
        QTest::newRow("one disk block") << qint64 { 512 };
        QTest::newRow("in the middle of a chunk") << qint64 { 10 * 512 };
        QTest::newRow("between two chunks") << qint64 { 15 * 512 };
        QTest::newRow("all but a block") << qint64 { -512 };
    }
    void aShortWriteIsGoneOnWith()
    {
        QFETCH(qint64, first);
        Log log;
        log.plan.result = [first](unsigned, std::uint64_t length) {
            const bool isWhole = length % 4096 == 0; // else it is the rest of one
            return (isWhole && first > 0 ? 0 : static_cast<std::int64_t>(length)) + (isWhole ? first : 0);
        };
        for (std::uint32_t i = 0; i < 3 * chunksPerWrite; ++i)
            log.append(keyOf(i % 3));
        QVERIFY(log.flush().has_value());
        for (std::uint32_t i = 0; i < 3; ++i)
            QCOMPARE(log.readBack(keyOf(i)), log.given[keyOf(i)]);
    }

    void aWriteThatFailsCostsItsOwnChunksAndNoOthers_data()
    {
        QTest::addColumn<int>("error");
        QTest::addColumn<int>("failing");
        for (const int failing : { 0, 1, 2 }) {
            QTest::addRow("no space, write %d", failing) << ENOSPC << failing;
            QTest::addRow("input/output error, write %d", failing) << EIO << failing;
        }
    }
    void aWriteThatFailsCostsItsOwnChunksAndNoOthers()
    {
        QFETCH(int, error);
        QFETCH(int, failing);
        Log log;
        log.plan.held = true; // so that several are on their way when it fails
        log.plan.result = [=](unsigned number, std::uint64_t length) {
            return static_cast<int>(number) == failing ? -error : static_cast<std::int64_t>(length);
        };
        for (std::uint32_t i = 0; i < 4 * chunksPerWrite; ++i)
            log.append(keyOf(i % 7));
        QVERIFY(log.hasBegun(3));
        log.plan.held = false;
        const auto flushed = log.flush();
        QVERIFY(!flushed.has_value());
        QVERIFY2(flushed.error().what.find("000001.log") != std::string::npos, flushed.error().what.c_str());
        QVERIFY(log.out.empty());
        std::size_t refused = 0;
        for (std::uint32_t i = 0; i < 7; ++i) {
            refused += log.refused[keyOf(i)].size();
            QCOMPARE(log.stored[keyOf(i)].size() + log.refused[keyOf(i)].size(), log.given[keyOf(i)].size());
        }
        QVERIFY(refused > 0 && refused <= chunksPerWrite + 1);
        for (std::uint32_t i = 0; i < 7; ++i) // and what follows hangs on what was stored
            log.append(keyOf(i));
        QVERIFY(log.flush().has_value());
        for (std::uint32_t i = 0; i < 7; ++i)
            QCOMPARE(log.readBack(keyOf(i)), log.stored[keyOf(i)]);
        QCOMPARE(std::filesystem::exists(mediaSegmentPath(log.path, 2)), error == EIO); // a bad place is left
    }

    void aDiskThatFillsUpInTheMiddleOfAWriteKeepsTheChunksInFrontOfIt()
    {
        Log log;
        bool full = false;
        log.plan.result = [&full](unsigned, std::uint64_t length) -> std::int64_t {
            if (std::exchange(full, true))
                return -ENOSPC;
            return std::min<std::int64_t>(static_cast<std::int64_t>(length), 50 * 512); // 3 chunks and a third
        };
        for (int i = 0; i < 10; ++i)
            log.append(keyOf(0));
        QVERIFY(!log.flush().has_value());
        QCOMPARE(log.stored[keyOf(0)].size(), std::size_t { 3 });
        QCOMPARE(log.refused[keyOf(0)].size(), std::size_t { 7 });
        log.plan.result = {};
        log.append(keyOf(0));
        QVERIFY(log.flush().has_value());
        QCOMPARE(log.readBack(keyOf(0)), log.stored[keyOf(0)]);
    }

    void aDiskThatRefusesEverythingGivesEveryChunkBack()
    {
        Log log;
        log.plan.result = [](unsigned, std::uint64_t) -> std::int64_t { return -EIO; };
        for (std::uint32_t i = 0; i < 5 * chunksPerWrite; ++i)
            log.append(keyOf(i % 5));
        QVERIFY(!log.flush().has_value());
        QVERIFY(log.out.empty());
        QVERIFY(log.stored.empty());
        log.plan.result = {};
        log.append(keyOf(0));
        QVERIFY(log.flush().has_value());
        QCOMPARE(log.readBack(keyOf(0)).size(), std::size_t { 1 });
    }

    void moreWritesThanAreAllowedAtOnceWaitTheirTurn()
    {
        Log log(256u << 20);
        log.plan.held = true;
        for (std::uint32_t i = 0; i < (MediaDisk::writesAtOnce + 10) * chunksPerWrite; ++i)
            log.append(keyOf(i % 100));
        QVERIFY(log.hasBegun(MediaDisk::writesAtOnce));
        log.writer->append({}, false);
        QCOMPARE(log.plan.writes, MediaDisk::writesAtOnce);
        log.plan.held = false;
        QVERIFY(log.flush().has_value());
        for (std::uint32_t i = 0; i < 100; ++i)
            QCOMPARE(log.readBack(keyOf(i)), log.given[keyOf(i)]);
    }

    void theEndIsFoundBehindSpaceThatWasTakenInAdvance()
    {
        Log log(64u << 20, false);
        for (std::uint32_t i = 0; i < 20; ++i)
            log.append(keyOf(i % 4));
        QVERIFY(log.flush().has_value());
        const auto taken = log.segmentSize(1);
        QVERIFY(taken > 20 * 15 * 512u);
        std::filesystem::copy_file(mediaSegmentPath(log.path, 1), log.path / "killed.log");
        log.writer.reset();
        std::filesystem::rename(log.path / "killed.log", mediaSegmentPath(log.path, 1));
        log.open(true, 64u << 20, false);
        QVERIFY(log.writer->notes().empty()); // zeros are no torn write
        log.append(keyOf(9));
        QVERIFY(log.flush().has_value());
        QCOMPARE(log.last[keyOf(9)].segment, 1u);
        QCOMPARE(log.last[keyOf(9)].offset, (4096 + 20 * 15 * 512u + 4095) / 4096 * 4096);
        for (std::uint32_t i = 0; i < 4; ++i)
            QCOMPARE(log.readBack(keyOf(i)), log.given[keyOf(i)]);
    }

    void aChunkWhoseChecksumDoesNotFitIsLeftOutAndSaid()
    {
        Log log(64u << 20, false);
        const StreamKey stream = keyOf(1);
        std::vector<MediaLocation> places;
        for (int i = 0; i < 3; ++i) {
            log.append(stream);
            QVERIFY(log.flush().has_value());
            places.push_back(log.last[stream]);
        }
        {
            std::fstream file(mediaSegmentPath(log.path, 1), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(static_cast<std::streamoff>(places[1].offset) + 3000); // sound of one packet
            file << 'x';
        }
        MediaLogReader reader(log.path);
        int chunks = 0;
        const auto read = reader.read(stream, log.last[stream], [&](Bytes) {
            ++chunks;
            return true;
        });
        QCOMPARE(chunks, 2);
        QVERIFY(!read.has_value());
        QVERIFY2(read.error().what.find("is damaged") != std::string::npos, read.error().what.c_str());
    }

    void aBlockThatNeverArrivedIsNoDamage()
    {
        Log log(64u << 20, false);
        for (std::uint32_t i = 0; i < 6; ++i) {
            log.append(keyOf(i));
            QVERIFY(log.flush().has_value());
        }
        log.writer->finish();
        log.writer.reset();
        { // of two writes on their way when the process was killed, the second is there
            std::fstream file(mediaSegmentPath(log.path, 1), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(static_cast<std::streamoff>(log.last[keyOf(4)].offset));
            file << std::string(15 * 512, '\0');
        }
        log.open(true, 64u << 20, false);
        QVERIFY(log.writer->notes().empty());
        log.append(keyOf(10));
        QVERIFY(log.flush().has_value());
        QVERIFY(log.last[keyOf(10)] > log.last[keyOf(5)]);
    }

    void whatARecycledFileHeldBeforeIsNotBelieved()
    {
        Log log(64u << 20, false);
        log.append(keyOf(0));
        QVERIFY(log.flush().has_value());
        log.writer.reset();
        std::filesystem::copy_file(mediaSegmentPath(log.path, 1), mediaSegmentPath(log.path, 2));
        MediaLogReader reader(log.path);
        QVERIFY(reader.isChunkOf(keyOf(0), log.last[keyOf(0)]));
        QVERIFY(!reader.isChunkOf(keyOf(0), { 2, log.last[keyOf(0)].offset }));
    }

    // Four segments of 1 MiB: three writes of 50 chunks fill one.
    void theOldestMediaMakeRoomForTheNewestAndNeverPassForThem()
    {
        constexpr std::uint64_t segment = 1u << 20;
        Log log(segment, false, 4 * segment);
        for (int i = 0; i < 1000; ++i) {
            log.append(keyOf(i / 100)); // ten streams, one after the other
            if (i % 50 == 49)
                QVERIFY(log.flush().has_value());
        }
        const auto kept = segmentsIn(log.path / "media");
        QCOMPARE(kept.size(), std::size_t { 4 });
        QVERIFY(kept.front() > 3);
        std::uint64_t bytes = 0;
        for (const auto& file : std::filesystem::directory_iterator(log.path / "media"))
            bytes += file.file_size();
        QVERIFY(bytes <= 4 * (segment + MediaLogWriter::writeSize));
        QCOMPARE(log.readBack(keyOf(9)), log.given[keyOf(9)]);
        QCOMPARE(log.readBack(keyOf(8)), log.given[keyOf(8)]);

        // Of what was overwritten there is nothing, and of what was in part its end.
        MediaLogReader reader(log.path);
        int packets = 0;
        const auto gone = reader.read(keyOf(0), log.last[keyOf(0)], [&](Bytes) { return ++packets > 0; });
        QVERIFY(!gone);
        QCOMPARE(packets, 0);
        QVERIFY2(gone.error().what.find("overwritten, to make room for newer recordings, ") != std::string::npos,
            gone.error().what.c_str());
        for (std::uint32_t number = kept.front(); number <= kept.back(); ++number)
            for (std::uint32_t offset = 4096; offset < segment; offset += mediaBlockSize)
                QVERIFY(!reader.isChunkOf(keyOf(0), { number, offset }));
    }

    void aSegmentThatTookAFileOverIsGoneOnWithAfterAKill()
    {
        constexpr std::uint64_t segment = 1u << 20;
        Log log(segment, false, 3 * segment);
        for (int i = 0; i < 550; ++i) { // 150 fill a segment: the fourth is two thirds new, the rest what the first was
            log.append(keyOf(i / 100));
            if (i % 50 == 49)
                QVERIFY(log.flush().has_value());
        }
        Log killed(segment, false);
        killed.writer.reset();
        std::filesystem::remove_all(killed.path);
        std::filesystem::copy(log.path, killed.path, std::filesystem::copy_options::recursive);
        const std::uint32_t last = lastSegment(log.path / "media");
        QCOMPARE(last, 4u);
        killed.open(true, segment, false, 3 * segment);
        QVERIFY2(
            killed.writer->notes().empty(), killed.writer->notes().empty() ? "" : killed.writer->notes()[0].c_str());
        killed.given = log.given;
        killed.last = log.last;
        QCOMPARE(killed.readBack(keyOf(5)), log.given[keyOf(5)]);
        killed.append(keyOf(20));
        QVERIFY(killed.flush().has_value());
        QVERIFY(killed.last[keyOf(20)].segment >= last);
        QVERIFY(killed.last[keyOf(20)] > log.last[keyOf(5)]);
        QCOMPARE(killed.readBack(keyOf(5)), log.given[keyOf(5)]);
        QCOMPARE(killed.readBack(keyOf(20)), killed.given[keyOf(20)]);
    }

    void segmentsOfVersionOneAreStillRead()
    {
        // As version 1 laid it out: a header of 64 bytes, then chunks without gaps, 16 bytes before each packet.
        QTemporaryDir temporary;
        const std::filesystem::path path = temporary.path().toStdString();
        std::filesystem::create_directories(path / "media");
        std::vector<std::byte> file;
        const auto put = [&file](const auto& value) {
            const auto raw = std::as_bytes(std::span(&value, 1));
            file.insert(file.end(), raw.begin(), raw.end());
        };
        SegmentHeader segment;
        segment.version = 1;
        segment.headerSize = 64;
        put(segment);
        MediaLocation previous;
        for (std::uint32_t i = 0; i < 3; ++i) {
            std::vector<std::byte> packets;
            unpackPackets(sample::chunk(keyOf(1), sample::at("2026-03-01") + i * 100ms, 5, 5 * i), packets);
            ChunkHeader header;
            header.version = 1;
            header.bytes = static_cast<std::uint32_t>(packets.size());
            header.callKey = keyOf(1).call.value;
            header.streamIndex = keyOf(1).index;
            header.packets = 5;
            header.previous = previous;
            header.crc = crcOf(header, packets);
            previous = { 1, static_cast<std::uint32_t>(file.size()) };
            put(header);
            file.insert(file.end(), packets.begin(), packets.end());
        }
        std::ofstream(mediaSegmentPath(path, 1), std::ios::binary)
            .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
        MediaLogReader reader(path);
        std::uint32_t number = 0;
        QVERIFY(reader.read(keyOf(1), previous, [&](Bytes bytes) {
            MediaReader recorded(bytes);
            while (const auto packet = recorded.next()) {
                std::uint32_t found = 0;
                std::memcpy(&found, packet->datagram.data(), sizeof found);
                if (found != number++)
                    return false;
            }
            return true;
        }));
        QCOMPARE(number, 15u);
        auto writer = MediaLogWriter::open(path, false);
        QVERIFY(writer.has_value());
        QVERIFY(std::filesystem::exists(mediaSegmentPath(path, 2))); // it goes on in one of its own version
        QCOMPARE(std::filesystem::file_size(mediaSegmentPath(path, 1)), file.size());
    }

    void aRingOfChunksEnds()
    {
        Log log(64u << 20, false);
        log.append(keyOf(0));
        QVERIFY(log.flush().has_value());
        log.writer->finish();
        StoredChunk chunk;
        const MediaLocation at = log.last[keyOf(0)];
        const FileHandle file(::open(mediaSegmentPath(log.path, 1).c_str(), O_RDWR));
        QCOMPARE(readChunk(file.get(), at, chunk), ChunkState::Whole);
        chunk.header.previous = at;
        chunk.header.crc = crcOf(chunk.header, chunk.bytes);
        QCOMPARE(::pwrite(file.get(), &chunk.header, sizeof chunk.header, at.offset), ssize_t { sizeof chunk.header });
        MediaLogReader reader(log.path);
        int chunks = 0;
        QVERIFY(!reader.read(keyOf(0), at, [&](Bytes) { return ++chunks > 0; }).has_value());
        QCOMPARE(chunks, 1);
    }
};

QTEST_GUILESS_MAIN(TestMediaLog)
#include "tst_media_log.moc"
