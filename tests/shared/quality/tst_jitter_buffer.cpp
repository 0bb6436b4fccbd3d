// Arrival patterns worked by hand: 20 ms packets, told by how late each is against the first.
#include <QTest>

#include "shared/quality/jitter_buffer.h"

#include <cmath>
#include <vector>

using namespace callmon;

namespace {

struct Receiver {
    JitterBufferRule rule;
    JitterBuffer buffer;
    JitterBuffer::Late late;
    std::uint64_t packets = 1; // the first, by which the others are measured
    float lastMs = 0;

    explicit Receiver(JitterBufferRule taken)
        : rule(taken)
    {
    }
    bool plays(float delayMs, float uncertaintyMs = 0, bool talkspurt = false)
    {
        const float strayed = delayMs - lastMs;
        lastMs = delayMs;
        ++packets;
        return buffer.takes(strayed, rule) || buffer.judge(packets, uncertaintyMs, talkspurt, rule, late);
    }
    std::vector<float> discardedOf(const std::vector<float>& delays)
    {
        std::vector<float> discarded;
        for (const float delay : delays)
            if (!plays(delay))
                discarded.push_back(delay);
        return discarded;
    }
};

const JitterBufferRule fixed60 = JitterBufferRule::fixed(Milliseconds(60));

}

class JitterBufferTest : public QObject {
    Q_OBJECT

private slots:
    void aFixedBufferPlaysWhatComesWithinItsDelay()
    {
        Receiver receiver(fixed60);
        QCOMPARE(receiver.discardedOf({ 0, 60, 61, -20, 59, 100, 0 }), (std::vector<float> { 61, 100 }));
        QCOMPARE(receiver.buffer.lineMs(fixed60, receiver.late), 60.0);
    }

    // Ramjee et al., algorithm 1, after delays of 0, 10 and 0 ms: mean 0 -> 0.01998 -> 0.01998 * 0.998002 = 0.0199401,
    // deviation 0 -> 0.001998 * 9.98002 = 0.0199401 -> 0.0199401 + 0.001998 * (0.0199401 - 0.0199401) = 0.0199401.
    void theAdaptiveLineIsThePapers()
    {
        const JitterBufferRule bare { JitterBufferKind::Adaptive, 0, 200 };
        JitterBuffer buffer;
        JitterBuffer::Late late;
        buffer.takes(0, bare);
        QVERIFY(!buffer.takes(10, bare)); // nothing was learnt that it could wait for
        QVERIFY(buffer.judge(3, 10, false, bare, late)); // the arrival may have been as early as in time
        buffer.takes(-10, bare);
        QVERIFY(std::fabs(buffer.depthMs(bare) - 4 * 0.0199401F) < 1e-5F);
        QVERIFY(std::fabs(buffer.lineMs(bare, late) - 5 * 0.0199401) < 1e-5);
    }

    // Every second packet 100 ms late: the mean goes to 50 and the deviation to 50, so that the line reaches 100 when
    // they are half of that; a fixed buffer never learns, but plays what is late in a row after 16 of them.
    void anAdaptiveBufferLearnsWhatAFixedOneDoesNot()
    {
        std::vector<float> delays;
        for (int i = 0; i < 1500; ++i)
            delays.push_back(i % 2 == 0 ? 100 : 0);
        Receiver fixed(fixed60);
        QCOMPARE(fixed.discardedOf(delays).size(), 750u);
        Receiver adaptive(JitterBufferRule::adaptive(adaptiveJitterBuffer));
        const std::size_t first = adaptive.discardedOf(delays).size();
        QVERIFY2(first > 100 && first < 200, qPrintable(QString::number(first)));
        QCOMPARE(adaptive.discardedOf(delays).size(), 0u);
        QVERIFY(adaptive.buffer.depthMs(adaptive.rule) > 100);
    }

    void theAdaptiveBufferKeepsToItsLeastAndMost()
    {
        Receiver receiver(JitterBufferRule::adaptive(Milliseconds(40)));
        QCOMPARE(receiver.discardedOf({ 0, 40, 41.5F }), (std::vector<float> { 41.5F }));
        for (int i = 0; i < 20'000; ++i)
            receiver.plays(i % 2 == 0 ? 400 : 0); // 4 * 200 ms
        QCOMPARE(receiver.buffer.depthMs(receiver.rule), 200.F);
    }

    // Ten packets held for 200 ms come at once: 200, 180... 20 ms late, those above 60 too late.
    void aStallCostsWhatItHeldTooLongAndMovesNothing()
    {
        Receiver receiver(fixed60);
        std::vector<float> stall;
        for (int i = 0; i < 10; ++i)
            stall.push_back(static_cast<float>(200 - 20 * i));
        QCOMPARE(receiver.discardedOf(stall).size(), 7u);
        for (int i = 0; i < 50; ++i) // one of a second: 1000, 980... 20
            receiver.plays(static_cast<float>(1000 - 20 * i));
        QCOMPARE(receiver.buffer.lineMs(fixed60, receiver.late), 60.0);
    }

    // The way became 100 ms longer: 15 packets are too late, the 16th is what the buffer begins anew with.
    void aLongerWayIsFollowedAfterSixteenPackets()
    {
        Receiver receiver(fixed60);
        QCOMPARE(receiver.discardedOf(std::vector<float>(100, 100.F)).size(), 15u);
        QCOMPARE(receiver.buffer.lineMs(fixed60, receiver.late), 160.0);
        QVERIFY(receiver.plays(160) && !receiver.plays(161));
    }

    void packetsInTimeBetweenLateOnesKeepTheLine()
    {
        Receiver receiver(fixed60);
        for (int i = 0; i < 10; ++i) {
            QCOMPARE(receiver.discardedOf(std::vector<float>(15, 100.F)).size(), 15u);
            QVERIFY(receiver.plays(0));
        }
        QCOMPARE(receiver.buffer.lineMs(fixed60, receiver.late), 60.0);
    }

    void aLateTalkspurtIsPlayedLate()
    {
        Receiver receiver(fixed60);
        QVERIFY(receiver.plays(90, 0, true));
        QCOMPARE(receiver.buffer.lineMs(fixed60, receiver.late), 150.0);
    }

    // When it came is known to 5 ms: 64 may have been 59, 66 cannot have been 60.
    void whatTheProbeIsNotSureOfIsNotTooLate()
    {
        Receiver receiver(fixed60);
        QVERIFY(receiver.plays(64, 5) && !receiver.plays(66, 5));
    }

    void oneWrongTimestampMovesNothingAndAJumpDoes()
    {
        Receiver receiver(fixed60);
        QVERIFY(receiver.plays(-3000) && receiver.plays(0) && !receiver.plays(100));
        QCOMPARE(receiver.buffer.lineMs(fixed60, receiver.late), 60.0);
        QVERIFY(receiver.plays(-3000) && receiver.plays(-3000) && receiver.plays(-2940) && !receiver.plays(-2939));
        QCOMPARE(receiver.buffer.lineMs(fixed60, receiver.late), -2940.0);
    }
};

QTEST_APPLESS_MAIN(JitterBufferTest)
#include "tst_jitter_buffer.moc"
