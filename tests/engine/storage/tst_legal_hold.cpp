// A call under legal hold stays whole and readable, whatever expires around it, until somebody releases it.
#include "engine/storage/held_call.h"
#include "engine/storage/held_parties.h"
#include "tests/engine/storage/kept_directory.h"

using namespace callmon;
using namespace std::chrono_literals;
using sample::described;
using sample::KeptDirectory;
using sample::upTo;

namespace {

const Timestamp start = sample::at("2026-02-20T10:00:00.123456789Z");
const KeepPeriods shortPeriods { .records = 1h, .media = 1h, .messages = 1h, .quality = 1h };

DirectoryWriter::Tuning smallSegments()
{
    DirectoryWriter::Tuning tuning;
    tuning.segmentSize = 1u << 20;
    tuning.messageSegmentSize = 4096;
    return tuning;
}

void expireAll(KeptDirectory& directory)
{
    for (int i = 0; segmentsIn(directory.path / "media").size() < 4; ++i) // so that the call's is not among the newest
        directory.put(start + 1h + i * 1s, "filler-" + std::to_string(i), "1", "FILLER", 30);
    for (const char* folder : { "media", "messages" })
        for (const std::uint32_t number : segmentsIn(directory.path / folder))
            directory.setLastWrite(segmentPath(directory.path / folder, number), directory.wall - 100h);
    directory.steps();
}

// With one call, which ada keeps for case 17.
struct HeldDirectory : KeptDirectory {
    CallRecord held;

    HeldDirectory()
    {
        openKept(shortPeriods, smallSegments());
        held = put(start, "held");
        if (const auto hold = keeper->hold(held.key, "case 17", "ada"); !hold)
            qFatal("%s", hold.error().what.c_str());
    }
    QStringList foundBy(const char* condition)
    {
        openQuery(writer.get());
        CallQuery asked;
        asked.conditions = { parseCondition(condition).value() };
        QStringList found;
        for (const CallRecord& call : calls(asked))
            found += QString::fromStdString(call.callId.str() + ": " + toText(query->legalHoldOf(call.key)));
        return found;
    }
};

// Of six files of media, which new ones soon take over; with a call that is on, held, and five packets in the oldest.
struct FullDirectory : KeptDirectory {
    DirectoryWriter::Tuning tuning = smallSegments();
    CallRecord on = sample::call(start, "on");
    int fillers = 0;
    std::uint32_t spoken = 0;

    explicit FullDirectory(bool keeperCommits = true)
    {
        tuning.mostMediaBytes = 6u << 20;
        open(tuning);
        openKeeper({ .mostMessageBytes = 1 }, keeperCommits);
        writer->liveCall(on);
        putMessage();
        writer->stream(sample::stream(on.key, 0, start));
        say(0);
        if (const auto hold = keeper->hold(on.key, "now", "ada"); !hold)
            qFatal("%s", hold.error().what.c_str());
    }
    void putMessage()
    {
        MessageHead head;
        head.call = on.key;
        head.arrival = start;
        head.flow = { on.callerAddress, on.calleeAddress };
        const std::string text = "INVITE sip:b@host SIP/2.0\r\n";
        head.wireSize = static_cast<std::uint32_t>(text.size());
        writer->message(head, std::as_bytes(std::span(text)));
    }
    void say(std::uint32_t first) // five packets
    {
        writer->media(sample::chunk({ on.key, 0 }, start, 5, first));
        spoken = first + 5;
        (void)writer->commit().has_value(); // whether the disk took them is what is looked at
    }
    // So much of others that `segments` files are begun, or would be.
    void fill(int segments)
    {
        for (int i = 0; i < segments * 6; ++i, ++fillers) {
            const CallRecord other =
                sample::ended(sample::call(start + 1h + fillers * 1s, "filler-" + std::to_string(fillers)));
            writer->liveCall(other);
            for (int chunk = 0; chunk < 30; ++chunk)
                writer->media(sample::chunk({ other.key, 0 }, start + 1h, 40, 0));
            writer->callEnded(other);
            (void)writer->commit().has_value();
        }
    }
    // The call goes on while others fill so many segments, with the keeper at work; how many packets were said in all.
    std::uint32_t goOn(int segments)
    {
        for (int i = 0; i < segments; ++i) {
            fill(1);
            say(spoken);
            steps();
        }
        return spoken;
    }
    void end()
    {
        StreamRecord stream = sample::stream(on.key, 0, start);
        stream.packetsStored = spoken;
        writer->stream(stream);
        writer->callEnded(sample::ended(on));
        (void)writer->commit().has_value();
    }
    std::vector<std::uint32_t> segments() const { return segmentsIn(path / "media"); }
};

std::string missingOf(const Hold& hold)
{
    return toText(joined(hold.missing));
}

QString describedAll(KeptDirectory& directory, const CallRecord& call)
{
    directory.openQuery(directory.writer.get());
    CallQuery one;
    one.key = call.key;
    QString text;
    for (const CallRecord& found : directory.calls(one))
        text += described(found);
    const auto streams = directory.query->streams(call.key);
    for (const StreamRecord& stream : streams.value())
        text += described(stream);
    const auto points = directory.query->quality(call.key);
    for (const QualityPoint& point : points.value())
        text += QString("%1 %2 %3;").arg(point.stream.index).arg(nanosecondsSinceEpoch(point.at)).arg(point.packets);
    (void)directory.query->messages(call.key, [&](const CallMessage& message) {
        text += QString::fromStdString(message.text) + QString::number(nanosecondsSinceEpoch(message.head.arrival));
        return true;
    });
    for (std::uint32_t index = 0; index < 2; ++index)
        (void)directory.query->media({ call.key, index }, [&](Bytes bytes) {
            text +=
                QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())).toHex();
            return true;
        });
    return text;
}

}

class TestLegalHold : public QObject {
    Q_OBJECT

private slots:
    void aHeldCallIsReadAsBeforeWhenAllOfItHasExpired()
    {
        KeptDirectory directory;
        directory.openKept(shortPeriods, smallSegments());
        const CallRecord call = directory.put(start, "held");
        const CallRecord other = directory.put(start + 1min, "other");
        const QString before = describedAll(directory, call);
        QVERIFY(before.size() > 10'000);
        const auto hold = directory.keeper->hold(call.key, "case 17", "ada");
        QVERIFY2(hold.has_value(), hold ? "" : hold.error().what.c_str());
        QVERIFY(hold.value().state == HoldState::Held && hold.value().missing.empty());
        QCOMPARE(hold.value().mediaPackets, 240u);
        QCOMPARE(hold.value().messages, 4u);
        expireAll(directory);
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QVERIFY(!std::filesystem::exists(segmentPath(directory.path / "media", 1)));
        QVERIFY(!std::filesystem::exists(segmentPath(directory.path / "messages", 1)));
        QCOMPARE(describedAll(directory, call), before);
        CallQuery gone;
        gone.key = other.key;
        QVERIFY(!directory.query->calls(gone, [](const CallRecord&) { return true; }));
        // Found by a search, too, with nothing else of that day; and by a reader of its own.
        CallQuery byNumber;
        byNumber.number = "+34910000001";
        QCOMPARE(directory.calls(byNumber).size(), 1u);
        QCOMPARE(directory.calls().size(), 1u);
        byNumber.newestFirst = true;
        byNumber.limit = 1;
        QCOMPARE(directory.calls(byNumber).size(), 1u);
        auto alone = RecordQuery::open(heldDirectory(directory.path, call.key));
        QVERIFY(alone.has_value());
        QCOMPARE(alone.value()->quality(call.key).value().size(), 140u);
        // A restart changes nothing.
        directory.closeKept();
        directory.openKept(shortPeriods, smallSegments());
        directory.steps();
        QCOMPARE(describedAll(directory, call), before);
        QCOMPARE(directory.kept("calls_held"), 1u);

        const auto released = directory.keeper->release(call.key, "closed", "grace");
        QVERIFY(released.has_value());
        QVERIFY(!std::filesystem::exists(heldDirectory(directory.path, call.key)));
        QCOMPARE(directory.calls().size(), 0u);
        const auto history = directory.keeper->holds();
        QCOMPARE(history.value().size(), 1u);
        const Hold& past = history.value()[0];
        QVERIFY(past.state == HoldState::Released && past.setBy == "ada" && past.reason == "case 17"
            && past.releasedBy == "grace" && past.releaseReason == "closed" && past.releasedAt == directory.wall);
        QVERIFY(!directory.keeper->release(call.key, "again", "grace"));
        directory.closeKept();
    }

    void listsSayWhoKeepsACallAndWhyAndCanBeSearchedByIt()
    {
        HeldDirectory directory;
        (void)directory.put(start + 1min, "other");
        const auto found = [&](const char* condition) { return directory.foundBy(condition).join('|'); };
        const QString said = "held: kept by hold, ada: case 17";
        QCOMPARE(found("legal_hold!="), said);
        QCOMPARE(found("legal_hold=*case 17*"), said);
        QCOMPARE(found("legal_hold=*case 18*"), QString());
        QCOMPARE(found("legal_hold=kept by hold, ada: case 17"), said);
        QCOMPARE(found("legal_hold="), QString("other: "));
        QCOMPARE(found("legal_hold!=kept*"), QString("other: "));
        CallQuery sorted;
        sorted.sortBy = "legal_hold";
        QVERIFY(!directory.query->calls(sorted, [](const CallRecord&) { return true; }));
        // When its day and its segments are gone, and of another reader.
        expireAll(directory);
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QCOMPARE(found("legal_hold!="), said);
        QVERIFY(directory.keeper->release(directory.held.key, "closed", "grace").has_value());
        QCOMPARE(found("legal_hold!="), QString());

        const CallRecord on = sample::call(start + 2min, "on");
        directory.writer->liveCall(on);
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(directory.keeper->hold(on.key, "case 18", "ada").has_value());
        directory.openQuery(directory.writer.get());
        CallQuery one;
        one.key = on.key;
        QCOMPARE(directory.calls(one).size(), 1u);
        QCOMPARE(toText(directory.query->legalHoldOf(on.key)), std::string("hold waiting, ada: case 18"));
        directory.closeKept();
    }

    // What is known when the list of holds is lost: that it is kept.
    void aCopyWhoseHoldWasLostIsSaidToBeKept()
    {
        HeldDirectory directory;
        directory.closeKept();
        for (const char* name : { "retention.sqlite", "retention.sqlite-wal", "retention.sqlite-shm" })
            std::filesystem::remove(directory.path / name);
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 1u);
        QCOMPARE(toText(directory.query->legalHoldOf(directory.held.key)), std::string("kept by hold"));
    }

    void aReleasedCallIsListedAsAnyOther()
    {
        HeldDirectory directory;
        QVERIFY(directory.keeper->release(directory.held.key, "closed", "grace").has_value());
        QCOMPARE(directory.foundBy("legal_hold="), QStringList { "held: " });
        QCOMPARE(directory.foundBy("legal_hold!="), QStringList());
        directory.closeKept();
    }

    void whoSearchesByHoldAloneDoesNotNeedTheTags()
    {
        HeldDirectory directory;
        std::filesystem::remove(directory.path / "notes.sqlite");
        std::filesystem::create_directory(directory.path / "notes.sqlite"); // cannot be opened
        QCOMPARE(directory.foundBy("legal_hold!="), QStringList { "held: kept by hold, ada: case 17" });
        directory.closeKept();
    }

    void aHoldNeedsAReasonAndACallAndIsSetOnce()
    {
        KeptDirectory directory;
        directory.openKept();
        const CallRecord call = directory.put(start, "held");
        QVERIFY(!directory.keeper->hold(call.key, "", "ada"));
        QVERIFY(!directory.keeper->hold(call.key, std::string(501, 'x'), "ada"));
        QVERIFY(!directory.keeper->hold({ call.key.value + 1 }, "why", "ada"));
        QVERIFY(directory.keeper->holds().value().empty());
        QVERIFY(directory.keeper->hold(call.key, "why", "ada").has_value());
        const auto twice = directory.keeper->hold(call.key, "why", "grace");
        QVERIFY(!twice && twice.error().what.find("held already, by ada") != std::string::npos);
        directory.closeKept();
    }

    // Its day was moved aside as damaged, and goes on in a new file.
    void aHeldCallIsFoundThoughTheDatabaseOfItsDayWasDamaged()
    {
        HeldDirectory directory;
        directory.closeKept();
        const auto day = directory.path / "2026-02-20.sqlite";
        std::filesystem::remove(day.string() + "-wal");
        std::ofstream(day) << std::string(8192, 'x');
        directory.openQuery();
        QCOMPARE(directory.calls().size(), 1u); // nobody has moved it yet
        directory.openKept(shortPeriods, smallSegments());
        directory.writer->callEnded(sample::ended(sample::call(start + 1min, "other")));
        QVERIFY(!directory.writer->commit()); // the damage is found
        directory.openQuery(directory.writer.get());
        QStringList found;
        for (const CallRecord& call : directory.calls())
            found += QString::fromStdString(call.callId.str());
        QCOMPARE(found, QStringList({ "held", "other" }));
        QCOMPARE(directory.packetNumbers({ directory.held.key, 0 }), upTo(120));
        const auto report = directory.keeper->deleteNumber({ directory.held.caller.str(), {}, {}, false });
        QVERIFY(std::ranges::any_of(report.value().calls, [&](const DeletedCall& call) {
            return call.call == directory.held.key && call.state == DeletionState::Held;
        }));
        directory.closeKept();
    }

    // A release that was killed is finished; a hold whose entry is there is not made up anew.
    void aReleaseThatWasCutOffIsFinishedAtTheNextStart()
    {
        HeldDirectory directory;
        const auto copy = heldDirectory(directory.path, directory.held.key);
        for (const char* left : { "", ".partial" }) {
            KeptDirectory next;
            next.path = directory.copyAsKilled();
            const auto place = heldDirectory(next.path, directory.held.key);
            {
                auto store = RetentionStore::open(next.path);
                Hold hold = store.value().holds(true).value()[0];
                hold.state = HoldState::Released;
                hold.releasedBy = "grace";
                QVERIFY(store.value().update(hold).has_value());
            }
            if (*left)
                std::filesystem::rename(place, place.string() + left);
            next.openKept(shortPeriods, smallSegments());
            QVERIFY(!std::filesystem::exists(place));
            QVERIFY(!std::filesystem::exists(place.string() + ".partial"));
            QCOMPARE(next.keeper->holds().value().size(), 1u);
            QVERIFY(next.keeper->holds().value()[0].state == HoldState::Released);
            QCOMPARE(next.kept("calls_held"), 0u);
            next.closeKept();
        }
        QVERIFY(std::filesystem::exists(copy));
        directory.closeKept();
    }

    // Killed when the copy had its name, and before that was noted.
    void whatACopyLacksIsSaidAlsoWhenAKillKeptItFromBeingNoted()
    {
        HeldDirectory directory;
        for (const bool damaged : { false, true }) {
            KeptDirectory next;
            next.path = directory.copyAsKilled();
            {
                auto store = RetentionStore::open(next.path);
                Hold hold = store.value().holds(true).value()[0];
                hold.state = HoldState::Waiting;
                hold.mediaPackets = hold.messages = 0;
                QVERIFY(store.value().update(hold).has_value());
            }
            if (damaged) {
                const auto media = heldDirectory(next.path, directory.held.key) / "media";
                std::fstream segment(segmentPath(media, 1), std::ios::in | std::ios::out | std::ios::binary);
                segment.seekp(4096 + 200);
                segment << "damage";
            }
            next.openKept(shortPeriods, smallSegments());
            next.steps();
            const Hold hold = next.keeper->holds().value()[0];
            QVERIFY(hold.state == HoldState::Held);
            QCOMPARE(hold.messages, 4u);
            QCOMPARE(hold.mediaPackets == 240u, !damaged);
            QCOMPARE(missingOf(hold).find("is damaged") != std::string::npos, damaged);
            next.closeKept();
        }
        directory.closeKept();
    }

    // Its day is no longer the newest, and goes for its size or age; the points of a call that is on lie in it.
    void pointsOfACallThatIsOnStayForItsHoldWhenItsDayIsOver()
    {
        for (const KeepPeriods& periods : { KeepPeriods { .mostQualityBytes = 1 }, KeepPeriods { .quality = 1h } }) {
            KeptDirectory directory;
            directory.openKept(periods, smallSegments());
            const CallRecord on = sample::call(start, "on");
            directory.writer->liveCall(on);
            directory.writer->stream(sample::stream(on.key, 0, start));
            for (int i = 0; i < 150; ++i)
                directory.writer->quality(sample::point({ on.key, 0 }, start + i * 1s));
            QVERIFY(directory.writer->commit().has_value());
            QVERIFY(directory.keeper->hold(on.key, "now", "ada").has_value());
            (void)directory.put(start + 20h, "next-day");
            directory.steps();
            directory.writer->callEnded(sample::ended(on));
            QVERIFY(directory.writer->commit().has_value());
            directory.steps();
            QVERIFY(directory.keeper->holds().value()[0].state == HoldState::Held);
            directory.openQuery(directory.writer.get());
            QCOMPARE(directory.query->quality(on.key).value().size(), 150u);
            QVERIFY(directory.kept("quality_days_expired") > 0); // then it goes
            directory.closeKept();
        }
    }

    void aCallThatIsOnIsCopiedWhenItIsOver()
    {
        KeptDirectory directory;
        directory.openKept(shortPeriods, smallSegments());
        const CallRecord call = sample::call(start, "on");
        directory.writer->liveCall(call);
        QVERIFY(directory.writer->commit().has_value());
        const auto hold = directory.keeper->hold(call.key, "now", "ada");
        QVERIFY2(hold.has_value() && hold.value().state == HoldState::Waiting, hold ? "" : hold.error().what.c_str());
        directory.steps();
        QVERIFY(heldCallsIn(directory.path).empty());
        directory.writer->stream(sample::stream(call.key, 0, start));
        directory.writer->media(sample::chunk({ call.key, 0 }, start, 5, 0));
        directory.writer->callEnded(sample::ended(call));
        QVERIFY(directory.writer->commit().has_value());
        expireAll(directory);
        QVERIFY(directory.keeper->holds().value()[0].state == HoldState::Held);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetNumbers({ call.key, 0 }), upTo(5));
        directory.closeKept();
    }

    void recyclingLeavesWhatAWaitingHoldNeeds()
    {
        FullDirectory directory;
        directory.fill(8);
        QVERIFY(directory.counter("media_segments_overwritten") >= 4);
        QCOMPARE(directory.segments().size(), 6u);
        QCOMPARE(directory.segments().front(), 1u); // the oldest of all
        QVERIFY(directory.segments()[1] > 3); // the oldest that nobody needs went
        directory.say(5); // what comes later stays, too
        directory.fill(8);
        QCOMPARE(directory.counter("media_packets_not_written"), 0u);
        QCOMPARE(directory.counter("media_directories_held"), 0u);
        directory.steps();
        directory.end();
        directory.steps();
        const Hold hold = directory.keeper->holds().value()[0];
        QVERIFY(hold.state == HoldState::Held);
        QCOMPARE(missingOf(hold), std::string());
        QCOMPARE(hold.messages, 1u);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetNumbers({ directory.on.key, 0 }), upTo(10));
        directory.fill(8); // and then it goes like any other
        QVERIFY(directory.segments().front() > 1);
        QCOMPARE(directory.packetNumbers({ directory.on.key, 0 }), upTo(10));
        directory.closeKept();
    }

    void soItIsAfterARestartWithASmallerLimit()
    {
        FullDirectory directory;
        directory.fill(8);
        KeptDirectory next;
        next.path = directory.copyAsKilled();
        auto tuning = directory.tuning;
        tuning.mostMediaBytes = 4u << 20;
        std::ofstream(next.path / "held") << "in the way"; // no folder of that name can be made: the hold waits
        next.openKept(shortPeriods, tuning);
        next.steps();
        for (int i = 0; i < 40; ++i)
            (void)next.put(start + 2h + i * 1s, "more-" + std::to_string(i), "1", "FILLER", 30);
        QCOMPARE(segmentsIn(next.path / "media").size(), 4u);
        QCOMPARE(segmentsIn(next.path / "media").front(), 1u);
        std::filesystem::remove(next.path / "held");
        next.steps();
        QCOMPARE(missingOf(next.keeper->holds().value()[0]), std::string());
        next.openQuery(next.writer.get());
        QCOMPARE(next.packetNumbers({ directory.on.key, 0 }), upTo(5));
        next.closeKept();
        directory.closeKept();
    }

    void whenHoldsNeedAllNothingOfThemIsOverwrittenAndItIsSaid()
    {
        FullDirectory directory;
        std::uint32_t said = 5;
        for (; directory.counter("media_directories_held") == 0 && said < 500; said += 5) {
            directory.fill(1);
            directory.say(said);
        }
        QCOMPARE(directory.counter("media_directories_held"), 1u); // which is an alarm
        QVERIFY(directory.counter("media_packets_not_written") > 0);
        QCOMPARE(directory.segments().size(), 6 + MediaSegmentRoll::mostBeyond);
        directory.writer->media(sample::chunk({ directory.on.key, 0 }, start, 5, said));
        const auto committed = directory.writer->commit();
        QVERIFY(!committed);
        QVERIFY2(committed.error().what.find("legal holds") != std::string::npos
                && committed.error().what.find("media-limit-gib") != std::string::npos,
            committed.error().what.c_str());
        directory.end();
        directory.steps();
        const Hold hold = directory.keeper->holds().value()[0];
        QVERIFY(hold.state == HoldState::Held);
        QCOMPARE(missingOf(hold), std::string()); // nothing of what was recorded
        const auto lost = directory.counter("media_packets_not_written");
        directory.fill(2);
        QCOMPARE(directory.counter("media_packets_not_written"), lost);
        QCOMPARE(directory.counter("media_directories_held"), 0u);
        QCOMPARE(directory.segments().size(), 6u);
        directory.closeKept();
    }

    // The whole limit fills, and more than that, before anybody has looked: nothing is lost, and what it took beyond
    // the limit is given back.
    void segmentsBeyondTheLimitHoldWhatIsStillToBeCopied()
    {
        FullDirectory directory;
        for (int i = 0; i < 18; ++i) {
            directory.fill(1);
            directory.say(directory.spoken);
        }
        QCOMPARE(directory.counter("media_packets_not_written"), 0u);
        QCOMPARE(directory.counter("media_directories_held"), 0u);
        QCOMPARE(directory.segments().front(), 1u);
        QVERIFY(directory.segments().size() > 12);
        directory.steps();
        const std::uint32_t said = directory.goOn(2);
        QCOMPARE(directory.segments().size(), 6u);
        QVERIFY(directory.segments().front() > 6);
        directory.end();
        directory.steps();
        QCOMPARE(missingOf(directory.keeper->holds().value()[0]), std::string());
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetNumbers({ directory.on.key, 0 }), upTo(said));
        directory.closeKept();
    }

    // The keeper's threads look on their own twice a minute only.
    void aSegmentThatClosesWakesWhoCopiesOutOfIt()
    {
        FullDirectory directory(false);
        directory.keeper->start();
        const auto isDue = [&] {
            const auto closed = directory.writer->upkeep()->closedMediaOf(directory.on.key);
            return closed.roomIsShort && !closed.numbers.empty();
        };
        for (int segment = 0; segment < 12; ++segment) {
            directory.fill(1);
            directory.say(directory.spoken);
            for (int i = 0; i < 1'000 && isDue(); ++i) {
                (void)directory.writer->commit().has_value();
                std::this_thread::sleep_for(10ms);
            }
            QVERIFY(!isDue());
        }
        QVERIFY(directory.segments().front() > 1);
        QCOMPARE(directory.counter("media_packets_not_written"), 0u);
        directory.closeKept();
    }

    // Its copy may wait for whatever else the keeper is at.
    void mediaOfACallThatIsOverAreSavedWhileItsCopyWaits()
    {
        FullDirectory directory;
        directory.fill(6);
        directory.say(5);
        directory.end();
        HeldMediaSaver::Options options;
        options.clock = [] { return start; };
        options.awaitCommit = [&] { return directory.writer->commit().has_value(); };
        {
            HeldMediaSaver saver(directory.path, *directory.writer->upkeep(), std::move(options));
            saver.watch(directory.on.key);
            QVERIFY(saver.step());
            QVERIFY(!saver.step());
            QCOMPARE(saver.errors(), 0u);
        }
        const HeldMedia copied(directory.path, directory.on.key);
        QCOMPARE(copied.placesOf(0, {}).size(), 2u);
        directory.fill(8);
        QVERIFY(directory.segments().front() > 1);
        directory.steps();
        QCOMPARE(missingOf(directory.keeper->holds().value()[0]), std::string());
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetNumbers({ directory.on.key, 0 }), upTo(10));
        directory.closeKept();
    }

    void aLongCallKeepsOnlyTheSegmentsThatAreStillWrittenTo()
    {
        FullDirectory directory;
        const std::uint32_t said = directory.goOn(20);
        QCOMPARE(directory.counter("media_packets_not_written"), 0u);
        QCOMPARE(directory.counter("media_directories_held"), 0u);
        QVERIFY(directory.segments().front() > 6);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetNumbers({ directory.on.key, 0 }), upTo(said)); // while it is on
        Listening listening { .call = directory.on.key, .fromStart = true };
        std::size_t heard = 0;
        QVERIFY(directory.query
                    ->listen(listening,
                        [&](const StreamRecord&, Bytes bytes) {
                            MediaReader reader(bytes);
                            while (reader.next())
                                ++heard;
                            return true;
                        })
                    .value());
        QCOMPARE(heard, std::size_t(said));
        QVERIFY(!listening.leftOut);
        directory.end();
        directory.steps();
        const Hold hold = directory.keeper->holds().value()[0];
        QVERIFY(hold.state == HoldState::Held);
        QCOMPARE(missingOf(hold), std::string());
        QCOMPARE(hold.mediaPackets, std::uint64_t(said));
        QVERIFY(!std::filesystem::exists(heldMediaPath(directory.path, directory.on.key)));
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetNumbers({ directory.on.key, 0 }), upTo(said));
        QCOMPARE(directory.kept("retention_errors"), 0u);
        directory.closeKept();
    }

    void soItIsWithAPeriodInPlaceOfALimit()
    {
        KeptDirectory directory;
        directory.openKept({ .media = 1h }, smallSegments());
        const CallRecord on = sample::call(start, "on");
        directory.writer->liveCall(on);
        directory.writer->stream(sample::stream(on.key, 0, start));
        directory.writer->media(sample::chunk({ on.key, 0 }, start, 5, 0));
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(directory.keeper->hold(on.key, "now", "ada").has_value());
        directory.steps();
        expireAll(directory);
        QVERIFY(!std::filesystem::exists(segmentPath(directory.path / "media", 1)));
        QVERIFY(directory.kept("media_segments_expired") > 0);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetNumbers({ on.key, 0 }), upTo(5));
        directory.closeKept();
    }

    // The records of a killed engine's calls are those of the last commit; the media that were copied are older.
    void aKillWhileTheCallIsOnLosesNothingOfIt()
    {
        FullDirectory directory;
        const std::uint32_t said = directory.goOn(12);
        QVERIFY(directory.segments().front() > 1);
        KeptDirectory next;
        next.path = directory.copyAsKilled();
        next.openKept({}, directory.tuning);
        next.steps();
        const Hold hold = next.keeper->holds().value()[0];
        QVERIFY(hold.state == HoldState::Held);
        QCOMPARE(missingOf(hold), std::string());
        next.openQuery(next.writer.get());
        QCOMPARE(next.packetNumbers({ directory.on.key, 0 }), upTo(said));
        next.closeKept();
        directory.closeKept();
    }

    void aTornEndOfWhatWasCopiedIsReadFromTheLog()
    {
        FullDirectory directory;
        directory.fill(5);
        directory.say(5);
        directory.fill(3);
        directory.steps();
        const auto copied = heldMediaPath(directory.path, directory.on.key);
        QVERIFY(std::filesystem::exists(copied));
        const auto size = std::filesystem::file_size(copied);
        for (const std::uintmax_t left : { size - 1, size - 900, std::uintmax_t(100), std::uintmax_t(10) }) {
            KeptDirectory next;
            next.path = directory.copyAsKilled();
            std::filesystem::resize_file(heldMediaPath(next.path, directory.on.key), left);
            next.openKept({}, directory.tuning);
            next.steps();
            QCOMPARE(missingOf(next.keeper->holds().value()[0]), std::string());
            next.openQuery(next.writer.get());
            QCOMPARE(next.packetNumbers({ directory.on.key, 0 }), upTo(10));
            next.closeKept();
        }
        directory.closeKept();
    }

    // As a power cut leaves it: the file is as long as it was to be, and a chunk is not what its header says.
    void aDamagedChunkOfWhatWasCopiedIsReadFromTheLog()
    {
        FullDirectory directory;
        directory.fill(5);
        directory.say(5);
        directory.fill(3);
        directory.steps();
        const auto copied = heldMediaPath(directory.path, directory.on.key);
        const auto places = HeldMedia(directory.path, directory.on.key).placesOf(0, {});
        QVERIFY(!places.empty());
        for (const std::uint64_t offset : { places.back().offset + sizeof(ChunkHeader) + 20,
                 places.back().offset + offsetof(ChunkHeader, here) + 3, places.front().offset + 100 }) {
            KeptDirectory next;
            next.path = directory.copyAsKilled();
            std::fstream file(
                heldMediaPath(next.path, directory.on.key), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(static_cast<std::streamoff>(offset));
            file << 'x';
            file.close();
            next.openQuery(); // nobody has put it right
            QCOMPARE(next.packetNumbers({ directory.on.key, 0 }), upTo(10));
            next.openKept({}, directory.tuning);
            next.steps();
            QCOMPARE(missingOf(next.keeper->holds().value()[0]), std::string());
            next.openQuery(next.writer.get());
            QCOMPARE(next.packetNumbers({ directory.on.key, 0 }), upTo(10));
            next.closeKept();
        }
        directory.closeKept();
    }

    void whatCannotBeCopiedWhileTheCallIsOnIsCountedAndSaid()
    {
        FullDirectory directory;
        { // the first chunk, which lies behind the segment's header, is damaged
            std::fstream segment(
                segmentPath(directory.path / "media", 1), std::ios::in | std::ios::out | std::ios::binary);
            segment.seekp(4096 + 200);
            segment << "damage";
        }
        const std::uint32_t said = directory.goOn(12);
        QVERIFY(directory.segments().front() > 1);
        directory.end();
        directory.steps();
        const Hold hold = directory.keeper->holds().value()[0];
        QVERIFY(hold.state == HoldState::Held);
        QCOMPARE(hold.mediaPackets, std::uint64_t(said - 5));
        QVERIFY2(
            missingOf(hold).find("Of the packets of stream 0 that were recorded 5 are missing.") != std::string::npos,
            missingOf(hold).c_str());
        // As sentences, also read again, and in the text of lists.
        QVERIFY(hold.missing.front().sort == Sentence::Sort::Pattern && !hold.missing.front().parts.empty());
        const auto again = readHolds(directory.path);
        QVERIFY(again.value()[0].missing == hold.missing);
        const auto texts = readLegalHolds(directory.path);
        QVERIFY(texts.value().at(directory.on.key) == textOf(hold));
        directory.closeKept();
    }

    void segmentsStayWhenNothingCanBeCopiedOutOfThem()
    {
        FullDirectory directory;
        std::ofstream(directory.path / "held") << "in the way"; // no folder of that name can be made
        directory.goOn(8);
        QCOMPARE(directory.segments().front(), 1u);
        QVERIFY(directory.kept("retention_errors") > 0);
        QVERIFY(directory.wasSaid("could not be copied yet, and keep their segments"));
        std::filesystem::remove(directory.path / "held");
        directory.steps();
        const auto lost = directory.counter("media_packets_not_written");
        directory.fill(8);
        QVERIFY(directory.segments().front() > 1);
        QCOMPARE(directory.counter("media_packets_not_written"), lost);
        directory.closeKept();
    }

    void aReleaseWhileTheCallIsOnDeletesWhatWasCopied()
    {
        FullDirectory directory;
        directory.goOn(8);
        QVERIFY(std::filesystem::exists(heldMediaPath(directory.path, directory.on.key)));
        QVERIFY(directory.keeper->release(directory.on.key, "a mistake", "ada").has_value());
        QVERIFY(!std::filesystem::exists(heldMediaPath(directory.path, directory.on.key)));
        directory.closeKept();
    }

    void aHoldThatIsReleasedBeforeItsCopyKeepsNothing()
    {
        FullDirectory directory;
        QVERIFY(directory.keeper->release(directory.on.key, "a mistake", "ada").has_value());
        directory.fill(8);
        QVERIFY(directory.segments().front() > 1);
        directory.closeKept();
    }

    void messagesOfAWaitingHoldDoNotExpireForTheirSize()
    {
        FullDirectory directory;
        for (int i = 0; i < 30; ++i)
            (void)directory.put(start + 2h + i * 1s, "more-" + std::to_string(i));
        directory.steps();
        QVERIFY(std::filesystem::exists(segmentPath(directory.path / "messages", 1)));
        directory.end();
        directory.steps();
        QVERIFY(!std::filesystem::exists(segmentPath(directory.path / "messages", 1)));
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.messagesOf(directory.on.key), 1u);
        directory.closeKept();
    }

    void aCopyThatWasCutOffIsMadeAnew()
    {
        KeptDirectory directory;
        directory.openKept(shortPeriods, smallSegments());
        const CallRecord call = directory.put(start, "held");
        const QString before = describedAll(directory, call);
        // As a kill in the middle of the copy leaves it: the hold is kept, a part of the copy lies beside its place.
        {
            auto store = RetentionStore::open(directory.path);
            Hold hold;
            hold.call = call.key;
            hold.setBy = "ada";
            hold.reason = "why";
            QVERIFY(store.value().add(hold).has_value());
        }
        const auto partial = heldDirectory(directory.path, call.key).string() + ".partial";
        std::filesystem::create_directories(partial + "/media");
        std::ofstream(partial + "/media/000001.log") << "half a segment";
        std::ofstream(partial + "/live.journal") << "half a journal";
        KeptDirectory next;
        next.path = directory.copyAsKilled();
        next.openKept(shortPeriods, smallSegments());
        expireAll(next);
        QVERIFY(next.keeper->holds().value()[0].state == HoldState::Held);
        QVERIFY(!std::filesystem::exists(heldDirectory(next.path, call.key).string() + ".partial"));
        QVERIFY(!std::filesystem::exists(next.path / "2026-02-20.sqlite"));
        QCOMPARE(describedAll(next, call), before);
        next.closeKept();
        directory.closeKept();
    }

    void whatCannotBeCopiedKeepsEverythingElseFromExpiring()
    {
        KeptDirectory directory;
        directory.openKept(shortPeriods, smallSegments());
        const CallRecord call = directory.put(start, "held");
        std::ofstream(directory.path / "held") << "in the way"; // no folder of that name can be made
        const auto hold = directory.keeper->hold(call.key, "why", "ada");
        QVERIFY(!hold && hold.error().what.find("tried again") != std::string::npos);
        expireAll(directory);
        QVERIFY(std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QVERIFY(directory.kept("retention_errors") > 0);
        QVERIFY(directory.wasSaid("could not be copied yet"));
        std::filesystem::remove(directory.path / "held");
        directory.steps();
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QCOMPARE(heldCallsIn(directory.path).size(), 1u);
        directory.closeKept();
    }

    void aDamagedListOfHoldsReleasesNothing()
    {
        HeldDirectory directory;
        directory.closeKept();
        std::filesystem::remove(directory.path / "retention.sqlite-wal");
        std::ofstream(directory.path / "retention.sqlite") << std::string(8192, 'x');
        directory.openKept(shortPeriods, smallSegments());
        QVERIFY(directory.wasSaid("list of legal holds was damaged"));
        QCOMPARE(directory.keeper->holds().value().size(), 1u);
        expireAll(directory);
        directory.openQuery(directory.writer.get());
        QCOMPARE(directory.packetsOf({ directory.held.key, 0 }), 120u);
        const auto report = directory.keeper->deleteNumber({ "+34910000001", {}, {}, false });
        QVERIFY(report.value().calls.size() == 1 && report.value().calls[0].state == DeletionState::Held);
        directory.closeKept();
    }

    void theListOfHoldsSaysWhoSpokeAlsoWhenTheDayIsGoneAndOfACallThatIsOn()
    {
        HeldDirectory directory;
        CallRecord on = sample::call(start + 30min, "on");
        on.caller = "+34910000009";
        directory.writer->liveCall(on);
        QVERIFY(directory.writer->commit().has_value());
        QVERIFY(directory.keeper->hold(on.key, "now", "ada").has_value());
        const CallRecord released = directory.put(start + 2min, "released", "+34910000007");
        QVERIFY(directory.keeper->hold(released.key, "a mistake", "ada").has_value());
        QVERIFY(directory.keeper->release(released.key, "a mistake", "ada").has_value());
        const auto parties = [&] {
            directory.openQuery(directory.writer.get());
            auto holds = directory.keeper->holds().value();
            tellParties(holds, *directory.query);
            QStringList texts;
            for (const Hold& hold : holds)
                texts += QString::fromStdString(hold.caller + '>' + hold.callee);
            return texts;
        };
        const QString held = QString::fromStdString(directory.held.caller.str() + '>' + directory.held.callee.str());
        QCOMPARE(parties(),
            QStringList({ held, "+34910000009>200", QString::fromStdString("+34910000007>" + released.callee.str()) }));
        directory.writer->callEnded(sample::ended(on));
        QVERIFY(directory.writer->commit().has_value());
        expireAll(directory);
        QVERIFY(!std::filesystem::exists(directory.path / "2026-02-20.sqlite"));
        QCOMPARE(parties(), QStringList({ held, "+34910000009>200", ">" })); // the copy of what is released went, too
        directory.closeKept();
    }

    void whatWasGoneBeforeTheHoldIsSaid()
    {
        KeptDirectory directory;
        directory.openKept({ .media = 1h }, smallSegments());
        const CallRecord call = directory.put(start, "late");
        expireAll(directory);
        const auto hold = directory.keeper->hold(call.key, "why", "ada");
        QVERIFY(hold.has_value());
        QCOMPARE(hold.value().mediaPackets, 0u);
        QVERIFY2(missingOf(hold.value()).find("expired and was deleted at") != std::string::npos,
            missingOf(hold.value()).c_str());
        directory.closeKept();
    }
};

QTEST_GUILESS_MAIN(TestLegalHold)
#include "tst_legal_hold.moc"
