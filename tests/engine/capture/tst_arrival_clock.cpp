#include "engine/capture/arrival_clock.h"
#include "engine/capture/idle_sleep.h"

#include <QTest>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t gigabit = 1'000'000'000;
constexpr Nanoseconds utcAhead = 1'700'000'000s;

// 101 bytes and 24 of preamble, check sequence and gap: exactly one microsecond at 1 Gbit/s.
std::vector<Frame> framesOfAMicrosecond(std::size_t count)
{
    std::vector<Frame> frames(count);
    for (Frame& frame : frames)
        frame.wireSize = 101;
    return frames;
}

ArrivalClock calibrated(std::uint64_t rate = gigabit)
{
    ArrivalClock clock(rate);
    clock.setUtcAhead(utcAhead);
    return clock;
}

Nanoseconds monotonicOf(const Frame& frame)
{
    return frame.arrival.time_since_epoch() - utcAhead;
}

}

class TestArrivalClock : public QObject {
    Q_OBJECT
private slots:
    void aBurstIsSpreadBackAlongItsWireTime();
    void noFrameArrivesBeforeTheWireTimeAfterItsPredecessor();
    void noFrameArrivesAfterThePoll();
    void atAnUnknownRateAllArriveAtThePoll();
    void theUncertaintyIsTheTimeSinceTheQueueWasEmpty();
    void framesOfTheFirstPollMayHaveWaitedSinceTheStart();
    void aFullPollLeavesTheQueueInDoubt();
    void aClockThatIsSetMovesTheTimesOnly();
    void aBusyPortIsPolledWithoutSleep();
    void aFlowIsPolledEvery200MicrosecondsAndSilenceEvery2Milliseconds();
};

void TestArrivalClock::aBurstIsSpreadBackAlongItsWireTime()
{
    ArrivalClock clock = calibrated();
    clock.stamp({}, 1ms, true);
    auto frames = framesOfAMicrosecond(4);
    clock.stamp(frames, 2ms, true);
    for (std::size_t i = 0; i < 4; ++i)
        QCOMPARE(monotonicOf(frames[i]).count(), Nanoseconds(2ms - (3 - i) * 1us).count());
}

void TestArrivalClock::noFrameArrivesBeforeTheWireTimeAfterItsPredecessor()
{
    ArrivalClock clock = calibrated();
    auto first = framesOfAMicrosecond(1);
    clock.stamp(first, 100us, true);
    auto second = framesOfAMicrosecond(3); // 2.5 us later: not enough for three
    clock.stamp(second, 102us + 500ns, true);
    QCOMPARE(monotonicOf(second[0]).count(), 101'000);
    QCOMPARE(monotonicOf(second[1]).count(), 102'000);
    QCOMPARE(monotonicOf(second[2]).count(), 102'500); // the poll is the end
}

void TestArrivalClock::noFrameArrivesAfterThePoll()
{
    ArrivalClock clock = calibrated();
    for (Nanoseconds polled = 1us; polled < 2us; polled += 50ns) {
        auto frames = framesOfAMicrosecond(64);
        clock.stamp(frames, polled, false);
        for (const Frame& frame : frames)
            QVERIFY(monotonicOf(frame) <= polled);
    }
}

void TestArrivalClock::atAnUnknownRateAllArriveAtThePoll()
{
    ArrivalClock clock = calibrated(0);
    auto frames = framesOfAMicrosecond(3);
    clock.stamp(frames, 5ms, true);
    for (const Frame& frame : frames)
        QCOMPARE(monotonicOf(frame).count(), Nanoseconds(5ms).count());
}

void TestArrivalClock::theUncertaintyIsTheTimeSinceTheQueueWasEmpty()
{
    ArrivalClock clock = calibrated();
    clock.stamp({}, 1ms, true);
    auto frames = framesOfAMicrosecond(2);
    clock.stamp(frames, 3ms, true); // slept 2 ms
    QCOMPARE(frames[1].uncertainty.count(), Nanoseconds(2ms).count());
    QCOMPARE(frames[0].uncertainty.count(), Nanoseconds(2ms - 1us).count());
}

void TestArrivalClock::framesOfTheFirstPollMayHaveWaitedSinceTheStart()
{
    ArrivalClock clock = calibrated();
    clock.begin(10ms);
    auto frames = framesOfAMicrosecond(1);
    clock.stamp(frames, 310ms, true);
    QCOMPARE(frames[0].uncertainty.count(), Nanoseconds(300ms).count());
}

void TestArrivalClock::aFullPollLeavesTheQueueInDoubt()
{
    ArrivalClock clock = calibrated();
    clock.stamp({}, 1ms, true);
    auto frames = framesOfAMicrosecond(1);
    clock.stamp(frames, 2ms, false);
    clock.stamp(frames, 3ms, true);
    QCOMPARE(frames[0].uncertainty.count(), Nanoseconds(2ms).count()); // since 1 ms
    clock.stamp(frames, 4ms, true);
    QCOMPARE(frames[0].uncertainty.count(), Nanoseconds(1ms).count());
}

void TestArrivalClock::aClockThatIsSetMovesTheTimesOnly()
{
    ArrivalClock clock = calibrated();
    auto frames = framesOfAMicrosecond(2);
    clock.stamp(frames, 1ms, true);
    clock.setUtcAhead(utcAhead - 5s);
    clock.stamp(frames, 2ms, true);
    QCOMPARE(monotonicOf(frames[1]).count(), Nanoseconds(2ms - 5s).count());
    QCOMPARE(monotonicOf(frames[0]).count(), Nanoseconds(2ms - 1us - 5s).count());
    QCOMPARE(frames[1].uncertainty.count(), Nanoseconds(1ms).count());
}

void TestArrivalClock::aBusyPortIsPolledWithoutSleep()
{
    IdleSleep sleep;
    for (int polls = 0; polls < 1000; ++polls)
        QCOMPARE(sleep.after(64, 64).count(), 0);
}

void TestArrivalClock::aFlowIsPolledEvery200MicrosecondsAndSilenceEvery2Milliseconds()
{
    IdleSleep sleep;
    for (int polls = 0; polls < 1000; ++polls)
        QVERIFY(sleep.after(polls % 50 == 0, 64) <= 200us);
    QCOMPARE(sleep.after(1, 64), 200us);
    for (int polls = 0; polls < 200; ++polls)
        sleep.after(0, 64);
    QCOMPARE(sleep.after(0, 64), 2000us);
    QVERIFY(sleep.after(1, 64) <= 200us); // the first frame wakes it
}

QTEST_APPLESS_MAIN(TestArrivalClock)
#include "tst_arrival_clock.moc"
