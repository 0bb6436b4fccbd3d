// The same packets by the engine's statistics and by the sound of what it recorded: what the record calls discarded is
// what is not heard, packet for packet; and for a fixed buffer both are what the drawn delays say.
#include "engine/media/rtp_stream.h"
#include "shared/codecs/recorded_stream.h"
#include "tests/shared/codecs/recorded_media.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace callmon;
using namespace callmon::test;

namespace {

struct Trace {
    std::vector<TestPacket> packets; // in order of arrival
    std::uint64_t later = 0; // than 60 ms after the first was due, as drawn
};

// 60 s of 20 ms packets: delays around 15 ms, now and then one up to 160 ms, one in fifty lost. With talkspurts a pause
// every three seconds, after which the marker is set and the way may be longer: the buffer begins anew then.
// With a step the way becomes longer by 90 ms in the middle, and 40 ms shorter again. Of a call that is answered at
// packet 1500 the timestamps fall behind by 150 ms there: an announcement ends, and somebody else's clock begins; and
// clocks stand still in pauses.
constexpr std::int64_t answerMs = 20 * 1500;
Trace trace(bool talkspurts, bool lateTalkspurts, bool step, bool answered, unsigned seed)
{
    std::mt19937 random(seed);
    const auto below = [&](unsigned limit) { return static_cast<std::int64_t>(random() % limit); };
    Trace trace;
    std::int64_t paused = 0; // ms
    std::int64_t later = 0; // the way of this talkspurt, ms
    for (std::uint16_t i = 0; i < 3000; ++i) {
        const bool begins = talkspurts && i > 0 && i % 150 == 0;
        paused += begins ? 600 : 0;
        if (begins && lateTalkspurts)
            later = below(150);
        const std::int64_t way = !step || i < 1000 ? 0 : i < 2000 ? 90 : 50;
        const std::int64_t delay = way + later + (i == 0 || begins ? 0 : below(20) == 0 ? below(160) : below(30));
        if (i > 0 && below(50) == 0 && !begins)
            continue;
        const std::int64_t sent = 20 * i + paused;
        const std::int64_t stoodStill = answered ? paused : 0;
        const std::int64_t stamp = 8 * (sent - stoodStill - (answered && i >= 1500 ? 150 : 0)) + 10'000;
        TestPacket packet { sent + delay, i, static_cast<std::uint32_t>(stamp), std::vector<std::byte>(160) };
        packet.marker = begins;
        trace.packets.push_back(packet);
        trace.later += delay > 60 ? 1 : 0;
    }
    std::stable_sort(trace.packets.begin(), trace.packets.end(),
        [](const TestPacket& a, const TestPacket& b) { return a.arrivalMs < b.arrivalMs; });
    return trace;
}

}

class HeardPacketsTest : public QObject {
    Q_OBJECT

private slots:
    void whatTheRecordDiscardsIsNotHeard_data()
    {
        QTest::addColumn<bool>("fixed");
        QTest::addColumn<bool>("talkspurts");
        QTest::addColumn<bool>("step");
        QTest::addColumn<bool>("answered");
        QTest::addColumn<bool>("described");
        QTest::newRow("fixed") << true << false << false << false << false;
        QTest::newRow("fixed, talkspurts") << true << true << false << false << false;
        QTest::newRow("fixed, delay steps") << true << false << true << false << false;
        QTest::newRow("adaptive") << false << false << false << false << false;
        QTest::newRow("adaptive, talkspurts") << false << true << false << false << false;
        QTest::newRow("adaptive, delay steps") << false << false << true << false << false;
        QTest::newRow("fixed, answered") << true << false << false << true << false;
        QTest::newRow("adaptive, answered") << false << false << false << true << false;
        QTest::newRow("fixed, described") << true << false << false << true << true;
        QTest::newRow("adaptive, answered, clock stands still in pauses") << false << true << false << true << false;
    }

    void whatTheRecordDiscardsIsNotHeard()
    {
        QFETCH(bool, fixed);
        QFETCH(bool, talkspurts);
        QFETCH(bool, step);
        QFETCH(bool, answered);
        QFETCH(bool, described); // and no answer: where the announcement ends, the callee's first description came
        RtpRules rules;
        rules.buffer = fixed ? JitterBufferRule::fixed(Milliseconds(60)) : JitterBufferRule::adaptive(Milliseconds(40));
        const PayloadMeaning pcma { 8, PayloadKind::Media, 1, { 8000 } };
        for (unsigned seed = 1; seed <= 5; ++seed) {
            const Trace trace = ::trace(talkspurts, !fixed, step, answered, seed);
            RtpStream stream;
            RtpRun run;
            const Timestamp answeredAt = testStart + std::chrono::milliseconds(answerMs);
            bool isAnswered = false;
            std::map<std::uint16_t, double> lines; // by the record's buffer, against those of the first packet
            for (const TestPacket& packet : trace.packets) {
                if (answered && packet.arrivalMs >= answerMs && !std::exchange(isAnswered, true))
                    stream.beginTimestampSegment(run); // as its lane does
                RtpHeader header;
                header.payloadType = packet.payloadType;
                header.marker = packet.marker;
                header.sequence = packet.sequence;
                header.sent = { packet.ticks };
                stream.add(
                    run, { testStart + std::chrono::milliseconds(packet.arrivalMs), {}, 200 }, header, pcma, rules);
                stream.settle(run);
                lines[packet.sequence] = stream.playedAfter(rules.buffer).count();
            }
            StreamMedia media = streamOf(trace.packets);
            media.stream.jitterBuffer = rules.buffer.kind;
            media.stream.jitterBufferDelay = Milliseconds(rules.buffer.leastMs);
            const TestPacket& first = trace.packets.front();
            std::vector<double> delays; // in the buffer and on the way, against those of the first packet
            double apart = 0; // from the line by which the record judges, at most
            if (described)
                media.stream.describedAt = answeredAt;
            else if (answered)
                media.facts.answeredAt = answeredAt;
            const RecordedStream recorded { media.stream, { media.bytes }, {}, media.facts };
            const PacketsRead heard =
                readPackets(recorded, Timestamp::max(), Hearing::AsHeard, [&](const OrderedPacket& packet, bool) {
                    const Milliseconds played =
                        packet.playedAt.value() - (testStart + std::chrono::milliseconds(first.arrivalMs));
                    delays.push_back(played.count() - (packet.rtp.sent.count - first.ticks) / 8.0);
                    apart = std::max(apart, std::abs(delays.back() - lines[packet.rtp.sequence]));
                });
            QVERIFY(stream.discarded() > 20);
            QCOMPARE(heard.discarded, stream.discarded());
            QVERIFY2(apart < 0.001, qPrintable(QString::number(apart)));
            if (fixed && !step && !answered) {
                QCOMPARE(stream.discarded(), trace.later);
                for (const double delay : delays)
                    QCOMPARE(delay, 60.0);
            }
        }
    }
};

QTEST_GUILESS_MAIN(HeardPacketsTest)
#include "tst_heard_packets.moc"
