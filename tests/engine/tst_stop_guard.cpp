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
        StopGuard guard([&] { return progress.load(); }, [&](std::chrono::seconds) { ++givenUp; }, 500ms);
        guard.begin();
        for (int i = 0; i < 10; ++i) {
            QTest::qWait(100);
            ++progress;
        }
        QCOMPARE(givenUp.load(), 0); // a second, and never half of one without
        QTRY_COMPARE(givenUp.load(), 1);
    }

    void nobodyIsGivenUpBeforeAStopIsAskedForNorAfterItsEnd()
    {
        std::atomic<int> givenUp { 0 };
        {
            StopGuard guard([] { return 7u; }, [&](std::chrono::seconds) { ++givenUp; }, 200ms);
            QTest::qWait(400);
            guard.begin();
        }
        QTest::qWait(400);
        QCOMPARE(givenUp.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestStopGuard)
#include "tst_stop_guard.moc"
