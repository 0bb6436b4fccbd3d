// The recording log on several disks: all of it is read back, and a disk that is full, failing, silent or not there
// costs what was on its way to it at most.
#include "engine/storage/media_preparation.h"
#include "tests/engine/storage/kept_directory.h"
#include "tests/engine/storage/two_disks.h"

#include <cerrno>
#include <set>
#include <thread>

using namespace callmon;
using namespace std::chrono_literals;
using sample::foldersOf;
using sample::KeptDirectory;
using sample::TwoDisks;
using Paths = std::vector<std::filesystem::path>;

namespace {

const Timestamp start = sample::at("2026-02-20T10:00:00Z");
constexpr std::uint64_t segment = 1u << 20;

DirectoryWriter::Tuning smallSegments(std::optional<Paths> folders, std::uint64_t mostMedia = 0)
{
    DirectoryWriter::Tuning tuning;
    tuning.segmentSize = segment;
    tuning.mostMediaBytes = mostMedia;
    tuning.mediaFolders = std::move(folders);
    return tuning;
}

std::uintmax_t bytesIn(const std::filesystem::path& folder)
{
    std::uintmax_t bytes = 0;
    for (const std::uint32_t number : segmentsIn(folder))
        bytes += std::filesystem::file_size(segmentPath(folder, number));
    return bytes;
}

std::string textOf(const std::filesystem::path& file)
{
    std::ifstream in(file);
    return { std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>() };
}

}

class TestMediaFolders : public QObject {
    Q_OBJECT

private slots:
    void callsOfAllFoldersAreReadBack_data()
    {
        QTest::addColumn<int>("folders");
        QTest::newRow("two") << 2;
        QTest::newRow("three") << 3;
    }
    void callsOfAllFoldersAreReadBack()
    {
        QFETCH(int, folders);
        KeptDirectory directory;
        const CallRecord old = [&] { // what was recorded before there were several
            directory.open(smallSegments(std::nullopt));
            const CallRecord call = directory.put(start - 1min, "old");
            directory.closeWriter();
            return call;
        }();
        QVERIFY(!std::filesystem::exists(directory.path / "media.folders")); // as ever
        const Paths paths = foldersOf(directory.path, static_cast<std::size_t>(folders));
        std::vector<CallRecord> calls { old };
        for (int part = 0; part < 3; ++part) { // with starts between them, the later without being told where
            directory.open(smallSegments(part == 0 ? std::optional(paths) : std::nullopt));
            for (int i = 0; i < 12; ++i)
                calls.push_back(directory.put(
                    start + part * 1h + i * 1s, "call-" + std::to_string(12 * part + i), "1", "PAYLOAD", 10));
            directory.closeWriter();
        }
        std::set<std::uint32_t> numbers { 1 };
        std::uintmax_t all = 0;
        for (const auto& path : paths)
            all += bytesIn(path);
        for (const auto& path : paths) {
            for (const std::uint32_t number : segmentsIn(path))
                QVERIFY2(numbers.insert(number).second, "a number that another folder has");
            QVERIFY(bytesIn(path) > all / paths.size() / 2);
        }
        QCOMPARE(segmentsIn(directory.path / "media").size(), 1u);
        QVERIFY(textOf(directory.path / "media.folders").ends_with("before media\n"));
        directory.openQuery();
        for (const CallRecord& call : calls)
            for (std::uint32_t stream = 0; stream < 2; ++stream) {
                std::string error;
                QCOMPARE(directory.packetsOf({ call.key, stream }, &error), call.callId.str() == "old" ? 120u : 400u);
                QCOMPARE(error, std::string());
            }

        // Back to one, which is not the first of before.
        directory.open(smallSegments(Paths()));
        const CallRecord last = directory.put(start + 9h, "last");
        directory.closeWriter();
        QCOMPARE(segmentsIn(directory.path / "media").size(), 1u); // it goes on where it was left
        directory.openQuery();
        QCOMPARE(directory.packetsOf({ last.key, 0 }), 120u);
        QCOMPARE(directory.packetsOf({ calls[5].key, 1 }), 400u);
        QVERIFY(textOf(directory.path / "media.folders").find("before disk1\n") != std::string::npos);
        // As a copy elsewhere.
        KeptDirectory copy;
        copy.path = directory.copyAsKilled();
        std::filesystem::rename(directory.path, directory.path.string() + ".away");
        copy.openQuery();
        QCOMPARE(copy.packetsOf({ calls[5].key, 1 }), 400u);
        std::filesystem::rename(directory.path.string() + ".away", directory.path);
    }

    void whatOneDiskRefusesTheOtherTakes_data()
    {
        QTest::addColumn<int>("error");
        QTest::newRow("failing") << EIO;
        QTest::newRow("full") << ENOSPC;
    }
    void whatOneDiskRefusesTheOtherTakes()
    {
        QFETCH(int, error);
        TwoDisks log;
        log.first.result = [&](unsigned number, std::uint64_t length) {
            return number < 2 ? static_cast<std::int64_t>(length) : -error;
        };
        log.first.newestFirst = true;
        log.open();
        log.append(0, 200, 12);
        log.flush();
        QCOMPARE(log.refusedChunks(), 0u);
        QCOMPARE(log.gauge("media_directories_down"), 1u);
        QVERIFY(log.gauge("media_chunks_moved") > 0);
        QCOMPARE(log.gauge("media_chunks_on_their_way"), 0u);
        QVERIFY(log.writer->takeError()->what.find("disk1") != std::string::npos);
        QVERIFY(log.allIsReadBack());
        QVERIFY(log.first.writes < 40); // it was left alone
    }

    void aDiskThatIsWellAgainTakesNewStreams()
    {
        TwoDisks log;
        bool failing = true;
        log.first.result = [&](unsigned number, std::uint64_t length) {
            return !failing || number < 2 ? static_cast<std::int64_t>(length) : -EIO;
        };
        MediaPatience patience;
        patience.pause = 50ms;
        log.open(patience);
        log.append(0, 200, 8);
        log.flush();
        QVERIFY(log.gauge("media_chunks_moved") > 0);
        failing = false;
        std::this_thread::sleep_for(60ms);
        const unsigned before = log.first.writes;
        log.append(200, 200, 8);
        log.append(0, 400, 4); // those of before stay where they went
        log.flush();
        QCOMPARE(log.gauge("media_directories_down"), 0u);
        QVERIFY(log.first.writes > before + 3);
        QCOMPARE(log.refusedChunks(), 0u);
        QVERIFY(log.allIsReadBack());
    }

    void onesThatFailNowAndThenLoseNothing()
    {
        TwoDisks log;
        std::srand(7);
        const auto sometimes = [](unsigned, std::uint64_t length) {
            switch (std::rand() % 12) {
            case 0:
                return std::int64_t { -EIO };
            case 1:
                return static_cast<std::int64_t>(length / 2 / 4096 * 4096); // short
            default:
                return static_cast<std::int64_t>(length);
            }
        };
        log.first.result = sometimes;
        log.first.newestFirst = true;
        MediaPatience patience;
        patience.pause = 1ms;
        log.open(patience, 4u << 20);
        for (int i = 0; i < 40; ++i) {
            log.append(static_cast<std::uint32_t>(20 * i), 200, 2);
            std::this_thread::sleep_for(2ms);
        }
        log.flush();
        QCOMPARE(log.refusedChunks(), 0u);
        QVERIFY(log.gauge("media_chunks_moved") > 0);
        QVERIFY(log.allIsReadBack());
        // Both at once: then it is as with one.
        log.second.result = sometimes;
        for (int i = 0; i < 40; ++i)
            log.append(static_cast<std::uint32_t>(20 * i), 200, 2);
        log.flush();
        QCOMPARE(log.out, 0u);
        QVERIFY(log.allIsReadBack());
    }

    void aDiskThatDoesNotAnswerCostsWhatWasOnItsWay()
    {
        TwoDisks log;
        MediaPatience patience;
        patience.write = 100ms;
        log.open(patience);
        log.append(0, 200, 4);
        log.flush();
        log.first.held = true;
        log.append(0, 200, 4);
        std::this_thread::sleep_for(120ms);
        log.append(0, 200, 4);
        log.flush(); // does not wait for it
        QVERIFY(log.refusedChunks() > 0);
        QVERIFY(log.refusedChunks() < 200 * 4);
        QVERIFY(log.out > 0); // their memory is the disk's still
        QCOMPARE(log.gauge("media_directories_down"), 1u);
        QVERIFY(log.writer->takeError()->what.find("does not answer") != std::string::npos);
        QVERIFY(log.allIsReadBack());
        log.first.held = false;
        log.append(0, 2);
        log.flush();
        QCOMPARE(log.out, 0u);
        QVERIFY(log.allIsReadBack());
    }

    void aDiskThatIsTooSlowIsRelieved()
    {
        TwoDisks log;
        MediaPatience patience;
        patience.backlog = 50ms;
        log.open(patience, 64u << 20);
        log.first.held = true;
        log.append(0, 400, 40); // 60 MB for each, more than may be on its way
        while (log.first.writes < MediaDisk::writesAtOnce)
            log.append(0, 2);
        std::this_thread::sleep_for(60ms);
        log.append(0, 2);
        QCOMPARE(log.gauge("media_directories_down"), 0u); // what is on its way is waited for
        log.first.held = false;
        log.append(0, 2);
        QCOMPARE(log.gauge("media_directories_down"), 1u);
        log.append(0, 400, 4);
        log.flush();
        QCOMPARE(log.refusedChunks(), 0u);
        QVERIFY(log.allIsReadBack());
    }

    void oneThatIsNotMountedIsSaidAndTheOthersTakeItsShare()
    {
        KeptDirectory directory;
        const Paths paths = foldersOf(directory.path, 2);
        directory.open(smallSegments(paths));
        std::vector<CallRecord> calls;
        for (int i = 0; i < 12; ++i)
            calls.push_back(directory.put(start + i * 1s, "call-" + std::to_string(i), "1", "PAYLOAD", 10));
        directory.closeWriter();
        const auto away = directory.path / "away";
        std::filesystem::rename(paths[0], away);
        std::filesystem::create_directory(paths[0]); // its mount point
        directory.open(smallSegments(paths));
        QCOMPARE(directory.writer->recoveryNotes().size(), 1u);
        QVERIFY(directory.writer->recoveryNotes()[0].find("is its disk mounted?") != std::string::npos);
        QCOMPARE(directory.counter("media_directories_down"), 1u);
        const CallRecord later = directory.put(start + 1h, "later", "1", "PAYLOAD", 30);
        QVERIFY(segmentsIn(paths[0]).empty());
        directory.closeWriter();
        std::filesystem::remove_all(paths[0]);
        directory.openQuery();
        std::size_t lost = 0;
        for (const CallRecord& call : calls) {
            std::string error;
            if (directory.packetsOf({ call.key, 0 }, &error) == 0) {
                ++lost;
                QVERIFY2(error.find("disk1, which is not there") != std::string::npos, error.c_str());
            }
        }
        QVERIFY(lost > 0 && lost < calls.size());
        std::filesystem::rename(away, paths[0]);
        directory.open(smallSegments(paths));
        QVERIFY(directory.writer->recoveryNotes().empty());
        calls.push_back(directory.put(start + 2h, "last", "1", "PAYLOAD", 10));
        std::set<std::uint32_t> numbers;
        for (const auto& path : paths)
            for (const std::uint32_t number : segmentsIn(path))
                QVERIFY(numbers.insert(number).second);
        directory.closeWriter();
        directory.openQuery();
        for (const CallRecord& call : calls)
            QCOMPARE(directory.packetsOf({ call.key, 0 }), 400u);
        QCOMPARE(directory.packetsOf({ later.key, 1 }), 1200u);

        for (const auto& path : paths)
            std::filesystem::rename(path, path.string() + ".away");
        const auto none = DirectoryWriter::open(directory.path, smallSegments(paths));
        QVERIFY(!none && none.error().what.find("is its disk mounted?") != std::string::npos);
    }

    void aFolderBelongsToOneDataDirectory()
    {
        KeptDirectory one, other;
        const Paths paths = foldersOf(one.path, 2);
        one.open(smallSegments(paths));
        one.closeWriter();
        const auto second = DirectoryWriter::open(other.path, smallSegments(paths));
        QVERIFY(!second && second.error().what.find("of another data directory") != std::string::npos);
        const auto twice = DirectoryWriter::open(one.path, smallSegments(Paths { paths[0], paths[0] / "." }));
        QVERIFY(!twice && twice.error().what.find("given twice") != std::string::npos);
    }

    void agesHoldsAndDeletionReachAllFolders()
    {
        KeptDirectory directory;
        const Paths paths = foldersOf(directory.path, 2);
        directory.openKept({ .media = 24h }, smallSegments(paths));
        const CallRecord held = directory.put(start, "held", "1", "HELD", 20);
        const std::string number = "+34666123456";
        std::vector<CallRecord> others;
        for (int i = 0; i < 8; ++i) {
            directory.put(start + 1min + i * 1s, "theirs-" + std::to_string(i), number, "DISTINCTIVE", 5);
            others.push_back(directory.put(start + 2min + i * 1s, "other-" + std::to_string(i), "1", "OTHER", 5));
        }
        for (const auto& path : paths)
            QVERIFY(std::ranges::any_of(directory.filesWith("DISTINCTIVE"),
                [&](const std::string& file) { return file.starts_with(path.string()); }));
        const auto report = directory.keeper->deleteNumber({ number, {}, {}, false });
        QVERIFY2(report.has_value(), report ? "" : report.error().what.c_str());
        QCOMPARE(report.value().calls.size(), 8u);
        QCOMPARE(directory.firstFileWith("DISTINCTIVE"), std::string());
        QCOMPARE(directory.firstFileWith(number), std::string());
        directory.openQuery(directory.writer.get());
        for (const CallRecord& call : others)
            QCOMPARE(directory.packetsOf({ call.key, 1 }), 200u);

        QVERIFY(directory.keeper->hold(held.key, "case 17", "ada").has_value());
        for (int i = 0; segmentsIn(paths[0]).size() < 5 || segmentsIn(paths[1]).size() < 5; ++i)
            directory.put(start + 1h + i * 1s, "filler-" + std::to_string(i), "1", "FILLER", 30);
        const CallRecord last = directory.put(start + 2h, "last", "1", "LAST", 5);
        for (const auto& path : paths)
            for (const std::uint32_t segment : segmentsIn(path))
                directory.setLastWrite(segmentPath(path, segment), directory.wall - 25h);
        directory.steps();
        for (const auto& path : paths) {
            QCOMPARE(segmentsIn(path).size(), 2u);
            for (const auto& file : std::filesystem::directory_iterator(path))
                QVERIFY(file.path().extension() != ".expired");
        }
        std::string error;
        QCOMPARE(directory.packetsOf({ held.key, 0 }, &error), 800u);
        QCOMPARE(error, std::string());
        QCOMPARE(directory.packetsOf({ last.key, 0 }, &error), 200u);
        QCOMPARE(directory.packetsOf({ others[0].key, 0 }, &error), 0u);
        QVERIFY2(error.find("expired and was deleted") != std::string::npos, error.c_str());
        directory.closeKept();
    }

    // The last segment of a folder that was taken out of the list, renamed and not deleted yet.
    void whatAKillLeavesInAFolderOfBeforeIsDeleted()
    {
        KeptDirectory directory;
        const Paths paths = foldersOf(directory.path, 2);
        directory.open(smallSegments(paths));
        directory.put(start, "call");
        directory.closeWriter();
        for (const std::uint32_t number : segmentsIn(paths[1]))
            std::filesystem::remove(segmentPath(paths[1], number));
        std::ofstream(paths[1] / "000001.expired") << "DISTINCTIVE";
        directory.openKept({}, smallSegments(Paths { paths[0] }));
        directory.steps();
        QVERIFY(!std::filesystem::exists(paths[1] / "000001.expired"));
        directory.closeKept();
        directory.openKept({}, smallSegments(Paths { paths[0] }));
        directory.closeKept();
        QVERIFY(textOf(directory.path / "media.folders").find("before") == std::string::npos); // and it is forgotten
    }

    void theLimitIsSharedAndWhatWasElsewhereGoesFirst()
    {
        KeptDirectory directory;
        directory.open(smallSegments(std::nullopt));
        for (int i = 0; segmentsIn(directory.path / "media").size() < 5; ++i)
            directory.put(start + i * 1s, "early-" + std::to_string(i), "1", "EARLY", 30);
        directory.closeWriter();
        const Paths paths = foldersOf(directory.path, 2);
        directory.open(smallSegments(paths, 10 * segment));
        QCOMPARE(segmentsIn(directory.path / "media").size(), 5u);
        const CallRecord first = directory.put(start + 1h, "first");
        for (int i = 0; i < 60; ++i)
            directory.put(start + 1h + i * 1s, "later-" + std::to_string(i), "1", "LATER", 30);
        for (const auto& path : paths)
            QVERIFY(segmentsIn(path).size() <= 5);
        QVERIFY(segmentsIn(directory.path / "media").empty());
        QVERIFY(directory.counter("media_segments_overwritten") > 5);
        directory.openQuery(directory.writer.get());
        std::string error;
        QCOMPARE(directory.packetsOf({ first.key, 0 }, &error), 0u);
        QVERIFY2(error.find("was overwritten, to make room") != std::string::npos, error.c_str());
        directory.closeWriter();
    }

    void filesAreWrittenInAdvanceInEach()
    {
        KeptDirectory directory;
        const Paths paths = foldersOf(directory.path, 2);
        const auto prepared = prepareMedia(
            directory.path, 8 * segment, [](std::uint64_t, std::uint64_t) { return true; }, segment, paths);
        QVERIFY2(prepared.has_value(), prepared ? "" : prepared.error().what.c_str());
        QCOMPARE(prepared.value().filesWritten, 8u);
        directory.open(smallSegments(paths, 8 * segment));
        QCOMPARE(QString::fromStdString(directory.writer->limits()).contains("for the first time"), false);
        for (const auto& path : paths) {
            QCOMPARE(segmentsIn(path).size(), 1u);
            QCOMPARE(spareSegmentsIn(path).size(), 3u);
        }
        directory.closeWriter();
    }
};

QTEST_GUILESS_MAIN(TestMediaFolders)
#include "tst_media_folders.moc"
