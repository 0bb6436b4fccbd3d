// Files of the recording log written before it needs them: what the log makes of them, and what stands in the way.
#include "engine/storage/directory_lock.h"
#include "engine/storage/media_log_reader.h"
#include "engine/storage/media_log_writer.h"
#include "engine/storage/media_preparation.h"
#include "engine/storage/segment_files.h"
#include "tests/shared/calls/sample_records.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <set>
#include <sys/stat.h>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t segment = 1u << 20;
const auto unwatched = [](std::uint64_t, std::uint64_t) { return true; };

std::set<ino_t> filesIn(const std::filesystem::path& folder)
{
    std::set<ino_t> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        struct stat status { };
        if (::stat(entry.path().c_str(), &status) == 0)
            files.insert(status.st_ino);
    }
    return files;
}

struct Directory {
    QTemporaryDir temporary;
    std::filesystem::path path = temporary.path().toStdString();
    std::filesystem::path media = path / "media";
};

struct Chunks : ChunkOwner {
    std::set<MediaChunk*> out;
    ~Chunks() override
    {
        for (MediaChunk* chunk : out)
            delete chunk;
    }
    void giveBack(MediaChunk* chunk) override
    {
        out.erase(chunk);
        delete chunk;
    }
    void append(MediaLogWriter& writer, StreamKey stream, int number)
    {
        auto* const chunk = new MediaChunk(sample::chunk(stream, sample::at("2026-03-01") + number * 800ms, 40, 0));
        out.insert(chunk);
        const OwnedChunk owned { chunk, this };
        writer.append({ &owned, 1 }, false);
    }
};

}

class TestMediaPreparation : public QObject {
    Q_OBJECT

private slots:
    void theLogBeginsInThePreparedFilesAndMakesNoOthers()
    {
        const Directory directory;
        const auto prepared = prepareMedia(directory.path, 4 * segment, unwatched, segment);
        QVERIFY2(prepared, prepared ? "" : prepared.error().what.c_str());
        QCOMPARE(prepared.value().filesWritten, std::uint64_t { 4 });
        const auto before = filesIn(directory.media);
        QCOMPARE(before.size(), std::size_t { 4 });

        Chunks chunks;
        auto writer = MediaLogWriter::open(directory.path, false, segment, {}, 4 * segment);
        QVERIFY(writer.has_value());
        QVERIFY2(writer.value()->limits().find("first time") == std::string::npos, writer.value()->limits().c_str());
        std::vector<MediaLogWriter::Settled> settled;
        MediaLocation last;
        for (int i = 0; i < 1000; ++i) { // some 136 fill a segment
            chunks.append(*writer.value(), { { 1000 }, 0 }, i);
            if (i % 50 == 49) {
                writer.value()->flush();
                writer.value()->takeSettled(settled);
                last = settled.back().place;
            }
        }
        QVERIFY(last.segment > 5); // all were filled, and the oldest taken over
        QCOMPARE(filesIn(directory.media), before);
        MediaLogReader reader(directory.path);
        int packets = 0;
        (void)reader.read({ { 1000 }, 0 }, last, [&](Bytes bytes) {
            MediaReader each(bytes);
            while (each.next())
                ++packets;
            return true;
        });
        QVERIFY(packets > 2 * 136 * 40); // of the segments that are still there
    }

    void whatWasRecordedBeforeIsNotTouched()
    {
        const Directory directory;
        Chunks chunks;
        std::vector<MediaLogWriter::Settled> settled;
        {
            auto writer = MediaLogWriter::open(directory.path, false, segment, {}, 4 * segment);
            QVERIFY(writer.value()->limits().find("first time") != std::string::npos);
            chunks.append(*writer.value(), { { 1000 }, 0 }, 0);
            writer.value()->flush();
            writer.value()->takeSettled(settled);
            writer.value()->finish();
        }
        const auto prepared = prepareMedia(directory.path, 4 * segment, unwatched, segment);
        QCOMPARE(prepared.value().filesBefore, std::uint64_t { 1 });
        QCOMPARE(prepared.value().filesWritten, std::uint64_t { 3 });
        MediaLogReader reader(directory.path);
        QVERIFY(reader.isChunkOf({ { 1000 }, 0 }, settled.front().place));
        QCOMPARE(prepareMedia(directory.path, 4 * segment, unwatched, segment).value().filesWritten, std::uint64_t {});
    }

    void aSmallerLimitGivesSpaceBack()
    {
        const Directory directory;
        QVERIFY(prepareMedia(directory.path, 8 * segment, unwatched, segment).has_value());
        const auto writer = MediaLogWriter::open(directory.path, false, segment, {}, 3 * segment);
        QVERIFY(writer.has_value());
        QCOMPARE(filesIn(directory.media).size(), std::size_t { 3 });
    }

    void whatWasStoppedGoesOn()
    {
        const Directory directory;
        const auto stopped = prepareMedia(
            directory.path, 4 * segment, [](std::uint64_t done, std::uint64_t) { return done < 3 * segment; }, segment);
        QVERIFY(stopped.value().stopped);
        QCOMPARE(stopped.value().filesWritten, std::uint64_t { 1 }); // of 2 MiB: the second was stopped
        QCOMPARE(filesIn(directory.media).size(), std::size_t { 1 });
        std::ofstream(directory.media / "000002.begun") << "of a process that was killed";
        const auto rest = prepareMedia(directory.path, 4 * segment, unwatched, segment);
        QCOMPARE(rest.value().filesWritten, std::uint64_t { 3 });
        QCOMPARE(filesIn(directory.media).size(), std::size_t { 4 });
    }

    void aRunningEngineAndAFullDiskAreSaid()
    {
        const Directory directory;
        const auto much = prepareMedia(directory.path, 1ull << 60, unwatched, segment);
        QVERIFY(!much);
        QVERIFY2(much.error().what.find("MiB are free") != std::string::npos, much.error().what.c_str());
        QVERIFY(filesIn(directory.media).empty());
        const auto lock = DirectoryLock::take(directory.path);
        const auto held = prepareMedia(directory.path, 4 * segment, unwatched, segment);
        QVERIFY(!held);
        QVERIFY2(held.error().what.find("stop that engine") != std::string::npos, held.error().what.c_str());
    }
};

QTEST_GUILESS_MAIN(TestMediaPreparation)
#include "tst_media_preparation.moc"
