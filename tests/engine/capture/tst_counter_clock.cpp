#include "engine/capture/cycle_counter.h"
#include "engine/capture/device_times.h"
#include "engine/capture/poll_gaps.h"

#include <QTest>

#include <random>
#include <thread>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

// A counter of its own rate, start and width beside a true time that begins at `utcStart`; readings that are disturbed
// take longer, as preempted ones do.
struct Simulated {
    double hertz = 2.45e9;
    double ppm = 0; // what the counter is off from hertz
    std::uint64_t start = 123'456'789;
    unsigned bits = 64;
    Nanoseconds utcStart = 1'700'000'000s;
    Nanoseconds utcSet {}; // what UTC was set by
    double utcSteer = 0; // by NTP, as a part of the rate, from `steeredSince` on
    Nanoseconds steeredSince {};
    Nanoseconds jitter = 40ns; // of a reading
    std::mt19937_64 random { 7 };

    std::uint64_t counterAt(Nanoseconds time) const
    {
        const long double ticks = (long double)(time.count()) * hertz * (1 + ppm * 1e-6) / 1e9L;
        const std::uint64_t counter = start + static_cast<std::uint64_t>(ticks);
        return bits == 64 ? counter : counter & ((std::uint64_t(1) << bits) - 1);
    }
    Timestamp utcAt(Nanoseconds time) const
    {
        const double steered = utcSteer * double(std::max(time - steeredSince, 0ns).count());
        return Timestamp(utcStart + time + utcSet + Nanoseconds(static_cast<std::int64_t>(steered)));
    }
    CounterReading read(Nanoseconds time)
    {
        std::uniform_real_distribution<double> error(-0.5, 0.5);
        const bool disturbed = random() % 10 == 0;
        const Nanoseconds span = disturbed ? 50us : jitter;
        const auto off = Nanoseconds(static_cast<std::int64_t>(double(span.count()) * error(random)));
        return { .counter = counterAt(time), .raw = time + off, .utc = utcAt(time + off), .span = span };
    }
};

void runFor(CounterClock& clock, Simulated& simulated, Nanoseconds from, Nanoseconds to)
{
    for (Nanoseconds time = from; time <= to; time += CounterClock::interval)
        clock.calibrate(simulated.read(time));
}

// As the port does: two readings 20 ms apart, then one every interval.
CounterClock started(Simulated& simulated, Nanoseconds until, unsigned bits = 64)
{
    CounterClock clock(bits);
    clock.calibrate(simulated.read(0ms));
    runFor(clock, simulated, 20ms, until);
    return clock;
}

Nanoseconds errorAt(const CounterClock& clock, const Simulated& simulated, Nanoseconds time)
{
    return std::chrono::abs(clock.toUtc(simulated.counterAt(time)) - simulated.utcAt(time));
}

std::uint64_t valueOf(const PollGaps& gaps, const char* name)
{
    for (const CaptureCounter& counter : gaps.counters())
        if (std::strcmp(counter.name, name) == 0)
            return counter.value;
    return ~0ull;
}

}

class TestCounterClock : public QObject {
    Q_OBJECT
private slots:
    void aCounterOfAnyRateIsFollowedToTensOfNanoseconds_data();
    void aCounterOfAnyRateIsFollowedToTensOfNanoseconds();
    void noCalibrationStepsIntoTheTimeBetweenTwoPackets();
    void aCounterThatDriftsIsFollowed();
    void aClockThatIsSetIsCountedAndLeavesSteadyTimeAlone();
    void aClockThatIsSteeredIsFollowedAndIsNoStep();
    void aCounterThatJumpsIsCountedAndTheClockGoesOn();
    void theProcessorsCounterAgreesWithTheKernel();
    void deviceTimesComeOutWithinTheirUncertainty_data();
    void deviceTimesComeOutWithinTheirUncertainty();
    void deviceTimesThatCannotBeAreRefused();
    void pollGapsAreCountedByTheirLength();
    void theLongestGapOfTheLastSecondIsForgottenAfterTheNext();
    void theLongestGapIsTakenOnceToTheNanosecond();
};

void TestCounterClock::aCounterOfAnyRateIsFollowedToTensOfNanoseconds_data()
{
    QTest::addColumn<double>("hertz");
    QTest::addColumn<double>("ppm");
    QTest::addColumn<int>("bits");
    QTest::newRow("2.45 GHz") << 2.45e9 << 0.0 << 64;
    QTest::newRow("1.9 ms per second off") << 2.45e9 << 1900.0 << 64;
    QTest::newRow("nanoseconds") << 1e9 << 0.0 << 64;
    QTest::newRow("25 MHz, 40 bits") << 25e6 << -80.0 << 40;
    QTest::newRow("1 GHz, 32 bits: wraps every 4.3 s") << 1e9 << 30.0 << 32;
}

void TestCounterClock::aCounterOfAnyRateIsFollowedToTensOfNanoseconds()
{
    QFETCH(double, hertz);
    QFETCH(double, ppm);
    QFETCH(int, bits);
    Simulated simulated { .hertz = hertz, .ppm = ppm, .bits = unsigned(bits) };
    CounterClock clock = started(simulated, 30s, unsigned(bits));
    const auto tick = Nanoseconds(static_cast<std::int64_t>(1e9 / hertz));
    for (Nanoseconds time = 30s; time < 60s; time += CounterClock::interval) {
        for (Nanoseconds later = 1ms; later < CounterClock::interval; later += 11ms) {
            const Nanoseconds error = errorAt(clock, simulated, time + later);
            QVERIFY2(error <= 50ns + tick, qPrintable(QString::number(error.count())));
        }
        clock.calibrate(simulated.read(time + CounterClock::interval));
    }
    QCOMPARE(clock.clockSteps(), std::uint64_t(0));
    QCOMPARE(clock.counterJumps(), std::uint64_t(0));
}

// Two packets 20 ms apart, with a calibration anywhere between them, even a disturbed one: what is added is less than
// 4 us at the beginning and less than the noise of a reading in the long run.
void TestCounterClock::noCalibrationStepsIntoTheTimeBetweenTwoPackets()
{
    Simulated simulated;
    CounterClock clock = started(simulated, 20ms);
    for (Nanoseconds time = 20ms; time < 40s; time += CounterClock::interval) {
        const Nanoseconds before = clock.steady(simulated.counterAt(time + 115ms));
        clock.calibrate(simulated.read(time + CounterClock::interval));
        const Nanoseconds after = clock.steady(simulated.counterAt(time + 135ms));
        const Nanoseconds error = std::chrono::abs(after - before - 20ms);
        QVERIFY2(error <= (time < 10s ? 4us : 40ns), qPrintable(QString::number(error.count())));
    }
}

// A quartz that warms up: 2 ppm in a minute.
void TestCounterClock::aCounterThatDriftsIsFollowed()
{
    Simulated simulated;
    CounterClock clock = started(simulated, 10s);
    std::uint64_t counter = simulated.counterAt(10s);
    Nanoseconds time = 10s;
    for (int i = 0; i < 480; ++i) {
        time += CounterClock::interval;
        const double rate = simulated.hertz * (1 + 2e-6 * i / 480);
        counter += static_cast<std::uint64_t>(rate * 0.125);
        clock.calibrate({ counter, time, simulated.utcAt(time), 40ns });
        const Nanoseconds error = std::chrono::abs(clock.toUtc(counter) - simulated.utcAt(time));
        QVERIFY2(error < 2us, qPrintable(QString::number(error.count())));
    }
}

void TestCounterClock::aClockThatIsSetIsCountedAndLeavesSteadyTimeAlone()
{
    for (const Nanoseconds by : { Nanoseconds(5s), Nanoseconds(-3600s), Nanoseconds(2ms) }) {
        Simulated simulated;
        CounterClock clock = started(simulated, 10s);
        const Nanoseconds before = clock.steady(simulated.counterAt(10'100ms));
        simulated.utcSet = by;
        runFor(clock, simulated, 10'125ms, 15s);
        const Nanoseconds after = clock.steady(simulated.counterAt(15'100ms));
        QCOMPARE(clock.clockSteps(), std::uint64_t(1));
        QVERIFY(std::chrono::abs(after - before - 5s) < 200ns);
        QVERIFY(errorAt(clock, simulated, 15'100ms) < 60us); // what the reading at the step was off by remains
    }
}

// adjtimex(2) at its fastest, for a minute: 30 ms in all.
void TestCounterClock::aClockThatIsSteeredIsFollowedAndIsNoStep()
{
    Simulated simulated;
    CounterClock clock = started(simulated, 10s);
    simulated.utcSteer = 500e-6;
    simulated.steeredSince = 10s;
    runFor(clock, simulated, 10'125ms, 70s);
    QCOMPARE(clock.clockSteps(), std::uint64_t(0));
    QVERIFY2(
        errorAt(clock, simulated, 70s) < 50us, qPrintable(QString::number(errorAt(clock, simulated, 70s).count())));
}

// A virtual machine that was moved.
void TestCounterClock::aCounterThatJumpsIsCountedAndTheClockGoesOn()
{
    Simulated simulated;
    CounterClock clock = started(simulated, 10s);
    simulated.start += 4'000'000'000'000;
    runFor(clock, simulated, 10'125ms, 20s);
    QCOMPARE(clock.counterJumps(), std::uint64_t(1));
    QCOMPARE(clock.clockSteps(), std::uint64_t(0));
    QVERIFY(errorAt(clock, simulated, 20s) < 1us);
}

void TestCounterClock::theProcessorsCounterAgreesWithTheKernel()
{
    const CycleCounter counter;
    CounterClock clock;
    for (int i = 0; i < 10; ++i) {
        clock.calibrate(counter.read());
        std::this_thread::sleep_for(10ms);
    }
    const auto before = std::chrono::system_clock::now();
    const Timestamp now = clock.toUtc(counter.now());
    const auto after = std::chrono::system_clock::now();
    QVERIFY(now > before - 100us);
    QVERIFY(now < after + 100us);
    QCOMPARE(clock.counterJumps(), std::uint64_t(0));
}

void TestCounterClock::deviceTimesComeOutWithinTheirUncertainty_data()
{
    QTest::addColumn<double>("hertz");
    QTest::addColumn<double>("ppm");
    QTest::addColumn<int>("bits");
    QTest::newRow("nanoseconds") << 1e9 << 17.0 << 64;
    QTest::newRow("cycles of 156.25 MHz") << 156.25e6 << -50.0 << 64;
    QTest::newRow("32 bits of nanoseconds") << 1e9 << 5.0 << 32;
}

// Over PCIe: a reading takes 1.2 us, and the card's answer may belong to any moment of it; some take far longer.
void TestCounterClock::deviceTimesComeOutWithinTheirUncertainty()
{
    QFETCH(double, hertz);
    QFETCH(double, ppm);
    QFETCH(int, bits);
    Simulated device { .hertz = hertz, .ppm = ppm, .start = 99, .bits = unsigned(bits) };
    DeviceTimes times { unsigned(bits) };
    std::uniform_real_distribution<double> any(0, 1);
    for (Nanoseconds time = 1s; time < 40s; time += CounterClock::interval) {
        const Nanoseconds span = device.random() % 8 == 0 ? 30us : 1200ns;
        const auto moment = Nanoseconds(static_cast<std::int64_t>(double(span.count()) * any(device.random)));
        times.calibrate(device.counterAt(time + moment), time, time + span);
        if (time < 10s)
            continue;
        for (const Nanoseconds arrived : { time + 3ms, time + 60ms, time + 120ms }) {
            const auto mapped = times.map(device.counterAt(arrived), arrived + 10us);
            QVERIFY(mapped);
            const Nanoseconds error = std::chrono::abs(mapped->steady - arrived);
            QVERIFY2(error <= mapped->uncertainty, qPrintable(QString::number(error.count())));
            QVERIFY(error < 600ns);
            QVERIFY(mapped->uncertainty < 20us);
        }
    }
}

void TestCounterClock::deviceTimesThatCannotBeAreRefused()
{
    Simulated device { .hertz = 1e9, .start = 5'000'000'000'000 };
    DeviceTimes times;
    QVERIFY(!times.map(device.counterAt(1s), 1s)); // not calibrated
    for (Nanoseconds time = 1s; time < 10s; time += CounterClock::interval)
        times.calibrate(device.counterAt(time + 500ns), time, time + 1us);
    QVERIFY(times.map(device.counterAt(10s), 10s + 1us));
    QVERIFY(!times.map(0, 10s)); // some cards' word for "none"
    QVERIFY(!times.map(device.counterAt(11s), 10s)); // later than the poll
    QVERIFY(!times.map(device.counterAt(8s), 10s)); // no port holds a frame for so long
}

void TestCounterClock::pollGapsAreCountedByTheirLength()
{
    PollGaps gaps;
    for (const Nanoseconds gap : { 1us, 63us, 64us, 127us, 128us, 1023us, 1024us, 20'000us, 900'000us })
        gaps.add(gap, 10s);
    QCOMPARE(valueOf(gaps, "poll_gap_longest_us"), std::uint64_t(900'000));
    QCOMPARE(valueOf(gaps, "poll_gaps_over_64us"), std::uint64_t(7));
    QCOMPARE(valueOf(gaps, "poll_gaps_over_128us"), std::uint64_t(5));
    QCOMPARE(valueOf(gaps, "poll_gaps_over_512us"), std::uint64_t(4));
    QCOMPARE(valueOf(gaps, "poll_gaps_over_1ms"), std::uint64_t(3));
    QCOMPARE(valueOf(gaps, "poll_gaps_over_16ms"), std::uint64_t(2));
    QCOMPARE(valueOf(gaps, "poll_gaps_over_65ms"), std::uint64_t(1));
}

void TestCounterClock::theLongestGapOfTheLastSecondIsForgottenAfterTheNext()
{
    PollGaps gaps;
    gaps.add(1us, 10s); // seconds begin with the first poll
    gaps.add(30ms, 10'500ms);
    gaps.add(2ms, 11'001ms);
    QCOMPARE(valueOf(gaps, "poll_gap_last_second_us"), std::uint64_t(30'000));
    gaps.add(5ms, 11'500ms);
    gaps.add(1us, 12'002ms);
    QCOMPARE(valueOf(gaps, "poll_gap_last_second_us"), std::uint64_t(5'000));
    QCOMPARE(valueOf(gaps, "poll_gap_longest_us"), std::uint64_t(30'000));
}

void TestCounterClock::theLongestGapIsTakenOnceToTheNanosecond()
{
    PollGaps gaps;
    QCOMPARE(gaps.takeLongest(), Nanoseconds(0));
    gaps.add(2ms, 10s);
    gaps.add(57ms + 1ns, 11'500ms); // another second of the counters
    gaps.add(3ms, 13s);
    QCOMPARE(gaps.takeLongest(), Nanoseconds(57ms + 1ns));
    QCOMPARE(gaps.takeLongest(), Nanoseconds(0));
    gaps.add(4ms, 14s);
    QCOMPARE(gaps.takeLongest(), Nanoseconds(4ms));
    QCOMPARE(valueOf(gaps, "poll_gap_longest_us"), std::uint64_t(57'000)); // the counters keep theirs
}

QTEST_APPLESS_MAIN(TestCounterClock)
#include "tst_counter_clock.moc"
