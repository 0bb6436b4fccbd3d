#include "engine/storage_loop.h"
#include "tests/engine/storage/failing_disk.h"
#include "tests/engine/storage/test_directory.h"

#include <QtTest>

using namespace callmon;
using namespace std::chrono_literals;
using sample::Directory;
using sample::FailingDisk;

namespace {

StorageQueue::Sizes roomFor(std::size_t open, std::size_t inFlight)
{
    StorageQueue::Sizes sizes;
    sizes.openChunks = open;
    sizes.chunksInFlight = inFlight;
    return sizes;
}

struct Counted final : StorageLoop::Listener {
    void liveCall(const CallRecord&) override { ++live; }
    void callEnded(const CallRecord&) override { ++ended; }
    void committed(const Result<void>&) override { ++commits; }
    void committing(std::chrono::milliseconds) override { ++late; }
    void stored() override { ++finished; }
    std::atomic<int> live { 0 }, ended { 0 }, commits { 0 }, late { 0 }, finished { 0 };
};

// Of a data directory whose disk answers no commit for as long as it is held.
struct HeldWriter final : RecordWriter {
    explicit HeldWriter(RecordWriter& writer)
        : to(writer)
    {
    }
    void liveCall(const CallRecord& call) override { to.liveCall(touched(call)); }
    void stream(const StreamRecord& stream) override { to.stream(touched(stream)); }
    void quality(const QualityPoint& point) override { to.quality(touched(point)); }
    void callEnded(const CallRecord& call) override { to.callEnded(touched(call)); }
    void message(const MessageHead& head, Bytes text) override { to.message(touched(head), text); }
    void callForgotten(CallKey call) override { to.callForgotten(touched(call)); }
    void callLost(CallKey call) override { to.callLost(touched(call)); }
    void media(std::span<const OwnedChunk> chunks, bool hurry) override { to.media(chunks, hurry); }
    bool tryMedia(std::span<const OwnedChunk> chunks, bool hurry) override { return to.tryMedia(chunks, hurry); }
    Result<void> commitSettled() override
    {
        committing = true;
        while (held)
            std::this_thread::sleep_for(1ms);
        auto result = to.commitSettled();
        committing = false;
        return result;
    }
    Result<void> commit() override { return to.commit(); }
    Result<void> close() override { return to.close(); }
    std::vector<std::string> recoveryNotes() const override { return {}; }
    std::vector<NamedCounter> counters() const override { return to.counters(); }
    std::vector<StreamRecord> liveStreams(CallKey call) const override { return to.liveStreams(call); }
    std::vector<QualityPoint> liveQuality(CallKey call) const override { return to.liveQuality(call); }

    template <typename Value> const Value& touched(const Value& value)
    {
        touchedAmidCommit = touchedAmidCommit || committing;
        return value;
    }
    RecordWriter& to;
    std::atomic<bool> held { false }, committing { false }, touchedAmidCommit { false };
};

struct HeldEngine {
    explicit HeldEngine(bool mayLose, std::size_t backlogBytes)
    {
        StorageQueue::Sizes sizes;
        sizes.recordBytes = 1u << 20; // some hundred records
        sizes.messageBytes = 1u << 20;
        queue.emplace(sizes);
        directory.open();
        writer.emplace(*directory.writer);
        loop.emplace(std::vector { &*queue }, *writer, counted,
            StorageLoop::Patience { .commit = 50ms, .backlogBytes = backlogBytes });
        loop->setMayLoseRecords(mayLose);
        loop->start();
    }
    bool hold() // true: a commit hangs
    {
        writer->held = true;
        return QTest::qWaitFor([this] { return counted.late > 0; }, 20'000);
    }
    // Calls of a second, from the n-th on: each with a message, a stream and as many points.
    void putCalls(int count, int points)
    {
        for (; count > 0; --count, ++calls) {
            const CallRecord call =
                sample::call(sample::at("2026-03-01T10:00:00Z") + calls * 1s, "call-" + std::to_string(calls));
            queue->liveCall(call);
            MessageHead head;
            head.call = call.key;
            head.arrival = call.startedAt;
            const std::string text = "INVITE sip:b@host SIP/2.0\r\n";
            (void)queue->message(head, std::as_bytes(std::span(text)), true);
            for (int i = 0; i < points; ++i)
                queue->quality(sample::point({ call.key, 0 }, call.startedAt + i * 1s));
            queue->stream(sample::stream(call.key, 0, call.startedAt));
            queue->callEnded(sample::ended(call));
        }
    }
    std::uint64_t counter(std::string_view name) const
    {
        for (const NamedCounter& counter : loop->counters())
            if (counter.name == name)
                return counter.value;
        qFatal("no such counter");
    }
    void finish()
    {
        queue->closeProducer();
        if (const auto closed = loop->join(); !closed)
            qFatal("%s", closed.error().what.c_str());
        directory.openQuery();
    }

    Directory directory;
    Counted counted;
    std::optional<StorageQueue> queue;
    std::optional<HeldWriter> writer;
    std::optional<StorageLoop> loop;
    int calls = 0;
};

struct Engine {
    explicit Engine(std::size_t lanes, StorageQueue::Sizes sizes)
    {
        for (std::size_t i = 0; i < lanes; ++i)
            pointers.push_back(&queues.emplace_back(sizes));
        directory.open({}, std::make_unique<FailingDisk>(plan));
        loop.emplace(pointers, *directory.writer, counted);
        loop->start();
    }
    void finish()
    {
        for (StorageQueue& queue : queues)
            queue.closeProducer();
        if (const auto closed = loop->join(); !closed)
            qFatal("%s", closed.error().what.c_str());
    }

    Directory directory;
    FailingDisk::Plan plan;
    Counted counted;
    std::deque<StorageQueue> queues;
    std::vector<StorageQueue*> pointers;
    std::optional<StorageLoop> loop;
};

// As a processing core does: false when no chunk was to be had.
bool pushMedia(StorageQueue& queue, StreamKey stream, Timestamp first, std::uint32_t number)
{
    MediaChunk* const chunk = queue.takeChunk();
    if (chunk == nullptr)
        return false;
    *chunk = sample::chunk(stream, first, 10, number);
    queue.media(chunk);
    return true;
}

}

class TestStorageLoop : public QObject {
    Q_OBJECT

private slots:
    void aDiskThatHoldsTheMediaHoldsNoRecords()
    {
        Engine engine(1, roomFor(1, 40));
        StorageQueue& queue = engine.queues.front();
        queue.setMayDropMedia(true);
        engine.plan.held = true;
        const CallRecord first = sample::call(sample::at("2026-03-01T10:00:00Z"), "first");
        queue.liveCall(first);
        std::uint32_t stored = 0;
        for (; stored < 1000; ++stored)
            if (!pushMedia(queue, { first.key, 0 }, first.startedAt + stored * 200ms, 10 * stored))
                break;
        QCOMPARE(stored, 40u);
        QCOMPARE(queue.refusedChunks(), std::uint64_t(1));
        const CallRecord second = sample::call(first.startedAt + 1s, "second");
        queue.liveCall(second);
        const int before = engine.counted.commits;
        const auto known = [&] {
            CallQuery query;
            query.callId = "second";
            return engine.directory.writer->liveCalls(query).size() == 1 && engine.counted.commits >= before + 2;
        };
        QTRY_VERIFY_WITH_TIMEOUT(known(), 20'000);
        QCOMPARE(queue.waits(), std::uint64_t(0));
        queue.callEnded(sample::ended(second)); // it came after what the disk holds, and waits for that
        QTRY_VERIFY_WITH_TIMEOUT(engine.counted.ended == 1, 20'000);
        engine.plan.held = false;
        StreamRecord stream = sample::stream(first.key, 0, first.startedAt);
        stream.packets = stream.packetsStored = 10 * stored;
        queue.stream(stream);
        queue.callEnded(sample::ended(first));
        engine.finish();
        QCOMPARE(engine.counted.finished.load(), 1);
        engine.directory.openQuery();
        QCOMPARE(engine.directory.calls().size(), std::size_t { 2 });
        QCOMPARE(engine.directory.packetNumbers({ first.key, 0 }), sample::upTo(10 * stored));
    }

    void aCommitThatHangsHoldsNeitherTheProcessingCoreNorWhoWatches()
    {
        HeldEngine engine(true, 64u << 20);
        engine.putCalls(20, 5); // some are on their way when it begins to hang
        QVERIFY(engine.hold());
        bool pushed = false;
        std::thread processing([&] {
            engine.putCalls(1000, 5); // more than the queue holds
            pushed = true;
        });
        const bool inTime = QTest::qWaitFor([&] { return pushed; }, 20'000);
        const bool seen = QTest::qWaitFor([&] { return engine.counted.ended == 1020; }, 5'000);
        const double waiting = engine.loop->backlogPercent();
        const int late = engine.counted.late;
        const bool saidAgain = QTest::qWaitFor([&] { return engine.counted.late > late; }, 20'000);
        const auto silent = engine.counter("data_directory_silent_s");
        engine.writer->held = false;
        processing.join();
        QVERIFY2(inTime, "the processing core waits for the data directory");
        QVERIFY2(seen, "who shows calls waits for the data directory");
        QVERIFY(waiting > 0 && waiting < 100);
        QVERIFY(saidAgain);
        QVERIFY(silent < 60);
        engine.finish();
        QVERIFY(!engine.writer->touchedAmidCommit);
        QCOMPARE(engine.counter("records_overdue"), 0u);
        QCOMPARE(engine.counter("data_directory_silent_s"), 0u);
        const auto stored = engine.directory.calls();
        QCOMPARE(stored.size(), 1020u);
        for (const CallRecord& call : stored) {
            QVERIFY(call.state == CallState::Ended && call.endedBy != EndedBy::ProbeStopped);
            QCOMPARE(engine.directory.query->streams(call.key).value().size(), 1u);
            QCOMPARE(engine.directory.query->quality(call.key).value().size(), 5u);
            int messages = 0;
            QVERIFY(engine.directory.query->messages(call.key, [&](const CallMessage&) { return ++messages > 0; }));
            QCOMPARE(messages, 1);
        }
    }

    // What seconds there are goes before a call does, and what is lost is counted.
    void whatFindsNoRoomWhileACommitHangsIsCounted()
    {
        constexpr std::size_t room = 100 * (2 * sizeof(CallRecord) + sizeof(StreamRecord)) + 4096;
        HeldEngine engine(true, room);
        QVERIFY(engine.hold());
        engine.putCalls(50, 200);
        QVERIFY(QTest::qWaitFor([&] { return engine.counted.ended == 50; }, 20'000));
        engine.putCalls(45, 0); // these need the room of the seconds
        QVERIFY(QTest::qWaitFor([&] { return engine.counted.ended == 95; }, 20'000));
        const auto seconds = engine.counter("records_overdue");
        const auto messages = engine.counter("messages_overdue");
        QCOMPARE(seconds, 50u * 200u);
        QVERIFY(messages >= 50u && messages <= 95u);
        QVERIFY(engine.loop->backlogPercent() <= 100);
        engine.putCalls(50, 0);
        QVERIFY(QTest::qWaitFor([&] { return engine.counted.ended == 145; }, 20'000));
        QVERIFY(engine.counter("records_overdue") > seconds);
        QVERIFY(engine.loop->backlogPercent() <= 100);
        engine.writer->held = false;
        engine.finish();
        const auto stored = engine.directory.calls();
        QVERIFY(stored.size() >= 95u && stored.size() < 145u);
        QCOMPARE(static_cast<std::size_t>(std::ranges::count_if(
                     stored, [](const CallRecord& call) { return call.endedBy != EndedBy::ProbeStopped; }))
                >= 95,
            true);
    }

    // A call whose end found no room is over all the same.
    void aCallWhoseEndWasLostIsStoredAsItWasLastHeardOf()
    {
        HeldEngine engine(true, sizeof(CallRecord) / 2);
        const CallRecord call = sample::call(sample::at("2026-03-01T10:00:00Z"), "on");
        engine.queue->liveCall(call);
        QTRY_VERIFY_WITH_TIMEOUT(engine.counted.live == 1, 20'000);
        QVERIFY(engine.hold());
        engine.queue->callEnded(sample::ended(call));
        QTRY_VERIFY_WITH_TIMEOUT(engine.counted.ended == 1, 20'000);
        QCOMPARE(engine.counter("records_overdue"), 1u);
        engine.writer->held = false;
        QTRY_VERIFY_WITH_TIMEOUT(
            engine.directory.writer->liveStreams(call.key).empty() && !engine.directory.writer->isLive(call.key),
            20'000);
        engine.finish();
        const auto stored = engine.directory.calls();
        QCOMPARE(stored.size(), 1u);
        QVERIFY(stored[0].endedBy == EndedBy::ProbeStopped);
    }

    void aReplayWaitsForTheCommitAndLosesNothing()
    {
        HeldEngine engine(false, 1);
        QVERIFY(engine.hold());
        std::thread processing([&] { engine.putCalls(1000, 5); });
        const int late = engine.counted.late;
        QTRY_VERIFY_WITH_TIMEOUT(engine.counted.late > late, 20'000); // and says so
        engine.writer->held = false;
        processing.join();
        engine.finish();
        QCOMPARE(engine.counter("records_overdue"), 0u);
        QCOMPARE(engine.directory.calls().size(), 1000u);
    }

    void aCallsRowsNameAllOfItsMediaWhicheverCoreTheyCameFrom()
    {
        constexpr std::uint32_t calls = 200;
        constexpr std::uint32_t chunks = 7;
        Engine engine(2, roomFor(1, 64));
        const auto callOf = [](std::uint32_t i) {
            return sample::call(sample::at("2026-03-01T10:00:00Z") + i * 1s, "call-" + std::to_string(i));
        };
        std::atomic<std::uint32_t> pushed { 0 }; // calls whose media the second core has handed over
        std::jthread second([&] {
            for (std::uint32_t i = 0; i < calls; ++i) {
                const CallRecord call = callOf(i);
                for (std::uint32_t chunk = 0; chunk < chunks; ++chunk)
                    pushMedia(engine.queues[1], { call.key, 0 }, call.startedAt + chunk * 200ms, 10 * chunk);
                StreamRecord stream = sample::stream(call.key, 0, call.startedAt);
                stream.packets = stream.packetsStored = 10 * chunks;
                engine.queues[1].stream(stream);
                pushed = i + 1;
            }
        });
        for (std::uint32_t i = 0; i < calls; ++i) {
            while (pushed <= i)
                std::this_thread::yield();
            engine.queues[0].liveCall(callOf(i));
            engine.queues[0].callEnded(sample::ended(callOf(i)));
        }
        second.join();
        engine.finish();
        QCOMPARE(engine.directory.counter("calls_stored"), std::uint64_t { calls });
        engine.directory.openQuery();
        for (std::uint32_t i = 0; i < calls; ++i)
            QCOMPARE(engine.directory.packetNumbers({ callOf(i).key, 0 }), sample::upTo(10 * chunks));
    }

    void whatTheCaptureThreadHandsOnInItsSpareTimeIsStoredLikeTheRest()
    {
        Engine engine(2, roomFor(1, 64));
        const CallRecord call = sample::call(sample::at("2026-03-01T10:00:00Z"), "call");
        engine.queues[0].liveCall(call);
        std::atomic<bool> pushed { false };
        std::jthread capture([&] {
            while (!pushed)
                engine.loop->use();
        });
        constexpr std::uint32_t chunks = 3000; // far more than there is room for: given back in between
        for (std::uint32_t i = 0; i < chunks; ++i)
            for (std::uint32_t lane = 0; lane < 2; ++lane)
                pushMedia(engine.queues[lane], { call.key, lane }, call.startedAt + i * 200ms, 10 * i);
        for (std::uint32_t lane = 0; lane < 2; ++lane) {
            StreamRecord stream = sample::stream(call.key, lane, call.startedAt);
            stream.packets = stream.packetsStored = 10 * chunks;
            engine.queues[lane].stream(stream);
        }
        engine.queues[0].callEnded(sample::ended(call));
        pushed = true;
        capture.join();
        engine.finish();
        engine.directory.openQuery();
        for (std::uint32_t lane = 0; lane < 2; ++lane)
            QCOMPARE(engine.directory.packetNumbers({ call.key, lane }), sample::upTo(10 * chunks));
    }

    void aDiskThatHoldsTheMediaHoldsNoSpareTime()
    {
        Engine engine(1, roomFor(1, 40));
        engine.queues.front().setMayDropMedia(true);
        engine.plan.held = true;
        const CallRecord call = sample::call(sample::at("2026-03-01T10:00:00Z"), "call");
        engine.queues.front().liveCall(call);
        for (std::uint32_t i = 0; i < 40; ++i) {
            QVERIFY(pushMedia(engine.queues.front(), { call.key, 0 }, call.startedAt + i * 200ms, 10 * i));
            engine.loop->use(); // returns
        }
        engine.plan.held = false;
        engine.queues.front().callEnded(sample::ended(call));
        engine.finish();
        engine.directory.openQuery();
        QCOMPARE(engine.directory.calls().size(), std::size_t { 1 });
    }
};

QTEST_GUILESS_MAIN(TestStorageLoop)
#include "tst_storage_loop.moc"
