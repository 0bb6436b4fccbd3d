// The same packets by the engine's statistics and by the sound of what it recorded: what the record calls discarded is
// what is not heard, packet for packet; and for a fixed buffer both are what the drawn delays say.
#include "engine/media/rtp_stream.h"
#include "shared/codecs/recorded_stream.h"
#include "tests/shared/codecs/recorded_media.h"

#include <QTest>

#include <algorithm>
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
Trace trace(bool talkspurts, bool lateTalkspurts, unsigned seed)
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
        const std::int64_t delay = later + (i == 0 || begins ? 0 : below(20) == 0 ? below(160) : below(30));
        if (i > 0 && below(50) == 0 && !begins)
            continue;
        const std::int64_t sent = 20 * i + paused;
        TestPacket packet { sent + delay, i, static_cast<std::uint32_t>(8 * sent), std::vector<std::byte>(160) };
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
        QTest::newRow("fixed") << true << false;
        QTest::newRow("fixed, talkspurts") << true << true;
        QTest::newRow("adaptive") << false << false;
        QTest::newRow("adaptive, talkspurts") << false << true;
    }

    void whatTheRecordDiscardsIsNotHeard()
    {
        QFETCH(bool, fixed);
        QFETCH(bool, talkspurts);
        RtpRules rules;
        rules.buffer = fixed ? JitterBufferRule::fixed(Milliseconds(60)) : JitterBufferRule::adaptive(Milliseconds(40));
        const PayloadMeaning pcma { 8, PayloadKind::Media, 1, { 8000 } };
        for (unsigned seed = 1; seed <= 5; ++seed) {
            const Trace trace = ::trace(talkspurts, !fixed, seed);
            RtpStream stream;
            for (const TestPacket& packet : trace.packets) {
                RtpHeader header;
                header.payloadType = packet.payloadType;
                header.marker = packet.marker;
                header.sequence = packet.sequence;
                header.sent = { packet.ticks };
                stream.add({ testStart + std::chrono::milliseconds(packet.arrivalMs), {}, 200 }, header, pcma, rules);
            }
            StreamMedia media = streamOf(trace.packets);
            media.stream.jitterBuffer = rules.buffer.kind;
            media.stream.jitterBufferDelay = Milliseconds(rules.buffer.leastMs);
            const PacketsRead heard = readPackets({ media.stream, { media.bytes } }, Timestamp::max(), Hearing::AsHeard,
                [](const OrderedPacket&, bool) {});
            QVERIFY(stream.discarded() > 20);
            QCOMPARE(heard.discarded, stream.discarded());
            if (fixed) {
                QCOMPARE(stream.discarded(), trace.later);
                QCOMPARE(heard.delay.count(), 60.0);
            }
        }
    }
};

QTEST_GUILESS_MAIN(HeardPacketsTest)
#include "tst_heard_packets.moc"
