// What is too old goes, each kind after a period of its own, whole segments and days at a time; what is not, stays.
#include "engine/storage/media_preparation.h"
#include "tests/engine/storage/kept_directory.h"

using namespace callmon;
using namespace std::chrono_literals;
using sample::KeptDirectory;

namespace {

const Timestamp first = sample::at("2026-03-01T10:00:00Z");
constexpr std::uint64_t segment = 1u << 20;

DirectoryWriter::Tuning smallSegments(std::uint64_t mostMedia = 0)
{
    DirectoryWriter::Tuning tuning;
    tuning.segmentSize = segment;
    tuning.messageSegmentSize = 64 * 1024;
    tuning.mostMediaBytes = mostMedia;
    return tuning;
}

// Until there are so many media segments.
void fillMedia(KeptDirectory& directory, std::size_t segments, int firstCall = 0)
{
    for (int i = firstCall; segmentsIn(directory.path / "media").size() < segments; ++i)
        directory.put(first + i * 1s, "filler-" + std::to_string(i), "1", "FILLER", 30);
}

}

class TestRetention : public QObject {
    Q_OBJECT

private slots:
    void agesAreReadAsTheyAreWritten_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("hours"); // 0: refused
        QTest::newRow("hours") << "12h" << qint64(12);
        QTest::newRow("days") << "400d" << qint64(9600);
        QTest::newRow("weeks") << "8w" << qint64(1344);
        QTest::newRow("years") << "2y" << qint64(17520);
        for (const char* wrong :
            { "", "d", "0d", "12", "12m", "-1d", "1.5d", "101y", "4294967295y", "99999999999d", " 1d" })
            QTest::newRow(wrong) << wrong << qint64(0);
    }
    void agesAreReadAsTheyAreWritten()
    {
        QFETCH(QString, text);
        QFETCH(qint64, hours);
        const auto age = parseAge(text.toStdString());
        QCOMPARE(age.has_value(), hours > 0);
        if (age)
            QCOMPARE(age.value(), std::chrono::seconds(hours * 3600));
    }

    void mediaGoBySegmentsWhenTheirLastWriteIsTooOld()
    {
        KeptDirectory directory;
        directory.openKept({ .media = 72h }, smallSegments());
        fillMedia(directory, 5);
        const auto segments = segmentsIn(directory.path / "media");
        for (const std::uint32_t number : segments)
            directory.setLastWrite(segmentPath(directory.path / "media", number), directory.wall);
        directory.setLastWrite(segmentPath(directory.path / "media", segments[0]), directory.wall - 73h);
        directory.setLastWrite(segmentPath(directory.path / "media", segments[1]), directory.wall - 71h);
        directory.steps();
        QCOMPARE(segmentsIn(directory.path / "media").size(), 4u);
        QCOMPARE(segmentsIn(directory.path / "media").front(), segments[1]);
        QCOMPARE(directory.kept("media_segments_expired"), 1u);
        QVERIFY(directory.wasSaid("1 segment of media"));
        // The newest two are written to: they stay, however old.
        for (const std::uint32_t number : segmentsIn(directory.path / "media"))
            directory.setLastWrite(segmentPath(directory.path / "media", number), directory.wall - 1000h);
        directory.steps();
        QCOMPARE(segmentsIn(directory.path / "media").size(), 2u);
        fillMedia(directory, 3, 1000); // and go on
        directory.openQuery(directory.writer.get());
        std::string error;
        const CallKey oldest = directory.calls()[0].key;
        QCOMPARE(directory.packetsOf({ oldest, 0 }, &error), 0u);
        QVERIFY2(error.find("expired and was deleted at 2026-03-02T12:00:00") != std::string::npos, error.c_str());
        directory.closeKept();
    }

    void anExpiredFileOfALimitedLogIsZerosAndBegunAgain()
    {
        KeptDirectory directory;
        directory.openKept({ .media = 72h }, smallSegments(6 * segment));
        fillMedia(directory, 4);
        struct stat before { };
        const auto oldest = segmentPath(directory.path / "media", 1);
        QCOMPARE(::stat(oldest.c_str(), &before), 0);
        directory.setLastWrite(oldest, directory.wall - 73h);
        directory.steps();
        const auto spares = spareSegmentsIn(directory.path / "media");
        QCOMPARE(spares.size(), 1u);
        struct stat after { };
        QCOMPARE(::stat(spares[0].c_str(), &after), 0);
        QCOMPARE(after.st_ino, before.st_ino);
        std::ifstream in(spares[0], std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        QVERIFY(bytes.size() >= segment && bytes.find_first_not_of('\0') == std::string::npos);
        fillMedia(directory, 4, 1000); // the spare file is the next segment
        QCOMPARE(spareSegmentsIn(directory.path / "media").size(), 0u);
        QCOMPARE(::stat(segmentPath(directory.path / "media", 5).c_str(), &after), 0);
        QCOMPARE(after.st_ino, before.st_ino);
        directory.closeKept();
        directory.openQuery();
        const auto calls = directory.calls();
        QCOMPARE(directory.packetsOf({ calls.back().key, 0 }), 1200u);
    }

    void whatAKillLeavesOfAnExpiredFileIsClearedByTheNextRun()
    {
        KeptDirectory directory;
        directory.openKept({ .media = 72h }, smallSegments(6 * segment));
        fillMedia(directory, 4);
        directory.setLastWrite(segmentPath(directory.path / "media", 1), directory.wall - 73h);
        QVERIFY(directory.keeper->step()); // renamed, and no more
        QVERIFY(std::filesystem::exists(directory.path / "media" / "000001.expired"));
        KeptDirectory next;
        next.path = directory.copyAsKilled();
        next.openKept({ .media = 72h }, smallSegments(6 * segment));
        next.steps();
        QVERIFY(!std::filesystem::exists(next.path / "media" / "000001.expired"));
        QCOMPARE(spareSegmentsIn(next.path / "media").size(), 1u);
        QCOMPARE(segmentsIn(next.path / "media").front(), 2u);
        next.openQuery();
        QVERIFY(next.packetsOf({ next.calls().back().key, 1 }) == 1200u);
        next.closeKept();
        directory.closeKept();
    }

    void messagesGoByAgeAndBySize()
    {
        KeptDirectory directory;
        directory.openKept({ .messages = 72h, .mostMessageBytes = 4 * 64 * 1024 }, smallSegments());
        const std::string text(8000, 'm');
        for (int i = 0; segmentsIn(directory.path / "messages").size() < 4; ++i)
            directory.put(first + i * 1s, "call-" + std::to_string(i), "1", text.substr(0, 150), 1);
        const CallKey oldest = sample::call(first, "call-0").key;
        const auto old = segmentPath(directory.path / "messages", 1);
        for (const std::uint32_t number : segmentsIn(directory.path / "messages"))
            directory.setLastWrite(segmentPath(directory.path / "messages", number), directory.wall);
        directory.steps();
        QCOMPARE(segmentsIn(directory.path / "messages").size(), 4u);
        directory.setLastWrite(old, directory.wall - 73h);
        directory.steps();
        QCOMPARE(segmentsIn(directory.path / "messages").front(), 2u);
        directory.openQuery(directory.writer.get());
        std::string error;
        QCOMPARE(directory.messagesOf(oldest, &error), 0u);
        QVERIFY2(error.find("expired and were deleted at 2026-03-02T12:00:00") != std::string::npos, error.c_str());
        for (int i = 0; lastSegment(directory.path / "messages") < 7; ++i) // 6 of them: two too many
            directory.put(first + 1h + i * 1s, "more-" + std::to_string(i), "1", text.substr(0, 150), 1);
        directory.steps();
        QVERIFY(segmentsIn(directory.path / "messages").size() <= 4);
        QVERIFY(directory.kept("message_segments_expired") >= 3);
        directory.closeKept();
    }

    void daysGoWithAllThatIsInThem()
    {
        KeptDirectory directory;
        directory.openKept({ .records = 48h });
        const CallRecord old = directory.put(sample::at("2026-02-27T10:00:00Z"), "old");
        const CallRecord late = directory.put(sample::at("2026-02-28T10:00:00Z"), "late");
        directory.steps(); // the 27th ended 60 hours ago, the 28th 36
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-27.sqlite"));
        QVERIFY(directory.filesWith("2026-02-27.sqlite").empty());
        for (const auto& entry : std::filesystem::directory_iterator(directory.path))
            QVERIFY(!entry.path().filename().string().starts_with("2026-02-27"));
        QVERIFY(std::filesystem::exists(directory.path / "2026-02-28.sqlite"));
        QCOMPARE(directory.kept("days_expired"), 1u);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.calls().size(), 1u);
        QCOMPARE(directory.calls()[0].key, late.key);
        // Who asks for that day is told why there is nothing, and nobody else.
        const auto notesOf = [&](const char* from, const char* to) {
            (void)directory.query->takeNotes();
            CallQuery asked;
            asked.from = sample::at(from);
            asked.to = sample::at(to);
            (void)directory.calls(asked);
            std::vector<std::string> notes;
            for (const Sentence& note : directory.query->takeNotes())
                notes.push_back(toText(note));
            return notes;
        };
        QCOMPARE(notesOf("2026-02-27T00:00:00Z", "2026-02-28T00:00:00Z"),
            std::vector<std::string> {
                "The records of 2026-02-27 expired and were deleted, the last at " + toIso8601(directory.wall) + "." });
        QCOMPARE(notesOf("2026-02-27T12:00:00Z", "2026-03-01T00:00:00Z").size(), 1u);
        QVERIFY(notesOf("2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z").empty());
        QVERIFY(notesOf("2026-02-26T00:00:00Z", "2026-02-27T00:00:00Z").empty()); // there was none
        CallQuery one;
        one.key = old.key;
        const auto found = directory.query->calls(one, [](const CallRecord&) { return true; });
        QVERIFY(!found);
        QVERIFY2(found.error().what.find("records of 2026-02-27 expired and were deleted at 2026-03-02")
                != std::string::npos,
            found.error().what.c_str());
        directory.pass(12h);
        directory.steps();
        QCOMPARE(directory.calls().size(), 0u); // a reader that had it open sees so
        directory.closeKept();
    }

    void aDayOfWhichACallIsOnStays()
    {
        KeptDirectory directory;
        directory.openKept({ .records = 1h });
        const CallRecord call = sample::call(sample::at("2026-02-20T10:00:00Z"), "long");
        directory.put(sample::at("2026-02-20T09:00:00Z"), "over");
        directory.writer->liveCall(call);
        QVERIFY(directory.writer->commit().has_value());
        directory.steps();
        QVERIFY(std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        directory.writer->callEnded(sample::ended(call));
        QVERIFY(directory.writer->commit().has_value());
        directory.steps();
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        directory.closeKept();
    }

    void qualityGoesSomeBlocksAtATimeAndTheRecordsStay()
    {
        KeptDirectory directory;
        directory.openKept({ .quality = 24h });
        const CallRecord call = directory.put(sample::at("2026-02-27T10:00:00Z"), "old");
        const CallRecord fresh = directory.put(sample::at("2026-03-01T13:00:00Z"), "fresh");
        directory.steps();
        QCOMPARE(directory.kept("quality_days_expired"), 1u);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.calls().size(), 2u);
        QCOMPARE(directory.query->streams(call.key).value().size(), 2u);
        QCOMPARE(directory.query->quality(fresh.key).value().size(), 140u);
        const auto gone = directory.query->quality(call.key);
        QVERIFY(!gone);
        QVERIFY2(gone.error().what.find("quality series of 2026-02-27 expired") != std::string::npos,
            gone.error().what.c_str());
        QCOMPARE(directory.packetsOf({ call.key, 0 }), 120u);
        directory.closeKept();
    }

    // As a kill leaves it between the last block and SQLite's VACUUM.
    void theSpaceOfQualityThatWentIsReturnedByTheNextRun()
    {
        KeptDirectory directory;
        directory.openKept();
        for (int i = 0; i < 20; ++i)
            directory.put(sample::at("2026-02-27T10:00:00Z") + i * 1min, "old-" + std::to_string(i));
        directory.put(sample::at("2026-02-28T10:00:00Z"), "whole");
        directory.closeKept();
        const auto file = directory.path / "2026-02-27.sqlite";
        {
            auto day = Database::open(file, Database::Mode::ReadWrite);
            QVERIFY(day.value().execute("DELETE FROM quality"));
            auto store = RetentionStore::open(directory.path);
            QVERIFY(store.value().noteExpired(
                ExpiredPart::DayQuality, UtcDay(dayOf(sample::at("2026-02-27"))).number, directory.wall));
        }
        const auto before = std::filesystem::file_size(file);
        const auto other = std::filesystem::file_size(directory.path / "2026-02-28.sqlite");
        directory.openKept(); // whatever is to go now
        directory.steps();
        QVERIFY2(std::filesystem::file_size(file) < before,
            qPrintable(QString("%1 of %2 bytes").arg(std::filesystem::file_size(file)).arg(before)));
        QCOMPARE(std::filesystem::file_size(directory.path / "2026-02-28.sqlite"), other);
        QCOMPARE(directory.kept("retention_errors"), 0u);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.calls().size(), 21u);
        directory.closeKept();
    }

    // Years of a large probe are as many rows as they had hours.
    void segmentsThatWentInOneHourAreToldByOneRow()
    {
        KeptDirectory directory;
        constexpr std::int64_t segments = 12'000; // in ten hours
        constexpr std::int64_t missing = 500; // was never there
        const auto wentAt = [](std::int64_t segment) { return first + segment * 3s; };
        auto opened = RetentionStore::open(directory.path);
        RetentionStore& store = opened.value();
        const auto day = dayOf(first).number;
        QVERIFY(store.noteExpired(ExpiredPart::Day, day, first));
        {
            auto together = Database::open(directory.path / "retention.sqlite", Database::Mode::ReadWrite);
            QVERIFY(together.value().execute("BEGIN"));
            auto row = together.value().prepare("INSERT INTO expired VALUES(?,?,?)");
            for (std::int64_t segment = 1; segment <= segments; ++segment)
                for (const auto part : { ExpiredPart::MediaSegment, ExpiredPart::MessageSegment })
                    if (segment != missing) {
                        row.value().bind(1, toStored(part));
                        row.value().bind(2, segment);
                        row.value().bind(3, toStored(wentAt(segment)));
                        QVERIFY(row.value().run());
                    }
            QVERIFY(together.value().execute("COMMIT"));
        }
        const Timestamp now = wentAt(segments);
        int folds = 0;
        while (store.foldExpired(now).value())
            ++folds;
        QVERIFY(folds > 1); // some at a time
        const auto count = [&](const char* sql) {
            auto database = Database::open(directory.path / "retention.sqlite", Database::Mode::ReadOnly);
            auto rows = database.value().prepare(sql);
            return rows.value().stepToRow() ? rows.value().integer(0) : -1;
        };
        QVERIFY(count("SELECT count(*) FROM expired_segments") < 40);
        QCOMPARE(count("SELECT count(*) FROM expired WHERE part=2"), 1);
        const auto startOfHour = now - (now.time_since_epoch() % 1h);
        for (const std::int64_t segment : { std::int64_t { 1 }, missing - 1, missing + 1, std::int64_t { 1199 },
                 std::int64_t { 1200 }, std::int64_t { 7777 }, segments - 1, segments })
            for (const auto part : { ExpiredPart::MediaSegment, ExpiredPart::MessageSegment }) {
                const auto told = expiredAt(directory.path, part, segment);
                QVERIFY2(told, std::to_string(segment).c_str());
                if (wentAt(segment) >= startOfHour)
                    QVERIFY(*told == wentAt(segment));
                else
                    QVERIFY(*told >= wentAt(segment) && *told < wentAt(segment) + 1h);
            }
        QVERIFY(!expiredAt(directory.path, ExpiredPart::MediaSegment, missing));
        QVERIFY(!expiredAt(directory.path, ExpiredPart::MediaSegment, segments + 1));
        QVERIFY(!expiredAt(directory.path, ExpiredPart::Call, 7));
        QVERIFY(expiredAt(directory.path, ExpiredPart::Day, day) == first);
        // One that could not be deleted then, and was later, within the numbers of others.
        QVERIFY(store.noteExpired(ExpiredPart::MediaSegment, 700, now));
        QVERIFY(expiredAt(directory.path, ExpiredPart::MediaSegment, 700) == now);
        while (store.foldExpired(now + 1h).value())
            ;
        QVERIFY(expiredAt(directory.path, ExpiredPart::MediaSegment, 700) == now);
        QVERIFY(*expiredAt(directory.path, ExpiredPart::MediaSegment, 699) < first + 1h);
    }

    void whatWentIsStillToldAnHourLater()
    {
        KeptDirectory directory;
        directory.openKept({ .media = 72h }, smallSegments());
        fillMedia(directory, 5);
        for (const std::uint32_t number : segmentsIn(directory.path / "media"))
            directory.setLastWrite(segmentPath(directory.path / "media", number), directory.wall - 73h);
        directory.steps();
        directory.pass(2h);
        directory.steps();
        auto rows = Database::open(directory.path / "retention.sqlite", Database::Mode::ReadOnly);
        auto left = rows.value().prepare("SELECT count(*) FROM expired");
        QVERIFY(left.value().stepToRow());
        QCOMPARE(left.value().integer(0), 0);
        directory.openQuery(directory.writer.get());
        std::string error;
        QCOMPARE(directory.packetsOf({ directory.calls()[0].key, 0 }, &error), 0u);
        QVERIFY2(error.find("expired and was deleted at 2026-03-02T12:00:00") != std::string::npos, error.c_str());
        directory.closeKept();
    }

    // Its file system was mounted anew, read-only; here it is no file.
    void aFileThatCannotBeDeletedHoldsUpNothingElse()
    {
        KeptDirectory directory;
        directory.openKept({ .records = 72h, .media = 72h }, smallSegments());
        directory.put(sample::at("2026-02-20T10:00:00Z"), "old");
        fillMedia(directory, 5);
        for (const char* stuck : { "2026-01-01.sqlite.expired", "media/000000.expired" })
            std::filesystem::create_directories(directory.path / stuck / "kept");
        for (const std::uint32_t number : segmentsIn(directory.path / "media"))
            directory.setLastWrite(segmentPath(directory.path / "media", number), directory.wall - 73h);
        for (int round = 0; round < 5; ++round) // of the keeper's thread, between pauses
            directory.steps();
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QCOMPARE(segmentsIn(directory.path / "media").size(), 2u);
        for (const auto& file : std::filesystem::directory_iterator(directory.path / "media"))
            QVERIFY(file.path().extension() != ".expired" || file.path().stem() == "000000");
        QCOMPARE(directory.kept("retention_errors"), 2u);
        QVERIFY(directory.wasSaid("cannot delete"));
        for (const char* stuck : { "2026-01-01.sqlite.expired", "media/000000.expired" })
            std::filesystem::remove(directory.path / stuck / "kept");
        directory.closeKept();
    }

    void theOldestDaysMakeRoomForTheNewest()
    {
        KeptDirectory directory;
        directory.openKept();
        for (const char* day : { "2026-02-26T10:00:00Z", "2026-02-27T10:00:00Z", "2026-02-28T10:00:00Z" })
            directory.put(sample::at(day), day);
        const CallRecord on = sample::call(sample::at("2026-02-27T11:00:00Z"), "on");
        directory.writer->liveCall(on);
        QVERIFY(directory.writer->commit().has_value());
        const auto bytesOf = [&](const char* day) {
            std::uint64_t bytes = 0;
            for (const char* side : { ".sqlite", ".sqlite-wal" })
                if (const auto file = directory.path / (std::string(day) + side); std::filesystem::exists(file))
                    bytes += std::filesystem::file_size(file);
            return bytes;
        };
        const std::uint64_t all = bytesOf("2026-02-26") + bytesOf("2026-02-27") + bytesOf("2026-02-28");
        const auto isThere = [&](const char* day) {
            return std::filesystem::exists(directory.path / (std::string(day) + ".sqlite"));
        };
        const auto limitTo = [&](std::uint64_t bytes) {
            directory.keeper.reset();
            directory.openKeeper({ .mostRecordBytes = bytes });
            directory.steps();
        };
        limitTo(all);
        QVERIFY(isThere("2026-02-26"));
        limitTo(all - 1);
        QVERIFY(!isThere("2026-02-26") && isThere("2026-02-27") && isThere("2026-02-28"));
        QCOMPARE(directory.kept("days_expired"), 1u);
        limitTo(1); // the next has a call that is on, and none goes before its turn
        QVERIFY(isThere("2026-02-27") && isThere("2026-02-28"));
        directory.writer->callEnded(sample::ended(on));
        QVERIFY(directory.writer->commit().has_value());
        directory.steps();
        QVERIFY(!isThere("2026-02-27") && isThere("2026-02-28")); // the newest stays
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.calls().size(), 1u);
        CallQuery one;
        one.key = on.key;
        const auto found = directory.query->calls(one, [](const CallRecord&) { return true; });
        QVERIFY(!found && found.error().what.find("2026-02-27 expired and were deleted") != std::string::npos);
        directory.closeKept();
    }

    void theOldestQualitySeriesMakeRoomForTheNewest()
    {
        KeptDirectory directory;
        directory.openKept();
        std::vector<CallRecord> calls;
        for (const char* day : { "2026-02-26T10:00:00Z", "2026-02-27T10:00:00Z", "2026-02-28T10:00:00Z" })
            calls.push_back(directory.put(sample::at(day), day));
        auto day = Database::open(directory.path / "2026-02-26.sqlite", Database::Mode::ReadOnly);
        auto sum = day.value().prepare("SELECT sum(length(points)+length(errors)+length(details)+"
                                       "ifnull(length(reports),0)) FROM quality");
        QVERIFY(sum.value().stepToRow());
        const auto bytes = static_cast<std::uint64_t>(sum.value().integer(0)); // of each of the days
        QVERIFY(bytes > 140 * 44);
        const auto seconds = [&](std::size_t call) {
            directory.openQuery(directory.writer.get());
            const auto points = directory.query->quality(calls[call].key);
            return points ? points.value().size() : 0;
        };
        const auto limitTo = [&](std::uint64_t most) {
            directory.keeper.reset();
            directory.openKeeper({ .mostQualityBytes = most });
            directory.steps();
        };
        limitTo(bytes * 7 / 2);
        QCOMPARE(seconds(0), 140u);
        limitTo(bytes * 5 / 2);
        QCOMPARE(seconds(0), 0u);
        QCOMPARE(seconds(1), 140u);
        QCOMPARE(directory.kept("quality_days_expired"), 1u);
        QCOMPARE(directory.calls().size(), 3u); // the records stay
        const auto gone = directory.query->quality(calls[0].key);
        QVERIFY(!gone && gone.error().what.find("quality series of 2026-02-26 expired") != std::string::npos);
        limitTo(1);
        QCOMPARE(seconds(1), 0u);
        QCOMPARE(seconds(2), 140u); // the newest stays
        directory.closeKept();
    }

    void withoutPeriodsNothingGoes()
    {
        KeptDirectory directory;
        directory.openKept({}, smallSegments());
        fillMedia(directory, 4);
        directory.pass(24h * 365 * 50);
        directory.steps();
        QCOMPARE(segmentsIn(directory.path / "media").size(), 4u);
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        directory.closeKept();
    }

    void aClockThatStepsDeletesNothingUntilItIsConfirmed()
    {
        KeptDirectory directory;
        directory.openKept({ .records = 48h });
        directory.put(sample::at("2026-03-01T10:00:00Z"), "kept");
        directory.steps();
        directory.wall += 25h * 365; // and steady time did not pass
        directory.steps();
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        QVERIFY(directory.wasSaid("nothing is deleted by age until it is confirmed"));
        const std::size_t said = directory.said.size();
        directory.pass(24h);
        directory.steps();
        QCOMPARE(directory.said.size(), said); // once
        directory.closeKept();
        directory.openKept({ .records = 48h }); // a restart confirms nothing
        directory.steps();
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        {
            auto other = RetentionStore::open(directory.path); // as another process does
            QVERIFY(other.has_value());
            QVERIFY(other.value().confirmClock(directory.wall).has_value());
        }
        directory.steps();
        QVERIFY(!std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        directory.closeKept();
    }

    void aClockThatIsConfirmedIsBelievedAtOnceAndAfterARestart()
    {
        KeptDirectory directory;
        directory.openKept({ .records = 48h });
        directory.put(sample::at("2026-03-01T10:00:00Z"), "kept");
        directory.steps();
        const Timestamp before = directory.wall;
        directory.wall += 25h * 365; // and steady time did not pass
        auto clock = directory.keeper->clock(); // before any step has looked
        QVERIFY(clock.has_value() && clock.value().doubted);
        QCOMPARE(clock.value().now, directory.wall);
        QVERIFY(clock.value().lastBelieved == before);
        QVERIFY(readLastClock(directory.path).value() == before); // by who only reads
        directory.steps();
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        directory.closeKept();

        directory.openKept(); // callmonctl, while no engine runs
        clock = directory.keeper->confirmClock();
        QVERIFY(clock.has_value() && !clock.value().doubted);
        QVERIFY(clock.value().lastBelieved == directory.wall);
        QVERIFY(readLastClock(directory.path).value() == directory.wall);
        directory.closeKept();
        directory.openKept({ .records = 48h }); // the engine, afterwards
        QVERIFY(!directory.keeper->clock().value().doubted);
        directory.steps();
        QVERIFY(!std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        directory.closeKept();
    }

    void anEngineThatIsToldSoGoesOnByAClockThatStepped()
    {
        KeptDirectory directory;
        directory.openKept({ .records = 48h });
        directory.put(sample::at("2026-03-01T10:00:00Z"), "kept");
        directory.steps();
        directory.wall += 25h * 365;
        directory.steps();
        QVERIFY(std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        QVERIFY(directory.keeper->confirmClock().has_value());
        directory.steps();
        QVERIFY(!std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        QVERIFY(directory.wasSaid("the clock was confirmed"));
        directory.wall += 25h * 365; // what was confirmed was that step
        QVERIFY(directory.keeper->clock().value().doubted);
        directory.closeKept();
    }

    void aClockThatStepsDoesNotLiftTheLimitOfMessages()
    {
        KeptDirectory directory;
        directory.openKept({ .messages = 48h, .mostMessageBytes = 3 * 64 * 1024 }, smallSegments());
        directory.steps();
        directory.wall += 25h * 365; // and steady time did not pass
        for (int i = 0; lastSegment(directory.path / "messages") < 5; ++i)
            directory.put(first + i * 1s, "call-" + std::to_string(i), "1", std::string(150, 'm'), 1);
        directory.steps();
        QVERIFY(directory.wasSaid("nothing is deleted by age until it is confirmed"));
        const auto left = segmentsIn(directory.path / "messages").size();
        QVERIFY(left >= 2 && left <= 3); // by age all but one would go
        directory.closeKept();
    }

    void aClockThatIsSlowlySetRightIsBelieved()
    {
        KeptDirectory directory;
        directory.openKept({ .records = 48h });
        directory.put(sample::at("2026-03-01T10:00:00Z"), "kept");
        for (int hour = 0; hour < 60; ++hour) {
            directory.pass(1h);
            directory.wall += 30min; // by as much as a day and more, in all
            directory.steps();
        }
        QVERIFY(!std::filesystem::exists(directory.path / "2026-03-01.sqlite"));
        QVERIFY(!directory.wasSaid("confirmed"));
        directory.closeKept();
    }
};

QTEST_GUILESS_MAIN(TestRetention)
#include "tst_retention.moc"
