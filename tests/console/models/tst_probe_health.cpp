#include "console/models/operations.h"
#include "console/models/probe_health.h"

#include <QtTest>
#include <cmath>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

ProbeStatus statusAt(std::chrono::seconds second, std::uint64_t dropped = 0, std::uint64_t perSecond = 0)
{
    ProbeStatus status;
    status.now = timestampFromNanoseconds(1'795'413'723'000'000'000LL) + second;
    status.framesPerSecond = 1'000;
    status.bitsPerSecond = 2'500'000;
    status.counters = { { "frames_received", 10'000, 1'000 }, { "ring_full_dropped", dropped, perSecond },
        { "poll_gap_last_second_us", 4'120 }, { "media_chunks_on_their_way", 7 } };
    return status;
}

LiveCall callWithMos(std::int64_t key, float caller, float callee)
{
    LiveCall call;
    call.key = { key };
    call.sent[0] = { caller > 0, caller, caller, 0, 0 };
    call.sent[1] = { callee > 0, callee, callee, 0, 0 };
    return call;
}

}

class TestProbeHealth : public QObject {
    Q_OBJECT

private slots:
    void losingThenLostSomeBeforeAMinuteLater()
    {
        ProbeHealth health;
        QCOMPARE(health.grade(0ms), ProbeHealth::Grade::Gone);
        health.setState(CallSource::State::Connected);
        health.add(statusAt(0s), 0ms);
        QCOMPARE(health.grade(0ms), ProbeHealth::Grade::Good);
        health.add(statusAt(1s, 12, 12), 1s);
        QCOMPARE(health.grade(1s), ProbeHealth::Grade::Losing);
        health.add(statusAt(60s, 12, 0), 60s);
        QCOMPARE(health.grade(60s), ProbeHealth::Grade::Losing); // 59 s ago is lately
        health.add(statusAt(61s, 12, 0), 61s);
        QCOMPARE(health.grade(61s), ProbeHealth::Grade::Lossy);
        health.setState(CallSource::State::Connecting);
        QCOMPARE(health.grade(61s), ProbeHealth::Grade::Gone);
    }

    // At full load hundreds of chunks are on their way and all is well: what counts is that it became more, and stays.
    void aDiskFallsBehindWhenFarMoreThanUsualGoesOnWaiting()
    {
        ProbeHealth health;
        std::chrono::seconds second {};
        const auto hear = [&](int times, std::uint64_t chunks) {
            for (; times > 0; --times, ++second) {
                ProbeStatus status = statusAt(second);
                status.counters.back().value = chunks + std::uint64_t(second.count()) % 3;
                health.add(status, second);
            }
            return health.chunksBehind();
        };
        QVERIFY(!hear(19, 300)); // nobody knows yet
        QCOMPARE(hear(20, 300).value(), 0.0);
        QCOMPARE(hear(9, 900).value(), 0.0);
        QVERIFY(hear(1, 900).value() >= 900);
        QVERIFY(hear(60, 2'000).value() >= 2'000); // as long as it lasts
        QCOMPARE(hear(1, 320).value(), 0.0);
        QCOMPARE(hear(60, 1).value(), 0.0);
        QCOMPARE(hear(60, 8).value(), 0.0); // a few of few calls
        QCOMPARE(diskText(0), QString("disk keeps up"));
        QCOMPARE(diskText(1204), QString("disk falls behind: 1,204 chunks wait"));
    }

    void aProbeThatSaysNothingIsLate()
    {
        ProbeHealth health;
        health.setState(CallSource::State::Connected);
        health.add(statusAt(0s), 10s);
        QCOMPARE(health.grade(13s), ProbeHealth::Grade::Good);
        QCOMPARE(health.grade(13s + 1ms), ProbeHealth::Grade::Late);
        QCOMPARE(health.sinceHeard(14s), 4000ms);
    }

    void figuresAreThoseOfTheStatusAndAnHourIsKept()
    {
        ProbeHealth health;
        for (int second = 0; second < 4'000; ++second)
            health.add(statusAt(std::chrono::seconds(second), 5, 5), 0ms);
        QCOMPARE(health.samples().size(), std::size_t(3'600));
        const HealthSample& last = health.samples().back();
        QCOMPARE(last.thousandFramesPerSecond, 1.0);
        QCOMPARE(last.megabitsPerSecond, 2.5);
        QCOMPARE(last.lostPerSecond, 5.0);
        QCOMPARE(last.pollGapMs, 4.12);
        QCOMPARE(last.chunksWaiting, 7.0);
        health.add(statusAt(10s), 0ms); // another run: no line through both
        QCOMPARE(health.samples().size(), std::size_t(1));
    }

    void bigNumbersAreOfAllProbesAndUnknownIsNotZero()
    {
        LiveCallModel live;
        Operations operations;
        operations.sample(live);
        for (const auto& value : operations.samples().back().values)
            QVERIFY(!value);
        LiveDelta delta;
        delta.snapshot = true;
        delta.changed = { callWithMos(1, 4.3F, 4.2F), callWithMos(2, 4.3F, 3.5F), callWithMos(3, 1.9F, 0) };
        live.apply(delta, { 0 });
        delta.changed = { callWithMos(1, 0, 0) };
        live.apply(delta, { 1 });
        QTRY_COMPARE(live.totalCalls(), 4);
        operations.setStatus(statusAt(0s, 5, 5), { 0 });
        operations.setStatus(statusAt(0s, 2, 2), { 1 });
        ServiceRow minute;
        minute.to = statusAt(0s).now;
        minute.from = minute.to - 1min;
        minute.sums.newCalls = 90;
        minute.sums.seconds = 60;
        ServiceRow five = minute;
        five.from = five.to - 5min;
        five.sums.figures.attempts = 200;
        five.sums.figures.answered = 130;
        five.sums.figures.talked = 2;
        five.sums.figures.talkTime = 30s;
        operations.setService({ five, minute });
        operations.sample(live);
        const OperationsSample& now = operations.samples().back();
        const auto value = [&](OperationsFigure figure) { return *now.values[static_cast<std::size_t>(figure)]; };
        QCOMPARE(value(OperationsFigure::Calls), 4.0);
        QCOMPARE(value(OperationsFigure::Megabits), 5.0);
        QCOMPARE(value(OperationsFigure::Lost), 7.0);
        QCOMPARE(value(OperationsFigure::NewCalls), 1.5);
        QCOMPARE(value(OperationsFigure::Asr), 65.0);
        QCOMPARE(value(OperationsFigure::Acd), 15.0);
        QVERIFY(std::abs(value(OperationsFigure::Mos) - (4.2 + 3.5 + 1.9) / 3) < 1e-6);
        QCOMPARE(now.bands[static_cast<std::size_t>(MosBand::Good)], 1);
        QCOMPARE(now.bands[static_cast<std::size_t>(MosBand::Fair)], 1);
        QCOMPARE(now.bands[static_cast<std::size_t>(MosBand::Bad)], 1);
        QCOMPARE(now.bands[static_cast<std::size_t>(MosBand::Unknown)], 1);
        operations.forget({ 1 });
        operations.sample(live);
        QCOMPARE(*operations.samples().back().values[static_cast<std::size_t>(OperationsFigure::Lost)], 5.0);
        // What the list still shows of a probe that is gone is not of now, nor is a call that has ended.
        QCOMPARE(*operations.samples().back().values[static_cast<std::size_t>(OperationsFigure::Calls)], 3.0);
        delta = {};
        delta.changed = { callWithMos(3, 1.9F, 0) };
        delta.changed.front().state = CallState::Ended;
        live.apply(delta, { 0 });
        operations.sample(live);
        QCOMPARE(*operations.samples().back().values[static_cast<std::size_t>(OperationsFigure::Calls)], 2.0);
        QCOMPARE(operations.samples().back().bands[static_cast<std::size_t>(MosBand::Bad)], 0);
    }
};

QTEST_GUILESS_MAIN(TestProbeHealth)
#include "tst_probe_health.moc"
