// kill -9 in the middle of a hold's copy, of a deletion and of an expiry: nothing else is lost by it, and the next run
// finishes what was begun, or it has not happened.
#include "engine/storage/held_call.h"
#include "tests/engine/storage/kept_directory.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <csignal>
#include <set>
#include <sys/wait.h>

using namespace callmon;
using namespace std::chrono_literals;
using sample::described;
using sample::KeptDirectory;

namespace {

const Timestamp start = sample::at("2026-02-20T10:00:00Z");
const std::string number = "+34666123456";
const std::string payload = "DISTINCTIVE-PAYLOAD-7310";
constexpr int kills = 12; // of each sort; more at random points than there are steps worth telling apart

DirectoryWriter::Tuning smallSegments()
{
    DirectoryWriter::Tuning tuning;
    tuning.segmentSize = 1u << 20;
    tuning.messageSegmentSize = 4096;
    return tuning;
}

void beginOn(KeptDirectory& directory, const std::filesystem::path& path, KeepPeriods periods)
{
    directory.path = path;
    directory.openKept(periods, smallSegments());
}

// Does `work` in a process of its own, on that directory, and kills it after at most `longest` microseconds. Returns
// whether it was killed before it was through; `took` is how long it took if not.
template <typename Work>
bool killedDuring(
    const std::filesystem::path& path, KeepPeriods periods, qint64 longest, Work&& work, qint64* took = nullptr)
{
    int begun[2];
    if (::pipe(begun) != 0)
        qFatal("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        KeptDirectory directory;
        beginOn(directory, path, periods);
        if (::write(begun[1], "x", 1) != 1)
            _exit(2);
        work(directory);
        _exit(0); // as killed, too: nothing is closed
    }
    char x = 0;
    if (::read(begun[0], &x, 1) != 1)
        qFatal("the child did not begin");
    ::close(begun[0]);
    ::close(begun[1]);
    QElapsedTimer clock;
    clock.start();
    if (longest > 0) {
        ::usleep(static_cast<useconds_t>(QRandomGenerator::global()->bounded(longest)));
        ::kill(child, SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (took)
        *took = clock.nsecsElapsed() / 1000;
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        qFatal("the child failed: %d", WEXITSTATUS(status));
    return WIFSIGNALED(status);
}

// How long the whole of it takes, in a copy of the directory.
template <typename Work> qint64 lengthOf(const std::filesystem::path& path, KeepPeriods periods, Work&& work)
{
    const QTemporaryDir temporary;
    const std::filesystem::path copy = temporary.path().toStdString() + "/copy";
    std::filesystem::copy(path, copy, std::filesystem::copy_options::recursive);
    for (const auto& file : std::filesystem::recursive_directory_iterator(path)) // ages, too
        std::filesystem::last_write_time(
            copy / std::filesystem::relative(file.path(), path), std::filesystem::last_write_time(file.path()));
    qint64 took = 0;
    killedDuring(copy, periods, 0, work, &took);
    return took;
}

// All that is kept of a call, as it is read.
QString told(KeptDirectory& directory, const CallRecord& call)
{
    directory.openQuery(directory.writer.get());
    CallQuery one;
    one.key = call.key;
    QString text;
    (void)directory.query->calls(one, [&](const CallRecord& found) {
        text += described(found);
        return true;
    });
    if (const auto streams = directory.query->streams(call.key))
        for (const StreamRecord& stream : streams.value())
            text += described(stream);
    if (const auto points = directory.query->quality(call.key))
        text += QString("%1 points;").arg(points.value().size());
    std::string missing;
    text += QString("%1 messages;").arg(directory.messagesOf(call.key, &missing)) + missing.c_str();
    for (std::uint32_t index = 0; index < 2; ++index)
        text += QString("%1 packets;").arg(directory.packetsOf({ call.key, index }, &missing)) + missing.c_str();
    return text;
}

std::set<std::string> namesIn(const std::filesystem::path& path)
{
    std::set<std::string> names;
    for (const auto& file : std::filesystem::recursive_directory_iterator(path))
        names.insert(std::filesystem::relative(file.path(), path).string());
    return names;
}

}

class TestRetentionCrash : public QObject {
    Q_OBJECT

private slots:
    void aKillDuringAHoldLeavesTheCallAndAHoldThatIsFinished()
    {
        KeptDirectory directory;
        directory.openKept({}, smallSegments());
        const CallRecord call = directory.put(start, "held", "1", payload, 60);
        const CallRecord other = directory.put(start + 1min, "other");
        const QString before = told(directory, call), beforeOther = told(directory, other);
        QVERIFY(before.contains("2400 packets"));
        directory.closeKept();
        const auto hold = [&](KeptDirectory& child) {
            (void)child.keeper->hold(call.key, "case 17", "ada").has_value();
        };
        const qint64 longest = lengthOf(directory.path, {}, hold);
        int unfinished = 0;
        for (int i = 0; i < kills; ++i) {
            killedDuring(directory.path, {}, longest, hold);
            KeptDirectory next;
            beginOn(next, directory.path, {});
            unfinished += !heldCallsIn(directory.path).empty() ? 0 : 1;
            next.steps();
            const auto holds = next.keeper->holds();
            QVERIFY(holds.has_value());
            if (!holds.value().empty() && holds.value().back().state != HoldState::Released) {
                const Hold& last = holds.value().back();
                QVERIFY2(last.state == HoldState::Held && last.missing.empty(), toText(joined(last.missing)).c_str());
                QCOMPARE(last.mediaPackets, 4800u);
                QCOMPARE(heldCallsIn(directory.path).size(), 1u);
                QCOMPARE(told(next, call), before);
                QVERIFY(next.keeper->release(call.key, "over", "ada").has_value());
            }
            QVERIFY(heldCallsIn(directory.path).empty());
            QCOMPARE(told(next, call), before);
            QCOMPARE(told(next, other), beforeOther);
            next.closeKept();
            for (const std::string& name : namesIn(directory.path))
                QVERIFY2(name.find(".partial") == std::string::npos, name.c_str());
        }
        QVERIFY2(unfinished > 0, "no kill came before the copy was whole");
    }

    // The media of a call that is on are copied out of segments that others take over at once.
    void aKillWhileAHeldCallIsOnLosesNothingThatWasStored()
    {
        for (int i = 0; i < kills; ++i) {
            const QTemporaryDir temporary;
            const std::filesystem::path path = temporary.path().toStdString() + "/data";
            DirectoryWriter::Tuning tuning = smallSegments();
            tuning.mostMediaBytes = 4u << 20;
            const CallRecord on = sample::call(start, "on");
            int stored[2]; // how many packets of the call are, by commits that are through
            if (::pipe(stored) != 0)
                qFatal("no pipe");
            const pid_t child = ::fork();
            if (child == 0) {
                KeptDirectory directory;
                directory.path = path;
                directory.openKept({}, tuning);
                directory.writer->liveCall(on);
                StreamRecord stream = sample::stream(on.key, 0, start);
                stream.packetsStored = 0;
                for (std::uint32_t said = 0;; said += 5) {
                    stream.packetsStored += 5;
                    directory.writer->stream(stream);
                    directory.writer->media(sample::chunk({ on.key, 0 }, start, 5, said));
                    if (!directory.writer->commit() || (said == 0 && !directory.keeper->hold(on.key, "case 17", "ada")))
                        _exit(2);
                    const std::uint32_t through = said + 5;
                    if (::write(stored[1], &through, sizeof through) != sizeof through)
                        _exit(3);
                    directory.put(start + 1h + said * 1s, "filler-" + std::to_string(said), "1", "FILLER", 40);
                    directory.steps();
                }
            }
            ::close(stored[1]);
            std::uint32_t said = 0;
            const std::uint32_t least = 60 + 5 * QRandomGenerator::global()->bounded(40u);
            while (said < least && ::read(stored[0], &said, sizeof said) == sizeof said) { }
            ::usleep(static_cast<useconds_t>(QRandomGenerator::global()->bounded(20'000)));
            ::kill(child, SIGKILL);
            int status = 0;
            ::waitpid(child, &status, 0);
            QVERIFY2(WIFSIGNALED(status), "the child failed");
            while (::read(stored[0], &said, sizeof said) == sizeof said) { }
            ::close(stored[0]);
            QVERIFY(segmentsIn(path / "media").front() > 1); // that of its beginning is gone
            KeptDirectory next;
            next.path = path;
            next.openKept({}, tuning);
            next.steps();
            const Hold hold = next.keeper->holds().value().back();
            QVERIFY2(hold.state == HoldState::Held && hold.missing.empty(), toText(joined(hold.missing)).c_str());
            next.openQuery(next.writer.get());
            const auto numbers = next.packetNumbers({ on.key, 0 });
            QVERIFY(numbers.size() >= said && numbers == sample::upTo(static_cast<std::uint32_t>(numbers.size())));
            next.closeKept();
        }
    }

    void aKillDuringADeletionLosesNothingOfOthersAndItsRepetitionFinishesIt()
    {
        int unfinished = 0;
        for (int i = 0; i < kills; ++i) {
            KeptDirectory directory;
            directory.openKept({}, smallSegments());
            const CallRecord before = directory.put(start - 1min, "before");
            for (int call = 0; call < 6; ++call)
                directory.put(start + call * 10h, "theirs-" + std::to_string(call), number, payload, 8);
            const CallRecord after = directory.put(start + 20h, "after");
            const QString toldBefore = told(directory, before), toldAfter = told(directory, after);
            directory.closeKept();
            const auto erase = [](KeptDirectory& child) {
                (void)child.keeper->deleteNumber({ number, {}, {}, false }).has_value();
            };
            static const qint64 longest = lengthOf(directory.path, {}, erase);
            killedDuring(directory.path, {}, longest, erase);
            KeptDirectory next;
            beginOn(next, directory.path, {});
            QCOMPARE(told(next, before), toldBefore);
            QCOMPARE(told(next, after), toldAfter);
            unfinished += !next.filesWith(payload).empty();
            const auto again = next.keeper->deleteNumber({ number, {}, {}, false });
            QVERIFY2(again.has_value(), again ? "" : again.error().what.c_str());
            QCOMPARE(next.firstFileWith(number), std::string());
            QCOMPARE(next.firstFileWith(payload), std::string());
            QCOMPARE(told(next, before), toldBefore);
            QCOMPARE(told(next, after), toldAfter);
            next.closeKept();
        }
        QVERIFY2(unfinished > 0, "no kill came before everything was deleted");
    }

    void aKillDuringAnExpiryLeavesWhatIsNotDueAndTheRestGoesAtTheNextRun()
    {
        constexpr KeepPeriods periods { .records = 24h, .media = 24h, .messages = 24h, .quality = 24h };
        int unfinished = 0;
        for (int i = 0; i < kills; ++i) {
            KeptDirectory directory;
            directory.openKept({}, smallSegments());
            directory.put(start, "old", "1", payload);
            directory.put(start + 24h, "old too", "1", payload);
            // The newest two segments of media and the newest of messages never go.
            for (int call = 0;
                 segmentsIn(directory.path / "media").size() < 5 || segmentsIn(directory.path / "messages").size() < 5;
                 ++call)
                directory.put(start + 30h + call * 1s, "filler-" + std::to_string(call), "1", "FILLER", 30);
            const CallRecord young = directory.put(directory.wall - 1h, "young");
            const QString before = told(directory, young);
            directory.closeKept();
            for (const char* folder : { "media", "messages" }) {
                auto segments = segmentsIn(directory.path / folder);
                segments.resize(segments.size() - 2);
                for (const std::uint32_t segment : segments)
                    directory.setLastWrite(
                        segmentPath(directory.path / folder, segment), directory.wall - std::chrono::hours(100));
            }
            const auto expire = [](KeptDirectory& child) { child.steps(); };
            static const qint64 longest = lengthOf(directory.path, periods, expire);
            killedDuring(directory.path, periods, longest, expire);
            KeptDirectory next;
            beginOn(next, directory.path, periods);
            QCOMPARE(told(next, young), before);
            unfinished += segmentsIn(directory.path / "media").size() > 3
                || std::filesystem::exists(directory.path / "2026-02-20.sqlite")
                || std::filesystem::exists(directory.path / "2026-02-21.sqlite");
            next.steps();
            QCOMPARE(told(next, young), before);
            for (const std::string& name : namesIn(directory.path))
                QVERIFY2(name.find("expired") == std::string::npos && name.rfind("2026-02-2", 0) != 0, name.c_str());
            QCOMPARE(next.firstFileWith(payload), std::string());
            next.closeKept();
        }
        QVERIFY2(unfinished > 0, "no kill came before everything had expired");
    }
};

QTEST_APPLESS_MAIN(TestRetentionCrash)
#include "tst_retention_crash.moc"
