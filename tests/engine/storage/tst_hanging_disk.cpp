// A file system that never answers costs nobody but its own folder: calls are tracked and stored, other folders record.
#include "engine/storage/disk_fill.h"
#include "tests/engine/storage/hanging_files.h"
#include "tests/engine/storage/test_directory.h"
#include "tests/engine/storage/two_disks.h"

#include <thread>

using namespace callmon;
using namespace std::chrono_literals;
using sample::Directory;
using sample::ends;
using sample::Hang;
using sample::soon;
using sample::TwoDisks;

namespace {

constexpr std::uint64_t segment = 1u << 20;

MediaPatience shortPatience()
{
    MediaPatience patience;
    patience.files = 100ms;
    patience.end = 200ms;
    patience.pause = 50ms;
    return patience;
}

}

class TestHangingDisk : public QObject {
    Q_OBJECT

private slots:
    void theOtherFolderGoesOnRecording_data()
    {
        QTest::addColumn<QByteArray>("call");
        QTest::addColumn<bool>("limited"); // so that segments take over files of older ones
        for (const char* call : { "open", "fallocate", "statvfs", "ftruncate" })
            QTest::newRow(call) << QByteArray(call) << false;
        QTest::newRow("rename") << QByteArray("rename") << true;
        QTest::newRow("open of a file to be taken over") << QByteArray("open") << true;
    }
    void theOtherFolderGoesOnRecording()
    {
        QFETCH(QByteArray, call);
        QFETCH(bool, limited);
        TwoDisks log;
        log.open(shortPatience(), segment, limited ? 6 * segment : 0);
        log.append(0, 40, 60);
        log.flush();
        {
            Hang hang(call, log.folders[0]);
            const auto record = [&] {
                while (!hang.files.hasHung())
                    log.append(0, 40);
                for (int i = 0; i < 60; ++i) {
                    log.append(0, 40);
                    std::this_thread::sleep_for(5ms);
                }
                log.flush();
            };
            QVERIFY2(ends(hang, record), "a folder that hangs holds the log");
            QVERIFY(hang.files.hanging() > 0);
            QCOMPARE(log.refusedChunks(), 0u); // what waited for the file system was taken by the other
            QCOMPARE(log.out, 0u);
            QCOMPARE(log.gauge("media_directories_down"), 1u);
            QVERIFY(log.gauge("media_chunks_moved") > 0);
            QVERIFY(log.writer->takeError()->what.find("disk1") != std::string::npos);
        }
        // It answers: new streams come to it again.
        const auto before = log.first.writes;
        for (std::uint32_t i = 0; log.first.writes == before && i < 1000; ++i) {
            log.append(200 + 40 * i, 40); // a stream stays where it began
            std::this_thread::sleep_for(10ms);
        }
        QVERIFY(log.first.writes > before);
        log.flush();
        QCOMPARE(log.gauge("media_directories_down"), 0u);
        QCOMPARE(log.refusedChunks(), 0u);
        if (!limited)
            QVERIFY(log.allIsReadBack());
    }

    void oneThatIsUsedNoMoreHoldsNoneThatIs()
    {
        TwoDisks log;
        const auto both = log.folders;
        log.folders = { both[0] };
        log.open(shortPatience(), segment);
        log.append(0, 20, 60);
        log.flush();
        log.folders = { both[1] };
        log.open(shortPatience(), segment, 12 * segment);
        Hang hang("unlink", both[0]);
        const auto record = [&] {
            log.append(100, 20, 100);
            log.flush();
        };
        QVERIFY2(ends(hang, record), "removing an old segment holds the log");
        QTRY_VERIFY(hang.files.hanging() > 0);
        QCOMPARE(log.refusedChunks(), 0u);
    }

    void theOnlyFolderCostsMediaAndNoCalls()
    {
        DirectoryWriter::Tuning tuning;
        tuning.segmentSize = segment;
        tuning.mediaPatience = shortPatience();
        Directory directory;
        directory.open(tuning);
        const auto start = sample::at("2026-03-01T10:00:00Z");
        const CallRecord call = sample::call(start, "recorded");
        const StreamKey key { call.key, 0 };
        directory.writer->liveCall(call);
        std::uint32_t number = 0;
        const auto second = [&] {
            directory.writer->media(sample::chunk(key, start + number * 20ms, 40, number));
            number += 40;
        };
        for (int i = 0; i < 40; ++i)
            second();
        QVERIFY(directory.writer->commit().has_value());
        Hang hang("fallocate", directory.path / "media");
        const auto goOn = [&] {
            while (!hang.files.hasHung())
                second();
            StreamRecord stream = sample::stream(call.key, 0, start);
            stream.packets = stream.packetsStored = number;
            directory.writer->stream(stream);
            directory.writer->callEnded(sample::ended(call, 100s));
            while (directory.counter("calls_stored") == 0 && hang.files.hanging() > 0) {
                directory.writer->media({}, false);
                (void)directory.writer->commitSettled().has_value();
                std::this_thread::sleep_for(5ms);
            }
        };
        QVERIFY2(ends(hang, goOn), "the call waits for a folder that hangs");
        QVERIFY(hang.files.hanging() > 0);
        const std::uint64_t lost = directory.counter("media_packets_not_written");
        QVERIFY(lost > 0 && lost < number);
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 1u);
        QCOMPARE(directory.calls()[0].mediaPacketsNotStored, lost);
        QCOMPARE(directory.packetNumbers(key), sample::upTo(number - static_cast<std::uint32_t>(lost)));
        QVERIFY2(ends(hang, [&] { directory.closeWriter(); }), "the end waits for a folder that hangs");
        QVERIFY(hang.files.hanging() > 0);
    }

    void theOnlyDiskThatTakesNoWriteCostsMediaAndNoCalls()
    {
        sample::FailingDisk::Plan plan;
        DirectoryWriter::Tuning tuning;
        tuning.mediaPatience = shortPatience();
        tuning.mediaPatience.onlyWrite = 100ms;
        Directory directory;
        directory.open(tuning, std::make_unique<sample::FailingDisk>(plan));
        plan.held = true;
        std::uint64_t ended = 0;
        std::uint64_t packets = 0;
        const auto start = sample::at("2026-03-01T10:00:00Z");
        const auto calls = [&] {
            return QTest::qWaitFor(
                [&] {
                    const CallRecord call = sample::call(start + ended * 1s, std::to_string(ended));
                    directory.writer->liveCall(call);
                    for (std::uint32_t chunk = 0; chunk < 140; ++chunk) // a write's worth
                        directory.writer->media(sample::chunk({ call.key, 0 }, call.startedAt, 40, 40 * chunk));
                    packets += 140 * 40;
                    directory.writer->stream(sample::stream(call.key, 0, call.startedAt));
                    directory.writer->callEnded(sample::ended(call));
                    ++ended;
                    (void)directory.writer->commitSettled().has_value();
                    // Also when all writes are the disk's.
                    return directory.counter("calls_stored") > 2 * MediaDisk::writesAtOnce;
                },
                soon);
        };
        const bool areStored = calls();
        plan.held = false; // else the end would wait for it
        QVERIFY2(areStored, "the calls wait for a disk that takes no write");
        QVERIFY(directory.counter("media_packets_not_written") > 0);
        directory.closeWriter();
        directory.openQuery();
        std::uint64_t lost = 0;
        for (const CallRecord& call : directory.calls())
            lost += call.mediaPacketsNotStored;
        QCOMPARE(directory.calls().size(), ended);
        QVERIFY(lost > 0 && lost <= packets);
    }

    void aProbeThatStoodStillBlamesNoDisk()
    {
        TwoDisks log;
        MediaPatience patience = shortPatience();
        patience.write = 50ms;
        log.open(patience);
        log.first.held = true;
        while (log.first.writes < 2)
            log.append(0, 100);
        log.first.held = false; // it has written all by now, and nobody looked
        std::this_thread::sleep_for(100ms);
        log.flush();
        QCOMPARE(log.refusedChunks(), 0u);
        QCOMPARE(log.gauge("media_directories_down"), 0u);
        QVERIFY(log.allIsReadBack());
    }

    void howFullADiskIsIsNotWaitedFor()
    {
        QTemporaryDir temporary;
        const std::filesystem::path path = temporary.path().toStdString();
        const std::vector disks { path / "disk1" / "media", path / "disk2" / "media" };
        for (const auto& disk : disks)
            std::filesystem::create_directories(disk);
        Hang hang("statvfs", path / "disk1");
        DiskFill fill(disks, 1ms);
        std::optional<DiskFill::Used> fullest;
        const auto look = [&] {
            for (int i = 0; i < 1000 && !fullest; ++i) {
                fullest = fill.fullest();
                std::this_thread::sleep_for(1ms);
            }
        };
        QVERIFY2(ends(hang, look), "a disk that hangs holds whoever asks");
        QVERIFY(hang.files.hanging() > 0);
        QVERIFY(fullest);
        QCOMPARE(fullest->disk, disks[1]);
        hang.files.release();
        const auto both = [&] {
            fullest = fill.fullest();
            return fullest && fullest->disk == disks[0]; // the first of two that are as full
        };
        QTRY_VERIFY(both());
    }
};

QTEST_GUILESS_MAIN(TestHangingDisk)
#include "tst_hanging_disk.moc"
