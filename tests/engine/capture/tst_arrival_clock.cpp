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
    void whatCameDuringAStallIsSpreadOverIt();
    void aStallThatFilledTheLinkIsSpreadByWireTime();
    void aStallOfUnknownBacklogIsSpreadBackByWireTime();
    void aClockThatIsSetMovesTheTimesOnly();
    void aBusyPortIsPolledWithoutSleep();
    void aFlowIsPolledEvery200MicrosecondsAndSilenceEvery2Milliseconds();
};

void TestArrivalClock::aBurstIsSpreadBackAlongItsWireTime()
{
    ArrivalClock clock = calibrated();
    clock.stamp({}, 10us, ArrivalClock::drained);
    auto frames = framesOfAMicrosecond(4);
    clock.stamp(frames, 20us, ArrivalClock::drained);
    for (std::size_t i = 0; i < 4; ++i)
        QCOMPARE(monotonicOf(frames[i]).count(), Nanoseconds(20us - (3 - i) * 1us).count());
}

void TestArrivalClock::noFrameArrivesBeforeTheWireTimeAfterItsPredecessor()
{
    ArrivalClock clock = calibrated();
    auto first = framesOfAMicrosecond(1);
    clock.stamp(first, 100us, ArrivalClock::drained);
    auto second = framesOfAMicrosecond(3); // 2.5 us later: not enough for three
    clock.stamp(second, 102us + 500ns, ArrivalClock::drained);
    QCOMPARE(monotonicOf(second[0]).count(), 101'000);
    QCOMPARE(monotonicOf(second[1]).count(), 102'000);
    QCOMPARE(monotonicOf(second[2]).count(), 102'500); // the poll is the end
}

void TestArrivalClock::noFrameArrivesAfterThePoll()
{
    ArrivalClock clock = calibrated();
    for (Nanoseconds polled = 1us; polled < 2us; polled += 50ns) {
        auto frames = framesOfAMicrosecond(64);
        clock.stamp(frames, polled, ArrivalClock::unknown);
        for (const Frame& frame : frames)
            QVERIFY(monotonicOf(frame) <= polled);
    }
}

void TestArrivalClock::atAnUnknownRateAllArriveAtThePoll()
{
    ArrivalClock clock = calibrated(0);
    auto frames = framesOfAMicrosecond(3);
    clock.stamp(frames, 5ms, ArrivalClock::drained);
    for (const Frame& frame : frames)
        QCOMPARE(monotonicOf(frame).count(), Nanoseconds(5ms).count());
}

void TestArrivalClock::theUncertaintyIsTheTimeSinceTheQueueWasEmpty()
{
    ArrivalClock clock = calibrated();
    clock.stamp({}, 10us, ArrivalClock::drained);
    auto frames = framesOfAMicrosecond(2);
    clock.stamp(frames, 25us, ArrivalClock::drained);
    QCOMPARE(frames[1].uncertainty.count(), Nanoseconds(15us).count());
    QCOMPARE(frames[0].uncertainty.count(), Nanoseconds(14us).count());
}

void TestArrivalClock::framesOfTheFirstPollMayHaveWaitedSinceTheStart()
{
    ArrivalClock clock = calibrated();
    clock.begin(10ms);
    auto frames = framesOfAMicrosecond(1);
    clock.stamp(frames, 310ms, ArrivalClock::drained);
    QVERIFY(monotonicOf(frames[0]) - frames[0].uncertainty <= 10ms);
    QVERIFY(monotonicOf(frames[0]) + frames[0].uncertainty >= 310ms);
}

void TestArrivalClock::aFullPollLeavesTheQueueInDoubt()
{
    ArrivalClock clock = calibrated();
    clock.stamp({}, 10us, ArrivalClock::drained);
    auto frames = framesOfAMicrosecond(1);
    clock.stamp(frames, 15us, ArrivalClock::unknown);
    clock.stamp(frames, 25us, ArrivalClock::drained);
    QCOMPARE(frames[0].uncertainty.count(), Nanoseconds(15us).count()); // since 10 us
    clock.stamp(frames, 30us, ArrivalClock::drained);
    QCOMPARE(frames[0].uncertainty.count(), Nanoseconds(5us).count());
}

// Ten frames came while nobody looked for a millisecond; three polls take them, the first two knowing what remains.
void TestArrivalClock::whatCameDuringAStallIsSpreadOverIt()
{
    ArrivalClock clock = calibrated();
    clock.stamp({}, 1ms, ArrivalClock::drained);
    std::vector<Frame> all;
    Nanoseconds polled = 2ms;
    for (const std::size_t taken : { 4, 4, 2 }) {
        auto frames = framesOfAMicrosecond(taken);
        clock.stamp(frames, polled, 10 - all.size() - taken);
        all.insert(all.end(), frames.begin(), frames.end());
        polled += 1us;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Nanoseconds even = 1ms + Nanoseconds(1ms) * int(i + 1) / 11;
        QVERIFY2(std::chrono::abs(monotonicOf(all[i]) - even) < 3us, qPrintable(QString::number(i)));
        QVERIFY(monotonicOf(all[i]) - all[i].uncertainty <= 1ms);
        QVERIFY(monotonicOf(all[i]) + all[i].uncertainty >= 2ms);
    }
}

// At the rate of the link there is one way only that they can have come.
void TestArrivalClock::aStallThatFilledTheLinkIsSpreadByWireTime()
{
    ArrivalClock clock = calibrated();
    clock.stamp({}, 1ms, ArrivalClock::drained);
    auto frames = framesOfAMicrosecond(50);
    clock.stamp(frames, 1ms + 50us, ArrivalClock::drained);
    for (std::size_t i = 0; i < frames.size(); ++i)
        QVERIFY(std::chrono::abs(monotonicOf(frames[i]) - (1ms + int(i + 1) * 1us)) <= 1us);
}

// A driver that cannot tell what it holds: the latest that can be, as ever.
void TestArrivalClock::aStallOfUnknownBacklogIsSpreadBackByWireTime()
{
    ArrivalClock clock = calibrated();
    clock.stamp({}, 1ms, ArrivalClock::drained);
    QVERIFY(!clock.wantsToKnowWaiting(1ms + 10us));
    QVERIFY(clock.wantsToKnowWaiting(2ms));
    auto frames = framesOfAMicrosecond(3);
    clock.stamp(frames, 2ms, ArrivalClock::unknown);
    QCOMPARE(monotonicOf(frames[0]).count(), Nanoseconds(2ms - 2us).count());
    QCOMPARE(monotonicOf(frames[2]).count(), Nanoseconds(2ms).count());
}

void TestArrivalClock::aClockThatIsSetMovesTheTimesOnly()
{
    ArrivalClock clock = calibrated();
    auto frames = framesOfAMicrosecond(2);
    clock.stamp(frames, 10us, ArrivalClock::drained);
    clock.setUtcAhead(utcAhead - 5s);
    clock.stamp(frames, 20us, ArrivalClock::drained);
    QCOMPARE(monotonicOf(frames[1]).count(), Nanoseconds(20us - 5s).count());
    QCOMPARE(monotonicOf(frames[0]).count(), Nanoseconds(19us - 5s).count());
    QCOMPARE(frames[1].uncertainty.count(), Nanoseconds(10us).count());
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
