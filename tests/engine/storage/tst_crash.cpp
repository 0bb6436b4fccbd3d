// What a killed writer leaves is found again, whole up to its last commit.
#include "tests/engine/storage/failing_disk.h"
#include "tests/engine/storage/test_directory.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <atomic>
#include <csignal>
#include <fstream>
#include <sys/mman.h>
#include <sys/wait.h>

using namespace callmon;
using namespace std::chrono_literals;
using sample::Directory;
using sample::FailingDisk;
using sample::upTo;

namespace {

constexpr int lifetime = 70; // ticks: so that a block of 60 points reaches the database before the call ends

Timestamp startOfCall(int number)
{
    return sample::at("2026-03-01T23:59:50Z") + number * 100ms; // over midnight after a while
}

CallRecord numbered(int number)
{
    return sample::call(startOfCall(number), "call-" + std::to_string(number));
}

// One second of the model: a call begins, each call that is on gets a point and two packets, the oldest ends.
void tick(RecordWriter& writer, int now)
{
    writer.liveCall(numbered(now));
    for (int number = std::max(0, now - lifetime + 1); number <= now; ++number) {
        const CallRecord call = numbered(number);
        const StreamKey key { call.key, 0 };
        const int age = now - number;
        const std::string text = "OPTIONS " + std::to_string(age);
        MessageHead head;
        head.call = call.key;
        head.arrival = call.startedAt + age * 1s;
        head.wireSize = static_cast<std::uint32_t>(text.size());
        writer.message(head, std::as_bytes(std::span(text)));
        StreamRecord stream = sample::stream(call.key, 0, call.startedAt);
        stream.packets = static_cast<std::uint64_t>(2 * (age + 1));
        stream.lastPacketAt = call.startedAt + age * 1s;
        writer.stream(stream);
        writer.quality(sample::point(key, call.startedAt + age * 1s, static_cast<std::uint32_t>(age)));
        writer.media(sample::chunk(key, call.startedAt + age * 1s, 2, static_cast<std::uint32_t>(2 * age), 60));
    }
    if (now >= lifetime)
        writer.callEnded(sample::ended(numbered(now - lifetime), lifetime * 1s));
}

DirectoryWriter::Tuning smallTuning()
{
    DirectoryWriter::Tuning tuning;
    tuning.segmentSize = 200'000;
    tuning.messageSegmentSize = 100'000;
    tuning.commitsPerJournal = 7;
    tuning.smallestJournal = 0;
    return tuning;
}

DirectoryWriter::Tuning tuningFor(const std::filesystem::path& path, int mediaFolders)
{
    DirectoryWriter::Tuning tuning = smallTuning();
    if (mediaFolders > 0)
        tuning.mediaFolders.emplace();
    for (int i = 0; i < mediaFolders; ++i)
        tuning.mediaFolders->push_back(path / ("disk" + std::to_string(i)));
    return tuning;
}

[[noreturn]] void writeUntilKilled(const std::filesystem::path& path, int mediaFolders, std::atomic<int>* committed)
{
    auto writer = DirectoryWriter::open(path, tuningFor(path, mediaFolders));
    if (!writer)
        _exit(3);
    for (int now = 0;; ++now) {
        tick(*writer.value(), now);
        if (!writer.value()->commit())
            _exit(4);
        committed->store(now + 1);
    }
}

template <typename Child> pid_t forked(Child child)
{
    const pid_t pid = ::fork();
    if (pid == 0)
        child();
    return pid;
}

bool integrityIsOk(const std::filesystem::path& file)
{
    auto database = Database::open(file, Database::Mode::ReadOnly);
    if (!database)
        return false;
    auto check = database.value().prepare("PRAGMA integrity_check");
    return check && check.value().stepToRow() && check.value().column(0).text == "ok";
}

}

class TestCrash : public QObject {
    Q_OBJECT

private slots:
    void nothingCommittedIsLostByKill9_data()
    {
        QTest::addColumn<int>("mediaFolders");
        QTest::newRow("one directory") << 0;
        QTest::newRow("media in two") << 2;
    }
    void nothingCommittedIsLostByKill9()
    {
        QFETCH(int, mediaFolders);
        auto* const committed = static_cast<std::atomic<int>*>(
            ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
        auto* const random = QRandomGenerator::global();
        QElapsedTimer clock;
        clock.start();
        int rounds = 0;
        int longest = 0;
        bool wanted = false; // hundreds, however long they take: CALLMON_KILLS=300 engine_storage_crash
        const int most = qEnvironmentVariableIntValue("CALLMON_KILLS", &wanted);
        for (; wanted ? rounds < most : rounds < 20 && clock.elapsed() < 8'000; ++rounds) {
            Directory directory;
            committed->store(0);
            const pid_t child = forked([&] { writeUntilKilled(directory.path, mediaFolders, committed); });
            if (rounds == 0) // long enough for calls to end, however slow the machine is
                QVERIFY2(QTest::qWaitFor([&] { return committed->load() > lifetime; }, 30'000), "nothing is written");
            QTest::qSleep(20 + static_cast<int>(random->bounded(300)));
            ::kill(child, SIGKILL);
            int status = 0;
            ::waitpid(child, &status, 0);
            QVERIFY2(WIFSIGNALED(status), qPrintable(QString("the writer gave up: %1").arg(WEXITSTATUS(status))));
            for (int again = static_cast<int>(random->bounded(3)); again > 0; --again) { // and the recovery too
                const pid_t recovering = forked([&] {
                    auto writer = DirectoryWriter::open(directory.path, tuningFor(directory.path, mediaFolders));
                    ::pause();
                    _exit(0);
                });
                QTest::qSleep(static_cast<int>(random->bounded(20)));
                ::kill(recovering, SIGKILL);
                ::waitpid(recovering, &status, 0);
            }
            directory.openQuery();
            verify(directory, committed->load());
            if (QTest::currentTestFailed())
                return;
            longest = std::max(longest, committed->load());
        }
        QVERIFY2(rounds >= (wanted ? most : 5), "too slow to say anything");
        QVERIFY2(longest > lifetime,
            qPrintable(QString("no round was long enough for calls to end: %1 of %2 rounds").arg(longest).arg(rounds)));
        ::munmap(committed, sizeof(std::atomic<int>));
    }

    void recoveryIsCompleteWhereverTheJournalStands()
    {
        Directory directory;
        directory.open(smallTuning());
        for (int now = 0; now < 40; ++now) {
            tick(*directory.writer, now);
            QVERIFY(directory.writer->commit().has_value());
            if (now % 3 != 0)
                continue;
            const auto killed = directory.copyAsKilled();
            Directory copy;
            copy.path = killed;
            copy.openQuery();
            verify(copy, now + 1);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void aKilledStreamsCountsAreThoseOfItsLastSnapshotAndOfTheSecondsSince_data()
    {
        QTest::addColumn<int>("every");
        QTest::newRow("a snapshot each second") << 1;
        QTest::newRow("each ten seconds") << 10;
        QTest::newRow("only at first") << 1000;
    }
    void aKilledStreamsCountsAreThoseOfItsLastSnapshotAndOfTheSecondsSince()
    {
        QFETCH(int, every);
        Directory directory;
        directory.open();
        const CallRecord call = numbered(0);
        const StreamKey key { call.key, 0 };
        directory.writer->liveCall(call);
        StreamRecord stream = sample::stream(call.key, 0, call.startedAt);
        std::uintmax_t journal = 0;
        for (int second = 0; second < 130; ++second) { // over two blocks of points that go to the database
            QualityPoint point = sample::point(key, call.startedAt + second * 1s);
            if (second % 5 != 0)
                point.farEnd = {};
            stream.packets += point.packets;
            stream.lost += point.lost;
            stream.duplicates += point.duplicates;
            stream.reordered += point.reordered;
            stream.lostWithProbe += point.lostWithProbe;
            stream.expected += point.packets - point.duplicates + point.lost + point.lostWithProbe;
            stream.lastPacketAt = point.at + 980ms;
            if (second % every == 0)
                directory.writer->stream(stream);
            directory.writer->quality(point);
            QVERIFY(directory.writer->commit().has_value());
            if (second == 25)
                journal = std::filesystem::file_size(directory.path / "live.journal");
            if (second == 28) // points alone: a snapshot is several times as long
                QVERIFY(std::filesystem::file_size(directory.path / "live.journal") - journal < 400);
            if (second % 7 != 0 && second != 129)
                continue;
            Directory copy;
            copy.path = directory.copyAsKilled();
            copy.openQuery();
            const auto streams = copy.query->streams(call.key);
            QVERIFY(streams.has_value());
            const StreamRecord& found = streams.value().at(0);
            QCOMPARE(found.packets, stream.packets);
            QCOMPARE(found.lost, stream.lost);
            QCOMPARE(found.lostWithProbe, stream.lostWithProbe);
            QCOMPARE(found.duplicates, stream.duplicates);
            QCOMPARE(found.reordered, stream.reordered);
            QCOMPARE(found.expected, stream.expected);
            QVERIFY(found.lastPacketAt >= point.at && found.lastPacketAt <= point.at + 1s);
            const auto points = copy.query->quality(call.key);
            QCOMPARE(points.value().size(), static_cast<std::size_t>(second + 1));
            for (std::size_t i = 0; i < points.value().size(); ++i)
                QCOMPARE(points.value()[i].farEnd.reports, i % 5 == 0 ? 2 : 0);
            const auto live = directory.writer->liveStreams(call.key);
            QCOMPARE(live.at(0).packets, stream.packets);
            std::filesystem::remove_all(copy.path);
        }
    }

    void aKilledStreamEndsWithItsLastChunkThoughNoSnapshotNamesIt()
    {
        Directory directory;
        directory.open();
        const CallRecord call = numbered(0);
        const StreamKey key { call.key, 0 };
        directory.writer->liveCall(call);
        directory.writer->stream(sample::stream(call.key, 0, call.startedAt));
        QVERIFY(directory.writer->commit().has_value());
        for (std::uint32_t chunk = 0; chunk < 3; ++chunk) {
            directory.writer->media(sample::chunk(key, call.startedAt + chunk * 1s, 40, 40 * chunk));
            QVERIFY(directory.writer->commit().has_value());
            Directory killed;
            killed.path = directory.copyAsKilled();
            killed.openQuery();
            QCOMPARE(killed.packetNumbers(key), upTo(40 * (chunk + 1)));
        }
    }

    void aCallThatEndedWaitsInTheJournalForItsMedia()
    {
        FailingDisk::Plan plan;
        Directory directory;
        directory.open({}, std::make_unique<FailingDisk>(plan));
        const CallRecord call = numbered(0);
        const StreamKey key { call.key, 0 };
        directory.writer->liveCall(call);
        directory.writer->media(sample::chunk(key, call.startedAt, 40, 0));
        QVERIFY(directory.writer->commit().has_value());

        plan.held = true; // a disk that takes its time
        directory.writer->media(sample::chunk(key, call.startedAt + 800ms, 40, 40));
        directory.writer->stream(sample::stream(call.key, 0, call.startedAt));
        directory.writer->callEnded(sample::ended(call));
        directory.writer->media(sample::chunk({ numbered(1).key, 0 }, call.startedAt, 40, 0)); // of another: no reason
        for (int i = 0; i < 3; ++i)
            QVERIFY(directory.writer->commitSettled().has_value()); // waits for nothing
        QCOMPARE(directory.counter("calls_stored"), 0u);
        {
            Directory killed;
            killed.path = directory.copyAsKilled();
            killed.openQuery();
            const auto calls = killed.calls();
            QCOMPARE(calls.size(), 1u);
            QCOMPARE(calls[0].endedBy, EndedBy::Caller);
            QCOMPARE(killed.query->streams(call.key).value().size(), 1u);
            QCOMPARE(killed.packetNumbers(key), upTo(40));
        }
        directory.writer->media({}, true); // to the disk
        plan.held = false;
        directory.writer->media({}, false); // and back
        QVERIFY(directory.writer->commitSettled().has_value());
        QCOMPARE(directory.counter("calls_stored"), 1u);
        Directory killed;
        killed.path = directory.copyAsKilled();
        killed.openQuery();
        QCOMPARE(killed.packetNumbers(key), upTo(80));
    }

    void fiftyTwoThousandCallsAreFoundAgainInSeconds()
    {
        constexpr int calls = 52'000;
        constexpr int heard = 1'000; // one in so many has media
        Directory directory;
        directory.open();
        for (int number = 0; number < calls; ++number) {
            const Timestamp start = startOfCall(0) + number * 1ms;
            const CallRecord call = sample::call(start, "call-" + std::to_string(number));
            directory.writer->liveCall(call);
            for (std::uint32_t side = 0; side < 2; ++side) {
                directory.writer->stream(sample::stream(call.key, side, start));
                directory.writer->quality(sample::point({ call.key, side }, start));
                for (std::uint32_t second = 0; number % heard == 0 && second < 3; ++second)
                    directory.writer->media(sample::chunk({ call.key, side }, start + second * 800ms, 40, 40 * second));
            }
        }
        QVERIFY(directory.writer->commit().has_value());
        Directory copy;
        copy.path = directory.copyAsKilled();
        QElapsedTimer clock;
        clock.start();
        copy.open();
        const qint64 took = clock.elapsed();
        qInfo("%d calls recovered in %lld ms", calls, static_cast<long long>(took));
        QCOMPARE(copy.counter("calls_recovered"), static_cast<std::uint64_t>(calls));
        QCOMPARE(copy.writer->recoveryNotes().at(0),
            std::string("The engine that wrote here was killed: 52000 calls that were on stored as ended by the probe, "
                        "with 104000 streams and 104000 quality points."));
        copy.openQuery(copy.writer.get());
        CallQuery query;
        query.limit = 1;
        std::uint64_t found = 0;
        QCOMPARE(copy.calls(query, &found).size(), 1u);
        QCOMPARE(found, static_cast<std::uint64_t>(calls));
        for (int number = 0; number < calls; number += heard) {
            const CallRecord call = sample::call(startOfCall(0) + number * 1ms, "call-" + std::to_string(number));
            const auto streams = copy.query->streams(call.key);
            QCOMPARE(streams.value().size(), 2u);
            QCOMPARE(copy.query->quality(call.key).value().size(), 2u);
            for (std::uint32_t side = 0; side < 2; ++side)
                QCOMPARE(copy.packetNumbers({ call.key, side }), upTo(120));
        }
        QVERIFY2(took < 30'000, qPrintable(QString("%1 ms").arg(took))); // on a machine that does other things, too
    }

    void theNotesSayWhatWasFound()
    {
        Directory directory;
        directory.open();
        for (int now = 0; now < 3; ++now)
            tick(*directory.writer, now);
        QVERIFY(directory.writer->commit().has_value());
        Directory copy;
        copy.path = directory.copyAsKilled();
        std::ofstream(copy.path / "live.journal", std::ios::app | std::ios::binary) << "torn";
        std::ofstream(copy.path / "media" / "000001.log", std::ios::app | std::ios::binary) << "CHNKtorn";
        copy.open();
        const auto notes = copy.writer->recoveryNotes();
        QCOMPARE(notes.size(), 3u);
        QCOMPARE(notes[0],
            std::string(
                "The engine that wrote here was killed: 3 calls that were on stored as ended by the probe, with "
                "3 streams and 6 quality points."));
        QVERIFY(notes[1].find("8 bytes cut off") != std::string::npos);
        QVERIFY(notes[2].find("4 bytes left out") != std::string::npos);
        QCOMPARE(copy.counter("calls_recovered"), 3u);
        copy.closeWriter();
        copy.open();
        QVERIFY(copy.writer->recoveryNotes().empty());
        copy.openQuery(copy.writer.get());
        verify(copy, 3);
    }

    void aJournalCutAnywhereNeitherFailsNorInvents()
    {
        Directory directory;
        directory.open();
        tick(*directory.writer, 0);
        tick(*directory.writer, 1);
        QVERIFY(directory.writer->commit().has_value());
        const auto size = std::filesystem::file_size(directory.path / "live.journal");
        for (std::uintmax_t cut = 0; cut < size; cut += 13) {
            Directory copy;
            copy.path = directory.copyAsKilled();
            std::filesystem::resize_file(copy.path / "live.journal", cut);
            copy.openQuery();
            for (const CallRecord& call : copy.calls())
                QVERIFY(call.callId == std::string_view("call-0") || call.callId == std::string_view("call-1"));
            QVERIFY(!std::filesystem::exists(copy.path / "live.journal"));
            std::filesystem::remove_all(copy.path);
        }
    }

    void aFlippedByteInTheJournalIsNotBelieved()
    {
        Directory directory;
        directory.open();
        tick(*directory.writer, 0);
        QVERIFY(directory.writer->commit().has_value());
        const auto size = std::filesystem::file_size(directory.path / "live.journal");
        for (std::uintmax_t place = 24; place < size; place += 11) {
            Directory copy;
            copy.path = directory.copyAsKilled();
            std::fstream file(copy.path / "live.journal", std::ios::in | std::ios::out | std::ios::binary);
            file.seekg(static_cast<std::streamoff>(place));
            const char byte = static_cast<char>(file.get() ^ 0x40);
            file.seekp(static_cast<std::streamoff>(place));
            file.put(byte);
            file.close();
            copy.openQuery();
            const auto calls = copy.calls();
            QVERIFY(calls.size() <= 1);
            if (!calls.empty())
                QCOMPARE(calls[0].callId.str(), std::string("call-0"));
            std::filesystem::remove_all(copy.path);
        }
    }

    void aJournalOfAnotherVersionIsKeptAside()
    {
        Directory directory;
        directory.open();
        tick(*directory.writer, 0);
        QVERIFY(directory.writer->commit().has_value());
        Directory copy;
        copy.path = directory.copyAsKilled();
        std::fstream file(copy.path / "live.journal", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(8);
        file.put('\x63');
        file.close();
        copy.open();
        QVERIFY(std::filesystem::exists(copy.path / "live.journal.unread-1"));
        bool said = false;
        for (const std::string& note : copy.writer->recoveryNotes())
            said = said || note.find("another version") != std::string::npos
                || note.find("cannot be read by this version") != std::string::npos;
        QVERIFY(said);
    }

    void aSegmentDamagedInItsMiddleIsNotCut()
    {
        Directory directory;
        directory.open();
        for (int now = 0; now < 10; ++now)
            tick(*directory.writer, now);
        QVERIFY(directory.writer->commit().has_value());
        Directory copy;
        copy.path = directory.copyAsKilled();
        const auto segment = copy.path / "media" / "000001.log";
        const auto size = std::filesystem::file_size(segment);
        std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096 + 20 * 512 + 100); // in one of the chunks, which take a block each
        file << "damage";
        file.close();
        copy.open();
        QCOMPARE(std::filesystem::file_size(segment), size);
        QVERIFY(std::filesystem::exists(copy.path / "media" / "000002.log"));
    }

private:
    // `ticks` were committed; one more may have been on its way.
    void verify(Directory& directory, int ticks)
    {
        std::map<std::string, CallRecord> calls;
        for (const CallRecord& call : directory.calls())
            calls[call.callId.str()] = call;
        QVERIFY(calls.size() >= static_cast<std::size_t>(ticks) && calls.size() <= static_cast<std::size_t>(ticks) + 1);
        for (int number = 0; number < ticks; ++number) {
            const auto found = calls.find("call-" + std::to_string(number));
            QVERIFY2(found != calls.end(), qPrintable(QString("call %1 of %2 is lost").arg(number).arg(ticks)));
            const CallRecord& call = found->second;
            QCOMPARE(call.state, CallState::Ended);
            QVERIFY(call.endedAt.has_value());
            const bool ended = number + lifetime < ticks;
            const bool maybeEnded = number + lifetime < ticks + 1;
            if (ended || !maybeEnded)
                QCOMPARE(call.endedBy, ended ? EndedBy::Caller : EndedBy::ProbeStopped);
            const int least = std::min(lifetime, ticks - number);
            const int most = std::min(lifetime, ticks + 1 - number);
            const auto streams = directory.query->streams(call.key);
            QVERIFY(streams.has_value());
            QCOMPARE(streams.value().size(), 1u);
            const auto packets = static_cast<int>(streams.value()[0].packets);
            QVERIFY(packets >= 2 * least && packets <= 2 * most);
            if (call.endedBy == EndedBy::ProbeStopped)
                QVERIFY(*call.endedAt == streams.value()[0].lastPacketAt);
            const auto points = directory.query->quality(call.key);
            QVERIFY(points.has_value());
            const auto count = static_cast<int>(points.value().size());
            QVERIFY2(count >= least && count <= most,
                qPrintable(
                    QString("call %1: %2 points, %3 to %4 expected").arg(number).arg(count).arg(least).arg(most)));
            for (int i = 0; i < count; ++i)
                QCOMPARE(points.value()[static_cast<std::size_t>(i)].packets, static_cast<std::uint32_t>(i));
            QStringList messages;
            const auto read = directory.query->messages(call.key, [&](const CallMessage& message) {
                messages << QString::fromStdString(message.text);
                return true;
            });
            QVERIFY2(read.has_value(), read ? "" : read.error().what.c_str());
            QVERIFY(messages.size() >= least && messages.size() <= most);
            for (int i = 0; i < messages.size(); ++i)
                QCOMPARE(messages[i], QString("OPTIONS %1").arg(i));
            const auto numbers = directory.packetNumbers({ call.key, 0 });
            QVERIFY(static_cast<int>(numbers.size()) >= 2 * least && static_cast<int>(numbers.size()) <= 2 * most);
            QCOMPARE(numbers, upTo(static_cast<std::uint32_t>(numbers.size())));
        }
        for (const char* day : { "2026-03-01.sqlite", "2026-03-02.sqlite" })
            if (std::filesystem::exists(directory.path / day))
                QVERIFY(integrityIsOk(directory.path / day));
    }
};

QTEST_GUILESS_MAIN(TestCrash)
#include "tst_crash.moc"
