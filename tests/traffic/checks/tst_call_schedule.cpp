// The load that the ring is given: as many calls at once as were asked for, from the start.
#include <QTest> // before <chrono>: moc of Qt 6.4 stumbles over <concepts> otherwise

#include "tests/traffic/ring/call_schedule.h"

#include <cmath>

using namespace callmon;

namespace {

constexpr CallScheduleOptions load {
    .seed = 3, .calls = 5000, .holdMean = 117, .holdShape = 19, .setUpPerSecond = 1000
};

Tick seconds(double count)
{
    return static_cast<Tick>(count * ticksPerSecond);
}

}

class TestCallSchedule : public QObject {
    Q_OBJECT

private slots:
    // M/G/infinity: Poisson of mean 5000 at any time, so within 5 standard deviations of 71.
    void asManyCallsTalkFromBeginningToEnd()
    {
        CallSchedule schedule(load);
        std::int64_t talking = 0;
        Tick now = 0;
        for (int sample = 0; sample <= 60; ++sample) {
            for (now = schedule.steadyFrom() + seconds(5 * sample);;) {
                const auto step = schedule.next(now);
                if (!step)
                    break;
                talking += step->step == Step::AckAnswer;
                talking -= step->step == Step::Bye;
            }
            QVERIFY2(std::abs(talking - 5000) < 355,
                qPrintable(QString("%1 calls after %2 s").arg(talking).arg(5 * sample)));
        }
    }

    void newCallsArriveAtLittlesRate()
    {
        CallSchedule schedule(load);
        int begun = 0;
        while (schedule.next(schedule.steadyFrom())) { }
        while (const auto step = schedule.next(schedule.steadyFrom() + seconds(300)))
            begun += step->step == Step::Invite;
        const double expected = 300 * 5000 / 117.0;
        QVERIFY2(std::abs(begun - expected) < 5 * std::sqrt(expected), qPrintable(QString::number(begun)));
    }

    void stepsOfACallKeepTheirOrder()
    {
        CallSchedule schedule(load);
        std::vector<Step> last(20'000, Step::ByeOk);
        while (const auto step = schedule.next(schedule.steadyFrom() + seconds(60))) {
            Step& before = last.at(step->call);
            QVERIFY(step->step == Step::Invite ? before == Step::ByeOk : step->step > before);
            before = step->step;
        }
    }

    // Else the media of a call that has just ended would go on into the next one.
    void aSlotRestsAfterItsCall()
    {
        CallSchedule schedule(load);
        std::vector<double> freedAt(schedule.slotCount(), -1);
        for (int tenth = 0; tenth < 3000; ++tenth) {
            while (const auto step = schedule.next(seconds(0.1 * tenth))) {
                if (step->step == Step::Invite && freedAt[step->slot] >= 0)
                    QVERIFY2(0.1 * tenth - freedAt[step->slot] > 32, qPrintable(QString::number(0.1 * tenth)));
                if (step->step == Step::ByeOk)
                    freedAt[step->slot] = 0.1 * tenth;
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestCallSchedule)
#include "tst_call_schedule.moc"
