// A disk that is full, a directory that is taken or cannot be written, a database that is damaged.
#include "engine/storage/retention_store.h"
#include "tests/engine/storage/test_directory.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>

using namespace callmon;
using namespace std::chrono_literals;
using sample::Directory;

namespace {

// No file of this process may grow past this size: writes fail as on a full disk, and can succeed again later.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit { bytes, m_before.rlim_max };
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &m_before); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit m_before {};
};

}

class TestBadDisk : public QObject {
    Q_OBJECT

private slots:
    void aFullDiskCostsMediaAndNoCalls()
    {
        Directory directory;
        directory.open();
        const auto start = sample::at("2026-03-01T10:00:00Z");
        const CallRecord call = sample::call(start, "long");
        const StreamKey key { call.key, 0 };
        directory.writer->liveCall(call);
        std::uint32_t number = 0;
        const auto second = [&] {
            directory.writer->media(sample::chunk(key, start + number * 20ms, 40, number));
            number += 40;
            StreamRecord stream = sample::stream(call.key, 0, start);
            stream.packets = stream.packetsStored = number;
            directory.writer->stream(stream);
            return directory.writer->commit();
        };
        for (int i = 0; i < 40; ++i)
            QVERIFY(second().has_value());
        {
            const FileSizeLimit limit(4096 + 40 * 8192 + 4608); // the header, what was written, and half a chunk
            for (int i = 0; i < 3; ++i) {
                const auto result = second();
                QVERIFY(!result.has_value());
                QVERIFY2(result.error().what.find("000001.log") != std::string::npos, result.error().what.c_str());
            }
            directory.writer->callEnded(sample::ended(sample::call(start + 1s, "text")));
            QVERIFY(directory.writer->commit().has_value());
        }
        QCOMPARE(directory.counter("media_packets_not_written"), 120u);
        QCOMPARE(directory.counter("media_write_errors"), 3u);
        for (int i = 0; i < 5; ++i)
            QVERIFY(second().has_value());
        directory.writer->callEnded(sample::ended(call, 100s));
        directory.closeWriter();
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 2u);
        std::vector<std::uint32_t> expected;
        for (std::uint32_t i = 0; i < number; ++i)
            if (i < 1600 || i >= 1720)
                expected.push_back(i);
        QCOMPARE(directory.packetNumbers(key), expected);
        const auto streams = directory.query->streams(call.key);
        QCOMPARE(streams.value()[0].packetsStored, number - 120u);
        QCOMPARE(streams.value()[0].packetsNotStored, 120u);
        QCOMPARE(directory.calls()[0].mediaPacketsNotStored, 120u);
    }

    void callsWaitUntilTheDatabaseTakesThem()
    {
        Directory directory;
        directory.open();
        const auto start = sample::at("2026-03-01T10:00:00Z");
        directory.writer->callEnded(sample::ended(sample::call(start, "before")));
        QVERIFY(directory.writer->commit().has_value());
        {
            const FileSizeLimit limit(4096);
            for (int i = 0; i < 30; ++i) {
                directory.writer->callEnded(sample::ended(sample::call(start + (i + 1) * 1s, std::to_string(i))));
                (void)directory.writer->commit().has_value();
            }
            QVERIFY(!directory.writer->commit().has_value());
            QVERIFY(directory.counter("record_write_errors") > 0);
            QCOMPARE(directory.counter("calls_stored"), 1u);
        }
        QVERIFY(directory.writer->commit().has_value());
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 31u);
        directory.closeWriter();
        QCOMPARE(directory.calls().size(), 31u);
    }

    void aRowAgainstTheSchemaCostsNoOther()
    {
        Directory directory;
        directory.open();
        const auto start = sample::at("2026-03-01T10:00:00Z");
        CallRecord odd = sample::ended(sample::call(start, "odd"));
        odd.mosMean = 77;
        directory.writer->callEnded(odd);
        directory.writer->callEnded(sample::ended(sample::call(start + 1s, "good")));
        QVERIFY(directory.writer->commit().has_value());
        QCOMPARE(directory.counter("records_refused"), 1u);
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 1u);
    }

    void aSecondWriterIsToldWhoHoldsTheDirectory()
    {
        Directory directory;
        directory.open();
        const auto second = DirectoryWriter::open(directory.path, {});
        QVERIFY(!second.has_value());
        QVERIFY2(second.error().what.find("process " + std::to_string(::getpid())) != std::string::npos,
            second.error().what.c_str());
        directory.closeWriter();
        QVERIFY(DirectoryWriter::open(directory.path, {}).has_value());
    }

    void aDirectoryThatCannotBeWrittenIsRefusedWithAReason()
    {
        QTemporaryDir temporary;
        const std::filesystem::path base = temporary.path().toStdString();
        std::ofstream(base / "file") << "x";
        const auto below = RecordWriter::open(base / "file" / "data");
        QVERIFY(!below.has_value());
        QVERIFY2(below.error().what.find((base / "file" / "data").string()) != std::string::npos,
            below.error().what.c_str());
        std::filesystem::create_directory(base / "closed");
        std::filesystem::permissions(base / "closed", std::filesystem::perms(0555));
        std::filesystem::permissions(base, std::filesystem::perms(0755));
        const pid_t child = ::fork(); // root may write anywhere: try it as nobody
        if (child == 0) {
            if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0))
                _exit(9);
            const auto opened = RecordWriter::open(base / "closed");
            const bool said = !opened && opened.error().what.find("Permission denied") != std::string::npos
                && opened.error().what.find("choose another data directory") != std::string::npos;
            _exit(said ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        QCOMPARE(WEXITSTATUS(status), 0);
    }

    void aMissingDirectoryIsNoEmptyAnswer()
    {
        const auto query = RecordQuery::open("/nonexistent/data");
        QVERIFY(!query.has_value());
        QVERIFY(query.error().what.find("/nonexistent/data") != std::string::npos);
    }

    void aDamagedDayIsReportedAndTheOthersRead()
    {
        Directory directory;
        twoDays(directory);
        directory.closeWriter();
        std::ofstream(directory.path / "2026-03-01.sqlite", std::ios::trunc) << std::string(8192, 'x');
        directory.openQuery();
        const auto calls = directory.calls();
        QCOMPARE(calls.size(), 1u);
        QCOMPARE(calls[0].callId.str(), std::string("2"));
        const auto notes = directory.query->takeNotes();
        QCOMPARE(notes.size(), 1u);
        QVERIFY(toText(notes[0]).find("2026-03-01") != std::string::npos);
    }

    void theWriterMovesADamagedDayAside()
    {
        Directory directory;
        twoDays(directory);
        directory.closeWriter();
        std::ofstream(directory.path / "2026-03-01.sqlite", std::ios::trunc) << std::string(8192, 'x');
        directory.open();
        directory.writer->callEnded(sample::ended(sample::call(sample::at("2026-03-01T11:00:00Z"), "new")));
        const auto result = directory.writer->commit();
        QVERIFY(!result.has_value()); // told, though stored
        QVERIFY(result.error().what.find(".corrupt-1") != std::string::npos);
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-01.sqlite.corrupt-1"));
        QCOMPARE(directory.counter("day_databases_corrupt"), 1u);
        QVERIFY(directory.writer->commit().has_value());
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 2u);
    }

    void aReaderFollowsADayThatWasMovedAside()
    {
        Directory directory;
        const CallRecord first = sample::call(sample::at("2026-03-01T10:00:00Z"), "1");
        const CallRecord second = sample::call(sample::at("2026-03-01T11:00:00Z"), "2");
        const auto put = [&](const CallRecord& call) {
            directory.writer->liveCall(call);
            directory.writer->stream(sample::stream(call.key, 0, call.startedAt));
            directory.writer->callEnded(sample::ended(call));
            return directory.writer->commit().has_value();
        };
        directory.open();
        QVERIFY(put(first));
        directory.closeWriter();
        directory.openQuery(); // and stays open
        QCOMPARE(directory.query->streams(first.key).value().size(), 1u);
        const auto day = (directory.path / "2026-03-01.sqlite").string();
        std::filesystem::rename(day, day + ".corrupt-1"); // as the writer does
        for (const char* side : { "-wal", "-shm" })
            std::filesystem::remove(day + side);
        directory.open();
        QVERIFY(put(second));
        QCOMPARE(directory.query->streams(second.key).value().size(), 1u);
        directory.closeWriter();
    }

    void aDirectoryThatCannotBeWrittenIsStillRead()
    {
        Directory directory;
        twoDays(directory);
        directory.closeWriter();
        namespace fs = std::filesystem;
        for (const auto& entry : fs::recursive_directory_iterator(directory.path))
            fs::permissions(entry.path(), fs::perms(entry.is_directory() ? 0555 : 0444));
        fs::permissions(directory.path, fs::perms(0555));
        const pid_t child = ::fork();
        if (child == 0) {
            if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0))
                _exit(9);
            auto query = RecordQuery::open(directory.path);
            if (!query)
                _exit(1);
            std::size_t calls = 0;
            const auto read = query.value()->calls({}, [&](const CallRecord&) { return ++calls > 0; });
            _exit(read && calls == 2 && query.value()->takeNotes().empty() ? 0 : 2);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        fs::permissions(directory.path, fs::perms(0755));
        QCOMPARE(WEXITSTATUS(status), 0);
    }

    // As a copy of what a killed engine left, without SQLite's lock files. What is only in its logs is not passed over
    // in silence.
    void whereNobodyMayWriteChangesInSqlitesLogAreNotOverlooked()
    {
        Directory directory;
        twoDays(directory); // not closed: the rows are in the logs
        {
            auto store = RetentionStore::open(directory.path);
            Hold hold;
            hold.call = { 1 };
            QVERIFY(store.value().add(hold).has_value());
            Directory copy;
            copy.path = directory.copyAsKilled();
            namespace fs = std::filesystem;
            fs::permissions(copy.path.parent_path(), fs::perms(0755));
            for (const auto& entry : fs::directory_iterator(copy.path))
                if (entry.path().string().ends_with("-shm") || entry.path().string().ends_with(".journal"))
                    fs::remove(entry.path());
            for (const auto& entry : fs::recursive_directory_iterator(copy.path))
                fs::permissions(entry.path(), fs::perms(entry.is_directory() ? 0555 : 0444));
            fs::permissions(copy.path, fs::perms(0555));
            const pid_t child = ::fork();
            if (child == 0) {
                if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0))
                    _exit(9);
                const auto says = [](const std::string& text) {
                    return text.find("-wal; copy the directory") != std::string::npos;
                };
                auto query = RecordQuery::open(copy.path);
                if (!query || !query.value()->calls({}, [](const CallRecord&) { return true; }))
                    _exit(1);
                const auto notes = query.value()->takeNotes();
                const auto said = std::ranges::count_if(notes, [&](const auto& note) { return says(toText(note)); });
                const auto holds = readHolds(copy.path);
                _exit(said != 3 ? 2 : holds || !says(holds.error().what) ? 3 : 0); // holds and two days
            }
            int status = 0;
            ::waitpid(child, &status, 0);
            fs::permissions(copy.path, fs::perms(0755));
            QCOMPARE(WEXITSTATUS(status), 0);
        }
        directory.closeWriter();
    }

private:
    static void twoDays(Directory& directory)
    {
        directory.open();
        directory.writer->callEnded(sample::ended(sample::call(sample::at("2026-03-01T10:00:00Z"), "1")));
        directory.writer->callEnded(sample::ended(sample::call(sample::at("2026-03-02T10:00:00Z"), "2")));
        QVERIFY(directory.writer->commit().has_value());
    }
};

QTEST_GUILESS_MAIN(TestBadDisk)
#include "tst_bad_disk.moc"
