#include "shared/base/spsc_ring.h"

#include <QTest>

#include <memory>
#include <thread>

using namespace callmon;

class SpscRingTest : public QObject {
    Q_OBJECT

private slots:
    void capacityIsRoundedUpAndAllOfItIsUsable()
    {
        SpscRing<int> ring(5);
        QCOMPARE(ring.capacity(), std::size_t(8));
        for (int i = 0; i < 8; ++i)
            QVERIFY(ring.tryPush(i));
        QVERIFY(!ring.tryPush(8));
        QCOMPARE(ring.size(), std::size_t(8));
        int element = -1;
        for (int i = 0; i < 8; ++i) {
            QVERIFY(ring.tryPop(element));
            QCOMPARE(element, i);
        }
        QVERIFY(!ring.tryPop(element));
        QCOMPARE(element, 7);
        QCOMPARE(ring.size(), std::size_t(0));
    }

    void elementThatDoesNotFitIsUntouched()
    {
        SpscRing<std::unique_ptr<int>> ring(1);
        QVERIFY(ring.tryPush(std::make_unique<int>(1)));
        auto second = std::make_unique<int>(2);
        QVERIFY(!ring.tryPush(std::move(second)));
        QVERIFY(second && *second == 2);
    }

    void whatWaitsCanBeLookedAtWhereItLies()
    {
        SpscRing<int> ring(4);
        int element = -1;
        for (int i = 0; i < 3; ++i) { // so that what follows goes round the end
            QVERIFY(ring.tryPush(i));
            QVERIFY(ring.tryPop(element));
        }
        QVERIFY(!ring.peek());
        QVERIFY(ring.tryPush(10));
        QVERIFY(ring.peek() && *ring.peek() == 10);
        QVERIFY(!ring.peek(1));
        QVERIFY(ring.tryPush(11));
        QVERIFY(ring.tryPush(12));
        QVERIFY(ring.peek(1) && *ring.peek(1) == 11);
        QVERIFY(ring.peek(2) && *ring.peek(2) == 12);
        QVERIFY(!ring.peek(3));
        QVERIFY(ring.tryPop(element));
        QCOMPARE(element, 10); // nothing was taken
        QVERIFY(ring.peek() && *ring.peek() == 11);
        QVERIFY(!ring.peek(2));
    }

    void everythingArrivesOnceAndInOrder()
    {
        constexpr std::uint64_t count = 50'000;
        SpscRing<std::uint64_t> ring(16); // small: full and empty again and again
        std::atomic<bool> done = false;
        std::atomic<bool> sizeExceeded = false;
        std::jthread watcher([&] { // a gauge on a third thread
            while (!done)
                if (ring.size() > ring.capacity())
                    sizeExceeded = true;
        });
        std::jthread producer([&] {
            for (std::uint64_t i = 0; i < count;)
                if (ring.tryPush(i))
                    ++i;
                else
                    std::this_thread::yield();
        });
        std::uint64_t wrong = 0;
        for (std::uint64_t expected = 0; expected < count;) {
            std::uint64_t element = 0;
            if (!ring.tryPop(element)) {
                std::this_thread::yield();
                continue;
            }
            wrong += element != expected;
            ++expected;
        }
        done = true;
        QCOMPARE(wrong, std::uint64_t(0));
        QVERIFY(!sizeExceeded);
        QCOMPARE(ring.size(), std::size_t(0));
    }
};

QTEST_GUILESS_MAIN(SpscRingTest)
#include "tst_spsc_ring.moc"
