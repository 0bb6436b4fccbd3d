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
    void callEnded(const CallRecord&) override { ++ended; }
    void committed(const Result<void>&) override { ++commits; }
    void stored() override { ++finished; }
    std::atomic<int> ended { 0 }, commits { 0 }, finished { 0 };
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
