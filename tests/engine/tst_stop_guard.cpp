// A stop ends, whatever the disk does.
#include "engine/stop_guard.h"

#include <QTest>
#include <atomic>

using namespace callmon;
using namespace std::chrono_literals;

class TestStopGuard : public QObject {
    Q_OBJECT

private slots:
    void stopWithoutProgressIsGivenUpOnce()
    {
        std::atomic<int> givenUp { 0 };
        StopGuard guard([] { return 7u; }, [&](std::chrono::seconds) { ++givenUp; }, 100ms);
        guard.begin();
        guard.begin();
        QTRY_COMPARE(givenUp.load(), 1);
        QTest::qWait(300);
        QCOMPARE(givenUp.load(), 1);
    }

    void progressHasItWait()
    {
        std::atomic<std::uint64_t> progress { 0 };
        std::atomic<int> givenUp { 0 };
        StopGuard guard([&] { return progress.load(); }, [&](std::chrono::seconds) { ++givenUp; }, 2s);
        guard.begin();
        for (int i = 0; i < 15; ++i) {
            QTest::qWait(200);
            ++progress;
        }
        QCOMPARE(givenUp.load(), 0); // three seconds, and never two without
        QTRY_COMPARE(givenUp.load(), 1);
    }

    void nobodyIsGivenUpBeforeAStopIsAskedForNorAfterItsEnd()
    {
        std::atomic<int> givenUp { 0 };
        {
            StopGuard guard([] { return 7u; }, [&](std::chrono::seconds) { ++givenUp; }, 1s);
            QTest::qWait(1'300);
            guard.begin();
        }
        QTest::qWait(1'300);
        QCOMPARE(givenUp.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestStopGuard)
#include "tst_stop_guard.moc"
