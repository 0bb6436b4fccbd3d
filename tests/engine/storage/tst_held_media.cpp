// The media of a call that is on and under legal hold stay, while new ones take the oldest segments over, until the
// call is copied.
#include "engine/storage/held_call.h"
#include "tests/engine/storage/kept_directory.h"

using namespace callmon;
using namespace std::chrono_literals;
using sample::KeptDirectory;
using sample::upTo;

namespace {

const Timestamp start = sample::at("2026-02-20T10:00:00.123456789Z");

DirectoryWriter::Tuning smallSegments()
{
    DirectoryWriter::Tuning tuning;
    tuning.segmentSize = 1u << 20;
    tuning.messageSegmentSize = 4096;
    return tuning;
}

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
    void copyTenPackets() // out of segments that are closed
    {
        fill(5);
        say(5);
        fill(3);
        steps();
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

// The next start, in a copy of the directory: nothing of the held call is missing.
void isWholeWhenBegun(KeptDirectory& next, const FullDirectory& directory, std::uint32_t packets)
{
    next.openKept({}, directory.tuning);
    next.steps();
    const Hold hold = next.keeper->holds().value()[0];
    QVERIFY(hold.state == HoldState::Held);
    QCOMPARE(missingOf(hold), std::string());
    next.openQuery(next.writer.get());
    QCOMPARE(next.packetNumbers({ directory.on.key, 0 }), upTo(packets));
    next.closeKept();
}

}

class TestHeldMedia : public QObject {
    Q_OBJECT

private slots:
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
        next.openKept(KeepPeriods { .records = 1h, .media = 1h, .messages = 1h, .quality = 1h }, tuning);
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

    // The records of a killed engine's calls are those of the last commit; the media that were copied are older.
    void aKillWhileTheCallIsOnLosesNothingOfIt()
    {
        FullDirectory directory;
        const std::uint32_t said = directory.goOn(12);
        QVERIFY(directory.segments().front() > 1);
        KeptDirectory next;
        next.path = directory.copyAsKilled();
        isWholeWhenBegun(next, directory, said);
        directory.closeKept();
    }

    void aTornEndOfWhatWasCopiedIsReadFromTheLog()
    {
        FullDirectory directory;
        directory.copyTenPackets();
        const auto copied = heldMediaPath(directory.path, directory.on.key);
        QVERIFY(std::filesystem::exists(copied));
        const auto size = std::filesystem::file_size(copied);
        for (const std::uintmax_t left : { size - 1, size - 900, std::uintmax_t(100), std::uintmax_t(10) }) {
            KeptDirectory next;
            next.path = directory.copyAsKilled();
            std::filesystem::resize_file(heldMediaPath(next.path, directory.on.key), left);
            isWholeWhenBegun(next, directory, 10);
        }
        directory.closeKept();
    }

    // As a power cut leaves it: the file is as long as it was to be, and a chunk is not what its header says.
    void aDamagedChunkOfWhatWasCopiedIsReadFromTheLog()
    {
        FullDirectory directory;
        directory.copyTenPackets();
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
            isWholeWhenBegun(next, directory, 10);
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
};

QTEST_GUILESS_MAIN(TestHeldMedia)
#include "tst_held_media.moc"
