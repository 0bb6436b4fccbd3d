#include "engine/storage_intake.h"

#include <QtTest>

#include <deque>
#include <functional>
#include <map>
#include <thread>

using namespace callmon;

namespace {

StorageQueue::Sizes roomFor(std::size_t open, std::size_t inFlight)
{
    StorageQueue::Sizes sizes;
    sizes.recordBytes = 4096;
    sizes.openChunks = open;
    sizes.chunksInFlight = inFlight;
    return sizes;
}

struct Handler { // what StorageIntake hands records to
    std::function<void(const CallRecord&)> ended;
    std::vector<QualityPoint> points;
    std::string log;

    void liveCall(const CallRecord&) { log += 'c'; }
    void stream(const StreamRecord&) { log += 's'; }
    void quality(const QualityPoint& point)
    {
        log += 'q';
        points.push_back(point);
    }
    void callEnded(const CallRecord& call)
    {
        log += 'e';
        if (ended)
            ended(call);
    }
};

QualityPoint numbered(std::int64_t call, std::uint32_t packets)
{
    QualityPoint point;
    point.stream = { { call }, 0 };
    point.packets = packets;
    return point;
}

}

class TestStorageQueue : public QObject {
    Q_OBJECT

private slots:
    void recordsComeOutInTheirOrderAndNoneIsLostWhenTheQueueIsSmall()
    {
        StorageQueue queue(roomFor(1, 1));
        constexpr int count = 20000;
        std::jthread producer([&queue] {
            for (int i = 0; i < count; ++i) { // of three lengths
                queue.quality(numbered(i, 0));
                StreamRecord stream;
                stream.key = { { i }, 7 };
                if (i % 3 == 0)
                    queue.stream(stream);
                CallRecord call;
                call.key = { i };
                if (i % 7 == 0)
                    queue.liveCall(call);
            }
            queue.closeProducer();
        });
        struct {
            std::int64_t expected = 0;
            bool good = true;
            void liveCall(const CallRecord& call) { good = good && call.key.value == expected - 1; }
            void stream(const StreamRecord& stream) { good = good && stream.key == StreamKey { { expected - 1 }, 7 }; }
            void quality(const QualityPoint& point) { good = good && point.stream.call.value == expected++; }
            void callEnded(const CallRecord&) { good = false; }
        } handler;
        StorageIntake intake({ &queue });
        while (!intake.recordsDrained())
            intake.takeRecords(64, handler);
        QVERIFY(handler.good);
        QCOMPARE(handler.expected, std::int64_t { count });
    }

    void theShareOfTheRoomThatWaitsIsTold()
    {
        StorageQueue queue(roomFor(1, 1)); // 4,096 bytes
        QCOMPARE(queue.recordsPercent(), 0.);
        queue.quality(numbered(1, 0));
        const double one = queue.recordsPercent();
        constexpr double least = 100. * sizeof(QualityPoint) / 4096;
        QVERIFY2(one >= least && one < least + 100. * 128 / 4096, qPrintable(QString::number(one))); // in whole lines
        const int most = static_cast<int>(100 / one);
        for (int i = 2; i <= most; ++i) {
            queue.quality(numbered(1, 0));
            QCOMPARE(queue.recordsPercent(), i * one);
        }
        Handler handler;
        StorageIntake intake({ &queue });
        intake.takeRecords(1, handler); // about one
        QCOMPARE(queue.recordsPercent(), (most - static_cast<int>(handler.points.size())) * one);
        while (handler.points.size() < static_cast<std::size_t>(most))
            intake.takeRecords(1, handler);
        QCOMPARE(queue.recordsPercent(), 0.);
    }

    void whatEveryCorePushedBeforeACallsEndIsHandledBeforeIt()
    {
        // Two cores push points of a call; the first pushes its end when the second has pushed all of its own.
        constexpr std::uint32_t points = 3000;
        StorageQueue first(StorageQueue::Sizes {});
        StorageQueue second(StorageQueue::Sizes {});
        std::atomic<std::int64_t> pushed { 0 };
        constexpr std::int64_t calls = 20;
        std::jthread one([&] {
            for (std::int64_t call = 1; call <= calls; ++call) {
                first.quality(numbered(call, 1));
                while (pushed.load() < call)
                    std::this_thread::yield();
                CallRecord record;
                record.key = { call };
                first.callEnded(record);
            }
            first.closeProducer();
        });
        std::jthread two([&] {
            for (std::int64_t call = 1; call <= calls; ++call) {
                for (std::uint32_t i = 0; i < points; ++i)
                    second.quality(numbered(call, 1));
                pushed.store(call);
            }
            second.closeProducer();
        });
        StorageIntake intake({ &first, &second });
        Handler handler;
        std::map<std::int64_t, bool> complete;
        handler.ended = [&](const CallRecord& call) {
            const auto of = [&](const QualityPoint& point) { return point.stream.call == call.key; };
            complete[call.key.value] =
                std::count_if(handler.points.begin(), handler.points.end(), of) == std::ptrdiff_t { points } + 1;
        };
        while (!intake.recordsDrained())
            intake.takeRecords(100, handler);
        QCOMPARE(complete.size(), std::size_t { calls });
        for (const auto& [call, good] : complete)
            QVERIFY2(good, qPrintable(QString("call %1 ended before its points").arg(call)));
    }

    void whatEveryCorePushedBeforeASecondIsHandledBeforeIt()
    {
        StorageQueue first(StorageQueue::Sizes {});
        StorageQueue second(StorageQueue::Sizes {});
        for (std::uint32_t i = 0; i < 3000; ++i)
            second.quality(numbered(1, 1));
        first.second(Timestamp(std::chrono::seconds(7)));
        struct {
            int points = 0;
            int pointsBefore = -1;
            Timestamp at;
            void liveCall(const CallRecord&) { }
            void stream(const StreamRecord&) { }
            void quality(const QualityPoint&) { ++points; }
            void callEnded(const CallRecord&) { }
            void second(Timestamp now)
            {
                at = now;
                pointsBefore = points;
            }
        } handler;
        StorageIntake intake({ &first, &second });
        intake.takeRecords(100, handler);
        QCOMPARE(handler.pointsBefore, 3000);
        QVERIFY(handler.at == Timestamp(std::chrono::seconds(7)));
    }

    void aFloodOfNewCallsLeavesRoomForMessagesOfAnsweredOnes()
    {
        StorageQueue queue({ .messageBytes = 64 * 1024 });
        queue.setMayDropMedia(true);
        const std::string text(900, 'x');
        const auto push = [&](std::int64_t call, bool answered) {
            MessageHead head;
            head.call = { call };
            return queue.message(head, std::as_bytes(std::span(text)), answered);
        };
        int flood = 0;
        while (push(1, false))
            ++flood;
        QVERIFY(flood > 20 && flood < 40);
        for (int i = 0; i < flood - 2; ++i)
            QVERIFY(push(2, true));
        while (push(2, true)) { }
        QVERIFY(!push(1, false));
        CallRecord call;
        call.key = { 2 };
        queue.callEnded(call);
        queue.closeProducer();

        struct {
            std::map<std::int64_t, int> messages;
            bool whole = true;
            int messagesAtEnd = 0;
            void message(const MessageHead& head, Bytes text)
            {
                ++messages[head.call.value];
                whole = whole && text.size() == 900 && text.back() == std::byte { 'x' };
            }
            void callForgotten(CallKey) { }
            void liveCall(const CallRecord&) { }
            void stream(const StreamRecord&) { }
            void quality(const QualityPoint&) { }
            void callEnded(const CallRecord& ended) { messagesAtEnd = messages[ended.key.value]; }
        } handler;
        StorageIntake intake({ &queue });
        while (!intake.recordsDrained())
            intake.takeRecords(64, handler);
        QVERIFY(handler.whole);
        QCOMPARE(handler.messages[1], flood);
        QVERIFY(handler.messages[2] >= flood - 2);
        QCOMPARE(handler.messagesAtEnd, handler.messages[2]);
        QVERIFY(push(1, false)); // there is room again
    }

    void mediaCountAsTakenWhenTheyWereHandedOn()
    {
        StorageQueue first(roomFor(8, 8));
        StorageQueue second(roomFor(8, 8));
        StorageIntake intake({ &first, &second });
        for (int i = 0; i < 3; ++i)
            first.media(first.takeChunk());
        second.media(second.takeChunk());
        const auto pushed = intake.mediaPushed();
        first.media(first.takeChunk()); // later: it need not be taken
        const auto takeOfEach = [&](std::size_t most) {
            std::vector<OwnedChunk> taken;
            intake.takeMedia(most, taken);
            QVERIFY2(!intake.mediaTakenUpTo(pushed), "taken before it was handed on");
            intake.mediaHandedOn(taken);
            for (const OwnedChunk& owned : taken)
                owned.owner->giveBack(owned.chunk);
        };
        QCOMPARE(intake.mediaWaiting(), std::size_t { 5 });
        takeOfEach(1);
        takeOfEach(1);
        QCOMPARE(intake.mediaWaiting(), std::size_t { 2 });
        QVERIFY(!intake.mediaTakenUpTo(pushed));
        takeOfEach(1);
        QVERIFY(intake.mediaTakenUpTo(pushed));
        QVERIFY(!intake.mediaDrained());
        first.closeProducer();
        second.closeProducer();
        std::vector<OwnedChunk> rest;
        intake.takeMedia(8, rest);
        QCOMPARE(rest.size(), std::size_t { 1 });
        intake.mediaHandedOn(rest);
        QVERIFY(intake.mediaDrained());
    }

    void eachRecordIsToldOfBeforeItComes()
    {
        struct Told {
            std::deque<StreamKey> next;
            int wrong = 0, records = 0;
            void expect(std::span<const StreamKey> streams) { next.insert(next.end(), streams.begin(), streams.end()); }
            void come(StreamKey key)
            {
                ++records;
                wrong += next.empty() || next.front() != key;
                if (!next.empty())
                    next.pop_front();
            }
            void liveCall(const CallRecord& call) { come({ call.key, 0 }); }
            void callEnded(const CallRecord& call) { come({ call.key, 0 }); }
            void stream(const StreamRecord& stream) { come(stream.key); }
            void quality(const QualityPoint& point) { come(point.stream); }
        } told;
        StorageQueue queue(StorageQueue::Sizes {});
        for (std::int64_t i = 1; i <= 100; ++i) {
            CallRecord call;
            call.key = { i };
            StreamRecord stream;
            stream.key = { call.key, 1 };
            QualityPoint point;
            point.stream = { call.key, 2 };
            queue.liveCall(call);
            queue.stream(stream);
            queue.quality(point);
            queue.callEnded(call);
        }
        StorageIntake intake({ &queue });
        intake.takeRecords(1000, told);
        QCOMPARE(told.records, 400);
        QCOMPARE(told.wrong, 0);
        QVERIFY(told.next.empty());
    }

    void liveSourceIsRefusedAChunkWhenTooManyAreOnTheirWayToTheDisk()
    {
        StorageQueue queue(roomFor(2, 2));
        queue.setMayDropMedia(true);
        std::vector<MediaChunk*> open;
        for (int i = 0; i < 3; ++i)
            open.push_back(queue.takeChunk());
        queue.media(open[0]);
        open.push_back(queue.takeChunk());
        QVERIFY(open.back());
        queue.media(open[1]);
        QVERIFY(!queue.takeChunk());
        QCOMPARE(queue.refusedChunks(), std::uint64_t(1));
        MediaChunk* chunk = nullptr;
        QVERIFY(queue.takeMedia(chunk));
        QCOMPARE(chunk, open[0]);
        queue.giveBack(chunk);
        QVERIFY(queue.takeChunk() == open[0]);
    }

    void withoutMediaNoChunkIsGivenAndNoneRefused()
    {
        StorageQueue queue(roomFor(100, 0));
        QVERIFY(!queue.takeChunk());
        QCOMPARE(queue.refusedChunks(), std::uint64_t(0));
    }

    void replayWaitsForTheDiskInsteadOfDroppingMedia()
    {
        StorageQueue queue(roomFor(1, 1));
        constexpr int count = 200;
        std::jthread consumer([&queue] {
            MediaChunk* chunk = nullptr;
            for (int returned = 0; returned < count;)
                if (queue.takeMedia(chunk)) {
                    queue.giveBack(chunk);
                    ++returned;
                }
        });
        for (int i = 0; i < count; ++i) {
            MediaChunk* chunk = queue.takeChunk();
            QVERIFY(chunk);
            chunk->clear({});
            queue.media(chunk);
        }
        consumer.join();
        QCOMPARE(queue.refusedChunks(), std::uint64_t(0));
    }

    void replayDoesNotWaitForChunksThatNobodyWillReturn()
    {
        StorageQueue queue(roomFor(1, 1));
        QVERIFY(queue.takeChunk());
        QVERIFY(queue.takeChunk()); // both stay open
        QVERIFY(!queue.takeChunk());
    }
};

QTEST_APPLESS_MAIN(TestStorageQueue)
#include "tst_storage_queue.moc"
