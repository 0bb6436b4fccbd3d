#include "engine/storage_queue.h"

#include <QtTest>
#include <thread>

using namespace callmon;

class TestStorageQueue : public QObject {
    Q_OBJECT

private slots:
    void recordsComeOutInTheirOrderAndNoneIsLostWhenTheQueueIsSmall()
    {
        StorageQueue queue(16, 4);
        constexpr int count = 20000;
        std::jthread producer([&queue] {
            for (int i = 0; i < count; ++i)
                queue.quality({ .stream = { { i }, 0 }, .at = {} });
            queue.closeProducer();
        });
        int expected = 0;
        StorageItem item;
        while (!queue.drained()) {
            if (!queue.take(item))
                continue;
            QCOMPARE(std::get<QualityPoint>(item).stream.call.value, std::int64_t(expected));
            ++expected;
        }
        QCOMPARE(expected, count);
    }

    void liveSourceIsRefusedAChunkWhenAllAreInUse()
    {
        StorageQueue queue(16, 2);
        queue.setMayDropMedia(true);
        QVERIFY(queue.takeChunk());
        MediaChunk* second = queue.takeChunk();
        QVERIFY(second);
        QVERIFY(!queue.takeChunk());
        QCOMPARE(queue.refusedChunks(), std::uint64_t(1));
        queue.media(second);
        StorageItem item;
        QVERIFY(queue.take(item));
        queue.giveBack(std::get<MediaChunk*>(item));
        QVERIFY(queue.takeChunk() == second);
    }

    void replayWaitsForTheDiskInsteadOfDroppingMedia()
    {
        StorageQueue queue(16, 1);
        constexpr int count = 200;
        std::jthread consumer([&queue] {
            StorageItem item;
            for (int returned = 0; returned < count;)
                if (queue.take(item)) {
                    queue.giveBack(std::get<MediaChunk*>(item));
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
        StorageQueue queue(16, 1);
        QVERIFY(queue.takeChunk()); // stays open
        QVERIFY(!queue.takeChunk());
    }
};

QTEST_APPLESS_MAIN(TestStorageQueue)
#include "tst_storage_queue.moc"
