// A folder of media whose disk does not answer: the engine begins without it, retention goes on with the others, and
// who wants something of it is told so soon and can have it later.
#include "tests/engine/storage/hanging_files.h"
#include "tests/engine/storage/kept_directory.h"

#include <set>

using namespace callmon;
using namespace std::chrono_literals;
using sample::ends;
using sample::Hang;
using sample::KeptDirectory;

namespace {

const Timestamp start = sample::at("2026-02-20T10:00:00Z");
const std::string number = "+34666123456";
const std::string payload = "DISTINCTIVE-PAYLOAD-7310";

struct TwoFolders : KeptDirectory {
    std::vector<std::filesystem::path> folders { path / "disk1" / "media", path / "disk2" / "media" };
    std::vector<CallRecord> calls;
    std::uint64_t mostMediaBytes = 0;

    DirectoryWriter::Tuning tuning() const
    {
        DirectoryWriter::Tuning tuning;
        tuning.mostMediaBytes = mostMediaBytes;
        tuning.segmentSize = 1u << 20;
        tuning.mediaFolders = folders;
        tuning.mediaPatience.files = 200ms;
        tuning.mediaPatience.end = 200ms;
        return tuning;
    }
    void begin(KeepPeriods periods = {})
    {
        filesPatience = 200ms;
        openKept(periods, tuning());
    }
    void putCalls(int count, int chunks = 3)
    {
        for (int i = 0; i < count; ++i)
            calls.push_back(put(start + i * 1min, std::to_string(calls.size()), number, payload, chunks));
    }
    void takesMediaInBoth()
    {
        const auto sizes = [this] {
            std::vector<std::uintmax_t> all;
            for (const auto& folder : folders) {
                std::uintmax_t bytes = 0;
                for (const auto& file : std::filesystem::directory_iterator(folder))
                    bytes += file.file_size();
                all.push_back(bytes);
            }
            return all;
        };
        const auto before = sizes();
        putCalls(16, 40);
        const auto after = sizes();
        QVERIFY(after[0] > before[0] && after[1] > before[1]);
        for (const CallRecord& call : calls) {
            openQuery(writer.get());
            QCOMPARE(problemWith(call.key), std::string());
        }
    }
    // Whether all of the call's media are given, and else why not.
    std::string problemWith(CallKey call)
    {
        std::string problem;
        for (std::uint32_t index = 0; index < 2; ++index)
            if (const auto read = query->media({ call, index }, [](Bytes) { return true; }); !read)
                problem = read.error().what;
        return problem;
    }
};

}

class TestSilentFolder : public QObject {
    Q_OBJECT

private slots:
    void theEngineBeginsWithoutIt()
    {
        TwoFolders directory;
        directory.begin();
        directory.putCalls(8);
        directory.closeKept();
        {
            Hang hang("statvfs", directory.path / "disk1");
            QVERIFY2(ends(hang, [&] { directory.begin(); }), "the start waits for a folder that hangs");
            QVERIFY(hang.files.hanging() > 0);
            const auto notes = directory.writer->recoveryNotes();
            QCOMPARE(notes.size(), 1u);
            QVERIFY2(notes[0].find("disk1/media does not answer") != std::string::npos
                    && notes[0].find("every half minute") != std::string::npos,
                notes[0].c_str());
            QCOMPARE(directory.counter("media_directories_down"), 1u); // which is an alarm
            directory.putCalls(1);
            directory.openQuery();
            QCOMPARE(directory.problemWith(directory.calls.back().key), std::string());
        }
        QTRY_VERIFY(!FolderAnswers::isSilent(directory.folders[0]));
        // It answers, and is taken in while the engine runs.
        directory.steady += 31s;
        directory.steps();
        QVERIFY(directory.wasSaid("disk1/media is there again"));
        QCOMPARE(directory.counter("media_directories_down"), 0u);
        directory.takesMediaInBoth();
        directory.closeKept();
        directory.begin();
        QVERIFY(directory.writer->recoveryNotes().empty());
        directory.openQuery();
        for (const CallRecord& call : directory.calls)
            QCOMPARE(directory.problemWith(call.key), std::string());
    }

    void oneThatIsMountedLaterIsTakenIn_data()
    {
        QTest::addColumn<bool>("isNew");
        QTest::addColumn<bool>("writesWhileItIsAway");
        for (const bool isNew : { false, true })
            for (const bool writes : { false, true })
                QTest::addRow("%s, %s", isNew ? "new" : "known", writes ? "amid calls" : "idle") << isNew << writes;
    }
    void oneThatIsMountedLaterIsTakenIn()
    {
        QFETCH(bool, isNew);
        QFETCH(bool, writesWhileItIsAway);
        TwoFolders directory;
        if (!isNew) {
            directory.begin();
            directory.putCalls(8);
            directory.closeKept();
        }
        const auto mounted = directory.folders[0], away = directory.path / "away";
        if (isNew)
            std::filesystem::create_directories(away);
        else
            std::filesystem::rename(mounted, away);
        const auto begin = [&] { directory.begin(); };
        if (isNew) { // what is new is made unless its disk does not answer
            Hang hang("statvfs", directory.path / "disk1");
            QVERIFY(ends(hang, begin));
        } else {
            begin();
        }
        QTRY_VERIFY(!FolderAnswers::isSilent(mounted));
        QCOMPARE(directory.counter("media_directories_down"), 1u);
        directory.openQuery(directory.writer.get());
        // Streams that are on: what comes of them before and after lies in two folders, and is read in order.
        std::vector<CallRecord> on;
        const auto say = [&](std::uint32_t number) {
            for (const CallRecord& call : on)
                directory.writer->media(sample::chunk({ call.key, 0 }, call.startedAt + number * 1s, 5, 5 * number));
        };
        for (int i = 0; writesWhileItIsAway && i < 12; ++i) {
            on.push_back(sample::call(start + 1h + i * 1s, "on-" + std::to_string(i)));
            directory.writer->liveCall(on.back());
            directory.writer->stream(sample::stream(on.back().key, 0, on.back().startedAt));
        }
        say(0);
        say(1); // not yet with the disk when the other comes
        std::error_code ignored;
        std::filesystem::remove_all(mounted, ignored);
        std::filesystem::create_directories(mounted.parent_path());
        std::filesystem::rename(away, mounted);
        directory.steady += 31s;
        directory.steps();
        QVERIFY(directory.wasSaid("is there again"));
        QCOMPARE(directory.counter("media_directories_down"), 0u);
        say(2);
        QVERIFY(directory.writer->commit().has_value());
        say(3);
        directory.takesMediaInBoth();
        for (const CallRecord& call : on)
            directory.writer->callEnded(sample::ended(call));
        QVERIFY(directory.writer->commit().has_value());
        for (const CallRecord& call : on)
            QCOMPARE(directory.packetNumbers({ call.key, 0 }), sample::upTo(20));
        directory.closeKept();
        directory.begin(); // and the next start has nothing to say
        QVERIFY(directory.writer->recoveryNotes().empty());
        directory.openQuery();
        for (const CallRecord& call : directory.calls)
            QCOMPARE(directory.problemWith(call.key), std::string());
    }

    void oneThatIsNewIsNewTheNextTime()
    {
        TwoFolders directory;
        const auto both = directory.folders;
        for (const auto& folder : both)
            std::filesystem::create_directories(folder);
        {
            Hang hang("statvfs", directory.path / "disk1");
            QVERIFY2(ends(hang, [&] { directory.begin(); }), "the start waits for a folder that hangs");
            QCOMPARE(directory.counter("media_directories_down"), 1u); // which is an alarm
        }
        QTRY_VERIFY(!FolderAnswers::isSilent(directory.folders[0]));
        directory.closeKept();
        directory.begin();
        QVERIFY(directory.writer->recoveryNotes().empty());
        QCOMPARE(directory.counter("media_directories_down"), 0u);
    }

    void noneThatAnswersIsAnError()
    {
        TwoFolders directory;
        directory.begin();
        directory.closeKept();
        Hang hang("statvfs", directory.path);
        std::string error;
        const auto begin = [&] {
            const auto opened = DirectoryWriter::open(directory.path, directory.tuning());
            error = opened ? "" : opened.error().what;
        };
        QVERIFY2(ends(hang, begin), "the start waits for folders that hang");
        QVERIFY2(error.find("does not answer") != std::string::npos, error.c_str());
    }

    void aCallThatWasOnKeepsItsMediaThere()
    {
        TwoFolders directory;
        directory.begin();
        const CallRecord call = sample::call(start, "on");
        directory.writer->liveCall(call);
        for (std::uint32_t index = 0; index < 8; ++index) {
            const StreamKey stream { call.key, index };
            directory.writer->media(sample::chunk(stream, start, 40, 0));
            directory.writer->stream(sample::stream(call.key, index, start));
        }
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(directory.writer->commit().has_value()); // the places are in the journal
        const auto killed = directory.copyAsKilled();
        directory.closeKept();
        {
            DirectoryWriter::Tuning tuning = directory.tuning();
            tuning.mediaFolders.reset();
            Hang hang("statvfs", killed / "disk1");
            const auto recover = [&] { QVERIFY(DirectoryWriter::open(killed, tuning).has_value()); };
            QVERIFY2(ends(hang, recover), "recovery waits for a folder that hangs");
            QVERIFY(hang.files.hanging() > 0);
        }
        QTRY_VERIFY(!FolderAnswers::isSilent(killed / "disk1" / "media"));
        const auto query = RecordQuery::open(killed);
        QVERIFY(query.has_value());
        const auto streams = query.value()->streams(call.key);
        QCOMPARE(streams.value().size(), 8u);
        for (const StreamRecord& stream : streams.value()) {
            std::size_t packets = 0;
            const auto read = query.value()->media(stream.key, [&](Bytes bytes) {
                MediaReader reader(bytes);
                while (reader.next())
                    ++packets;
                return true;
            });
            QVERIFY2(read.has_value(), read ? "" : read.error().what.c_str());
            QCOMPARE(packets, 40u);
        }
    }

    void retentionGoesOnWithTheOthers_data()
    {
        QTest::addColumn<QByteArray>("call");
        for (const char* call : { "stat", "rename", "unlink" })
            QTest::newRow(call) << QByteArray(call);
    }
    void retentionGoesOnWithTheOthers()
    {
        QFETCH(QByteArray, call);
        TwoFolders directory;
        directory.begin({ .media = 24h });
        directory.putCalls(12, 40);
        const auto segments = [&](std::size_t folder) { return segmentsIn(directory.folders[folder]); };
        QVERIFY(segments(0).size() > 2 && segments(1).size() > 2);
        for (const auto& folder : directory.folders)
            for (const std::uint32_t segment : segmentsIn(folder))
                directory.setLastWrite(segmentPath(folder, segment), start);
        const std::size_t second = segments(1).size();
        {
            Hang hang(call, directory.path / "disk1");
            const auto step = [&] {
                for (int i = 0; i < 40; ++i)
                    (void)directory.keeper->step();
            };
            QVERIFY2(ends(hang, step), "retention waits for a folder that hangs");
            QVERIFY(hang.files.hanging() > 0);
            QVERIFY(segments(1).size() < second);
            QCOMPARE(directory.kept("retention_folders_silent"), 1u); // which is an alarm
            QCOMPARE(directory.kept("retention_errors"), 1u);
            QVERIFY(directory.wasSaid("disk1/media does not answer"));
        }
        QTRY_VERIFY(!FolderAnswers::isSilent(directory.folders[0]));
        for (int i = 0; i < 100; ++i)
            (void)directory.keeper->step();
        QCOMPARE(directory.kept("retention_folders_silent"), 0u);
        QVERIFY(directory.wasSaid("answers again"));
        QVERIFY(segments(0).size() <= 3);
        QVERIFY(segments(1).size() <= 3);
    }

    void aDeletionSaysWhatIsLeftAndIsRepeated_data()
    {
        QTest::addColumn<QByteArray>("call");
        for (const char* call : { "open", "pread", "pwrite" })
            QTest::newRow(call) << QByteArray(call);
    }
    void aDeletionSaysWhatIsLeftAndIsRepeated()
    {
        QFETCH(QByteArray, call);
        TwoFolders directory;
        directory.begin();
        directory.putCalls(12);
        const DeletionRequest request { number, {}, {}, false };
        const auto states = [&](const DeletionReport& report, DeletionState state) {
            return std::ranges::count(report.calls, state, &DeletedCall::state);
        };
        std::optional<Result<DeletionReport>> report;
        {
            Hang hang(call, directory.path / "disk1");
            const auto erase = [&] { report = directory.keeper->deleteNumber(request); };
            QVERIFY2(ends(hang, erase), "a deletion waits for a folder that hangs");
            QVERIFY(hang.files.hanging() > 0);
            QVERIFY(report->has_value());
            QCOMPARE(report->value().calls.size(), 12u);
            QVERIFY(states(report->value(), DeletionState::Failed) > 0);
            for (const DeletedCall& row : report->value().calls)
                if (row.state == DeletionState::Failed)
                    QVERIFY2(toText(row.why).find("disk1/media does not answer") != std::string::npos,
                        toText(row.why).c_str());
        }
        QTRY_VERIFY(!FolderAnswers::isSilent(directory.folders[0]));
        const auto failed = states(report->value(), DeletionState::Failed);
        report = directory.keeper->deleteNumber(request);
        QCOMPARE(states(report->value(), DeletionState::Deleted), failed);
        QCOMPARE(directory.firstFileWith(payload), std::string());
        QCOMPARE(directory.firstFileWith(number), std::string());
    }

    void ofADeletionOnlyTheCallsThatHaveMediaThereFail()
    {
        TwoFolders directory;
        directory.begin();
        std::map<CallKey, std::string> content;
        for (int i = 0; i < 16; ++i) {
            const std::string text = "CONTENT-OF-" + std::to_string(100 + i);
            content[directory.put(start + i * 1min, std::to_string(i), number, text).key] = text;
        }
        std::set<CallKey> there;
        for (const auto& [call, text] : content)
            for (const std::string& file : directory.filesWith(text))
                if (file.find("disk1/media") != std::string::npos)
                    there.insert(call);
        QVERIFY(!there.empty() && there.size() < content.size());
        std::optional<Result<DeletionReport>> report;
        {
            Hang hang("fdatasync", directory.path / "disk1"); // what was erased never reaches it
            const auto erase = [&] { report = directory.keeper->deleteNumber({ number, {}, {}, false }); };
            QVERIFY2(ends(hang, erase), "a deletion waits for a folder that hangs");
            QVERIFY(hang.files.hanging() > 0);
        }
        QVERIFY(report->has_value());
        QCOMPARE(report->value().calls.size(), content.size());
        for (const DeletedCall& row : report->value().calls)
            QVERIFY2(row.state == (there.contains(row.call) ? DeletionState::Failed : DeletionState::Deleted),
                toText(row.why).c_str());
        QTRY_VERIFY(!FolderAnswers::isSilent(directory.folders[0]));
        report = directory.keeper->deleteNumber({ number, {}, {}, false });
        QCOMPARE(report->value().calls.size(), there.size());
        QCOMPARE(directory.firstFileWith("CONTENT-OF-"), std::string());
    }

    void aHoldWaitsForIt()
    {
        TwoFolders directory;
        directory.mostMediaBytes = 10u << 20;
        directory.begin();
        directory.putCalls(8);
        directory.openQuery(directory.writer.get());
        std::vector<CallKey> held;
        {
            Hang hang("pread", directory.path / "disk1");
            std::vector<std::string> errors;
            const auto hold = [&] {
                for (const CallRecord& call : directory.calls)
                    if (const auto done = directory.keeper->hold(call.key, "case 7", "anna"); !done)
                        errors.push_back(done.error().what);
            };
            QVERIFY2(ends(hang, hold), "a hold waits for a folder that hangs");
            QVERIFY(!errors.empty());
            for (const std::string& error : errors)
                QVERIFY2(error.find("disk1/media does not answer") != std::string::npos
                        && error.find("tried again") != std::string::npos,
                    error.c_str());
            // Others are recorded meanwhile, more than the limit lets stay.
            const auto record = [&] {
                for (int i = 0; i < 60; ++i) {
                    const CallRecord other = sample::call(start + 2h + i * 1s, "more-" + std::to_string(i));
                    directory.writer->liveCall(other);
                    for (std::uint32_t chunk = 0; chunk < 60; ++chunk)
                        directory.writer->media(sample::chunk({ other.key, chunk % 2 }, start + 2h, 40, 0));
                    directory.writer->callEnded(sample::ended(other));
                    (void)directory.writer->commit().has_value(); // which says that the folder does not answer
                }
            };
            QVERIFY2(ends(hang, record), "recording waits for a folder that hangs");
            QVERIFY(directory.counter("media_segments_overwritten") > 0);
        }
        QTRY_VERIFY(!FolderAnswers::isSilent(directory.folders[0]));
        directory.steps();
        const auto holds = directory.keeper->holds();
        QCOMPARE(holds.value().size(), 8u);
        for (const Hold& hold : holds.value()) {
            QVERIFY(hold.state == HoldState::Held);
            QCOMPARE(toText(joined(hold.missing)), std::string());
            QCOMPARE(hold.mediaPackets, 240u);
        }
    }

    void aReaderIsToldSoonAndReadsTheOthers_data()
    {
        QTest::addColumn<QByteArray>("call");
        for (const char* call : { "open", "pread" })
            QTest::newRow(call) << QByteArray(call);
    }
    void aReaderIsToldSoonAndReadsTheOthers()
    {
        QFETCH(QByteArray, call);
        TwoFolders directory;
        directory.begin();
        directory.putCalls(16);
        directory.closeKept();
        directory.openQuery();
        std::size_t whole = 0, incomplete = 0;
        {
            Hang hang(call, directory.path / "disk1");
            const auto read = [&] {
                for (const CallRecord& stored : directory.calls) {
                    const std::string problem = directory.problemWith(stored.key);
                    whole += problem.empty();
                    incomplete += problem.find("disk1/media does not answer") != std::string::npos;
                }
            };
            QVERIFY2(ends(hang, read), "a reader waits for a folder that hangs");
            QCOMPARE(hang.files.hanging(), 1); // nobody else asked it
        }
        QCOMPARE(whole + incomplete, 16u);
        QVERIFY(whole > 0 && incomplete > 0);
        QTRY_VERIFY(!FolderAnswers::isSilent(directory.folders[0]));
        for (const CallRecord& stored : directory.calls)
            QCOMPARE(directory.problemWith(stored.key), std::string());
    }
};

QTEST_GUILESS_MAIN(TestSilentFolder)
#include "tst_silent_folder.moc"
