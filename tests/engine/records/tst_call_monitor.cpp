// What comes out at the sink: live reports, seconds, streams, media.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/records/call_monitor.h"
#include "tests/engine/tracking/sip_script.h"
#include "tests/replay/collecting_sink.h"

#include <algorithm>
#include <cmath>

using namespace callmon;

namespace {

const Endpoint callerMedia = scriptHost('A', 10000);
const Endpoint calleeMedia = scriptHost('B', 20000);
const QString answered = "0 A>B INVITE 1 sdp=sendrecv\n10 B>A 200 1 sdp=sendrecv\n20 A>B ACK 1\n";

TrackerOptions smallOptions()
{
    TrackerOptions options;
    options.maxCalls = 64;
    options.maxStreams = 256;
    options.maxMediaAddresses = 256;
    return options;
}

std::unique_ptr<CollectingSink> run(
    const TestTraffic& traffic, std::size_t chunks = 1000, const TrackerOptions& options = smallOptions())
{
    auto sink = std::make_unique<CollectingSink>();
    sink->chunksLeft = chunks;
    CallMonitor monitor(options, *sink);
    monitor.process(traffic.datagrams());
    monitor.finish();
    return sink;
}

// From 100 ms on, in packets small enough that a chunk holds a second of them.
void talkBriefly(TestTraffic& traffic, int count)
{
    for (int i = 0; i < count; ++i) {
        traffic.rtp(100 + 20 * i, callerMedia, calleeMedia,
            { 8, static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(160 * i), 1, false }, 20);
    }
}

bool near(double a, double b, double tolerance = 1e-6)
{
    return std::abs(a - b) < tolerance;
}

}

class CallMonitorTest : public QObject {
    Q_OBJECT

private slots:
    void everySecondOfAStreamIsAPoint();
    void lossShowsInItsSecondAndInTheMos();
    void whatComesTooLateCostsWhatLossCosts();
    void mediaBeforeTheAnswerIsEarly();
    void keysAreCountedMaskedOrKept();
    void gapsShowAsEmptySecondsAndThenNoMore();
    void minimumIsOfTenSeconds();
    void shortStreamHasAMinimumToo();
    void codecWithoutPublishedFiguresHasNoMos();
    void streamRecordHoldsItsFigures();
    void mediaIsKeptPacketByPacket();
    void chunksAreHandedOverWithinASecond();
    void chunksAreFilledAcrossSeconds();
    void chunkOfASilentStreamIsHandedOverWhenItIsASecondOld();
    void mediaWithoutRoomIsCounted();
    void mediaThatNobodyWantedAreNotMissing();
    void callIsReportedOnChangeAndEveryMinute();
    void wholeSecondsAreAnnouncedOnce();
    void endedCallComesAfterItsStreams();
    void clockThatStepsBackGoesOnGivingSeconds();
    void whatTheProbeLostIsNotTheNetworks();
    void whatTheProbeLostAndTheNextSecondShowsIsNotTheNetworksEither();
    void pollGapDelaysTheCallsThatWereOn();
    void silenceOfOneStreamShowsWhileAnotherTalks();
    void audioOfOnePartyAndMediaAfterTheByeAreSaid();
};

void CallMonitorTest::audioOfOnePartyAndMediaAfterTheByeAreSaid()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 71, callerMedia, calleeMedia, 1); // to 1,500 ms
    traffic.script("1510 A>B BYE 2\n1515 B>A 200 2:BYE");
    traffic.talk(1520, 30, callerMedia, calleeMedia, 1, 71); // to 2,100 ms
    traffic.script("3000 A>B INVITE 1 id=call-2 branch=2 sdp=sendrecv\n3010 B>A 200 1 id=call-2 branch=2\n"
                   "3020 A>B BYE 2 id=call-2 branch=3");
    traffic.script("4000 A>B INVITE 1 id=call-3 branch=4\n4010 B>A 486 1 id=call-3 branch=4");
    const auto sink = run(traffic);
    QCOMPARE(sink->call("call-1")->mediaAfterAnswer, MediaAfterAnswer::CallerOnly);
    QVERIFY(sink->call("call-1")->mediaAfterEnd);
    QVERIFY(near(sink->call("call-1")->mediaAfterEnd->count(), 590));
    QCOMPARE(sink->call("call-2")->mediaAfterAnswer, MediaAfterAnswer::None);
    QVERIFY(!sink->call("call-2")->mediaAfterEnd);
    QCOMPARE(sink->call("call-3")->mediaAfterAnswer, MediaAfterAnswer::Unknown);
}

void CallMonitorTest::everySecondOfAStreamIsAPoint()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(130, 175, callerMedia, calleeMedia, 1); // 3.5 s
    const auto sink = run(traffic);
    const auto& points = sink->points.begin()->second;
    QCOMPARE(points.size(), std::size_t { 4 });
    for (std::size_t i = 0; i < 4; ++i) {
        QCOMPARE(points[i].at, scriptTime(130 + 1000.0 * static_cast<double>(i)));
        QCOMPARE(points[i].packets, i < 3 ? 50u : 25u);
        QCOMPARE(points[i].lost, 0u);
        QVERIFY(near(points[i].deltaMaxMs, 20, 1e-3));
    }
    QCOMPARE(sink->call("call-1")->streamCount, 1u);
}

// MOS of G.711 with concealment at Id 0 is 4.409; delay takes a little. By G.107 7-29, second 1: 5 of 50 in one run,
// BurstR 5 * 0.9, Ie_eff 95 * 10 / (10 / 4.5 + 25.1) = 34.770, Id 0.024 * (20 + 40 + 10 / 2) = 1.56: R 56.870,
// MOS 2.937.
void CallMonitorTest::lossShowsInItsSecondAndInTheMos()
{
    TestTraffic traffic;
    traffic.script(answered);
    for (int i = 0; i < 150; ++i) {
        if (i >= 60 && i < 65)
            continue; // 5 of the second second's 50
        traffic.rtp(100 + 20 * i, callerMedia, calleeMedia,
            { 8, static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(160 * i), 1, false });
    }
    const auto sink = run(traffic);
    const auto& points = sink->points.begin()->second;
    QCOMPARE(points.size(), std::size_t { 3 });
    QCOMPARE(points[0].lost, 0u);
    QCOMPARE(points[1].lost, 5u);
    QCOMPARE(points[1].packets, 45u);
    QCOMPARE(points[2].lost, 0u);
    QVERIFY(points[0].mos < 4.409F && points[0].mos > 4.35F);
    QVERIFY(std::abs(points[1].mos - 2.937F) < 0.001F);
    QVERIFY(near(points[2].mos, points[0].mos));
    const StreamRecord& stream = sink->streams.begin()->second;
    QCOMPARE(stream.lost, 5u);
    QCOMPARE(stream.lossRuns, 1u);
    QVERIFY(near(*stream.burstRatio, 5 * 145.0 / 150));
    QVERIFY(near(*stream.burstDensityPercent, 100) && near(*stream.gapDensityPercent, 0));
    QVERIFY(near(stream.burstDuration->count(), 100) && near(stream.gapDuration->count(), 145 * 20 / 2.0));
    QVERIFY(near(stream.oneWayDelay->count(), 65) && stream.delaySource == DelaySource::Signalling);
    QVERIFY(near(mosOfR(93.2) - *stream.mosLostToCodec - *stream.mosLostToLoss - *stream.mosLostToBursts
            - *stream.mosLostToDelay,
        mosOfR(*stream.rFactor)));
    QCOMPARE(stream.expected, 150u);
    QVERIFY(near(stream.lossPercent, 100.0 * 5 / 150));
    QVERIFY(near(*stream.mosMean, (2.0 * points[0].mos + points[1].mos) / 3));
    const CallRecord& call = *sink->call("call-1");
    QVERIFY(near(*call.mosMean, *stream.mosMean));
    QVERIFY(near(*call.mosMin, *stream.mosMin));
}

// The same five packets, 100 ms late for a buffer of 40: the second and its MOS are as if they had been lost.
void CallMonitorTest::whatComesTooLateCostsWhatLossCosts()
{
    TestTraffic traffic;
    traffic.script(answered);
    for (int i = 0; i < 150; ++i) {
        const int late = i >= 60 && i < 65 ? 100 : 0;
        traffic.rtp(100 + 20 * i + late, callerMedia, calleeMedia,
            { 8, static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(160 * i), 1, false });
    }
    const auto sink = run(traffic);
    const auto& points = sink->points.begin()->second;
    QCOMPARE(points.size(), std::size_t { 3 });
    QVERIFY(points[1].packets == 50 && points[1].lost == 0 && points[1].discarded == 5);
    QVERIFY(points[0].discarded == 0 && points[2].discarded == 0);
    QVERIFY2(std::abs(points[1].mos - 2.937F) < 0.001F, qPrintable(QString::number(points[1].mos)));
    const StreamRecord& stream = sink->streams.begin()->second;
    QVERIFY(stream.discarded == 5 && stream.lost == 0 && stream.lossRuns == 1);
    QVERIFY(stream.jitterBuffer == JitterBufferKind::Adaptive && stream.jitterBufferDelay->count() == 40);
    QVERIFY(near(*stream.burstRatio, 5 * 145.0 / 150));
    QVERIFY(near(*stream.mosLostToLoss, 0) && *stream.mosLostToDiscards > 0.1);
    QVERIFY(near(mosOfR(93.2) - *stream.mosLostToCodec - *stream.mosLostToDiscards - *stream.mosLostToBursts
            - *stream.mosLostToDelay,
        mosOfR(*stream.rFactor)));
}

// The callee announces from 100 ms on, and answers at 2,050: 98 packets came before that.
void CallMonitorTest::mediaBeforeTheAnswerIsEarly()
{
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv\n10 B>A 183 1 sdp=sendrecv\n");
    traffic.talk(100, 98, calleeMedia, callerMedia, 2);
    traffic.script("2050 B>A 200 1 sdp=sendrecv\n2051 A>B ACK 1\n");
    traffic.talk(100 + 98 * 20, 52, calleeMedia, callerMedia, 2, 98);
    const auto sink = run(traffic);
    const auto& points = sink->points.begin()->second;
    QCOMPARE(points.size(), std::size_t { 3 });
    QVERIFY(points[0].earlyMedia && points[1].earlyMedia && !points[2].earlyMedia);
    QVERIFY(points[0].bytes > 0 && points[0].bytes == points[1].bytes && !points[0].pausing);
    const StreamRecord& stream = sink->streams.begin()->second;
    QCOMPARE(stream.earlyPackets, 98u);
    QCOMPARE(stream.earlyLost, 0u);
}

// RFC 4733 2.3: 1, 2 and #, whose end is sent three times.
void CallMonitorTest::keysAreCountedMaskedOrKept()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 10, callerMedia, calleeMedia, 1);
    std::uint16_t number = 10;
    for (const char key : { '\1', '\2', '\13' }) {
        for (int copy = 0; copy < 3; ++copy, ++number) {
            const char sequence = static_cast<char>(number);
            const std::string packet { '\x80', 101, 0, sequence, 0, 1, key, 0, 0, 0, 0, 1, key, '\x8a', 3, 0x20 };
            traffic.add(scriptTime(100 + 20 * number), callerMedia, calleeMedia, packet);
        }
    }
    const std::pair<DigitsKept, std::string> rows[] { { DigitsKept::Count, "" }, { DigitsKept::Masked, "***" },
        { DigitsKept::Store, "12#" } };
    for (const auto& [kept, text] : rows) {
        TrackerOptions options = smallOptions();
        options.rtp.digits = kept;
        const StreamRecord stream = run(traffic, 1000, options)->streams.begin()->second;
        QCOMPARE(stream.dtmfDigits, 3u);
        QCOMPARE(stream.dtmf.str(), text);
    }
}

void CallMonitorTest::gapsShowAsEmptySecondsAndThenNoMore()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 50, callerMedia, calleeMedia, 1);
    traffic.talk(20'100, 50, callerMedia, calleeMedia, 1, 50); // 19 silent seconds between
    const auto sink = run(traffic);
    const auto& points = sink->points.begin()->second;
    QCOMPARE(points.size(), std::size_t { 7 });
    QCOMPARE(points[0].packets, 50u);
    for (std::size_t i = 1; i <= 5; ++i) {
        QCOMPARE(points[i].packets, 0u);
        QCOMPARE(points[i].mos, 0.0F);
        QCOMPARE(points[i].at, scriptTime(100 + 1000.0 * static_cast<double>(i)));
    }
    QCOMPARE(points[6].packets, 50u);
    QCOMPARE(points[6].at, scriptTime(20'100)); // on the grid of its first packet
}

void CallMonitorTest::minimumIsOfTenSeconds()
{
    TestTraffic traffic;
    traffic.script(answered);
    for (int i = 0; i < 50 * 40; ++i) {
        if (i >= 1000 && i < 1025)
            continue; // half of second 20
        traffic.rtp(100 + 20 * i, callerMedia, calleeMedia,
            { 8, static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(160 * i), 1, false });
    }
    const auto sink = run(traffic);
    const StreamRecord& stream = sink->streams.begin()->second;
    // The worst ten seconds lack 25 of 500 packets, in a row.
    EModelInputs inputs { *impairmentOf("PCMA"), 5, 25 * 0.95, {} };
    inputs.oneWayDelay = assumedOneWayDelay(Milliseconds(20), adaptiveJitterBuffer, stream.rtt);
    QVERIFY(near(*stream.mosMin, mosOfR(rFactor(inputs))));
    QVERIFY(*stream.mosMean > *stream.mosMin);
}

void CallMonitorTest::shortStreamHasAMinimumToo()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 3, callerMedia, calleeMedia, 1);
    const auto sink = run(traffic);
    const StreamRecord& stream = sink->streams.begin()->second;
    QVERIFY(stream.mosMin && stream.mosMean && near(*stream.mosMin, *stream.mosMean));
}

void CallMonitorTest::codecWithoutPublishedFiguresHasNoMos()
{
    TestTraffic traffic;
    traffic.script(answered);
    for (int i = 0; i < 60; ++i)
        traffic.rtp(100 + 20 * i, callerMedia, calleeMedia, { 96, static_cast<std::uint16_t>(i), 0, 1, false });
    const auto sink = run(traffic);
    const StreamRecord& stream = sink->streams.begin()->second;
    QVERIFY(!stream.mosMean && !stream.mosMin && !stream.rFactor && !stream.jitterMean);
    QVERIFY(stream.codec.empty());
    QCOMPARE(sink->points.begin()->second[0].mos, 0.0F);
    QVERIFY(!sink->call("call-1")->mosMean);
}

void CallMonitorTest::streamRecordHoldsItsFigures()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 101, calleeMedia, callerMedia, 0xabcdef01); // 2 s
    const auto sink = run(traffic);
    const StreamRecord& stream = sink->streams.begin()->second;
    QCOMPARE(stream.key.call, sink->call("call-1")->key);
    QCOMPARE(stream.direction, Party::Callee);
    QCOMPARE(stream.flow, (FlowKey { calleeMedia, callerMedia }));
    QCOMPARE(stream.ssrc.value, 0xabcdef01u);
    QCOMPARE(int { stream.payloadType }, 8);
    QVERIFY(stream.codec == std::string_view("PCMA"));
    QCOMPARE(stream.clockRate.value, 8000u);
    QCOMPARE(stream.packets, 101u);
    QCOMPARE(stream.bytes, 101u * 200);
    QVERIFY(near(stream.throughputBps, 8 * 101 * 200 / 2.0));
    QVERIFY(near(stream.rtt->count(), 10));
    QVERIFY(near(stream.deltaMean->count(), 20));
    QVERIFY(near(stream.sizeMeanBytes, 200));
    QVERIFY(near(stream.sizeStddevBytes, 0));
    QVERIFY(stream.rFactor && *stream.rFactor > 90 && *stream.rFactor < 93.2);
    QCOMPARE(stream.packetsStored, 101u);
}

void CallMonitorTest::mediaIsKeptPacketByPacket()
{
    TestTraffic traffic;
    traffic.script(answered);
    for (int i = 0; i < 300; ++i) {
        const Endpoint& from = i % 2 ? callerMedia : calleeMedia;
        const Endpoint& to = i % 2 ? calleeMedia : callerMedia;
        traffic.rtp(100 + 10 * i, from, to,
            { 8, static_cast<std::uint16_t>(i / 2), 0, static_cast<std::uint32_t>(i % 2), false },
            static_cast<std::size_t>(i));
    }
    const auto sink = run(traffic);
    QCOMPARE(sink->recorded.size(), std::size_t { 2 });
    std::size_t packet = 3; // behind the SIP
    for (auto& [key, bytes] : sink->recorded) {
        MediaReader reader(bytes);
        std::size_t at = packet++;
        int count = 0;
        while (const auto recorded = reader.next()) {
            const Datagram& sent = traffic.datagrams()[at];
            QCOMPARE(recorded->arrival, sent.arrival);
            QVERIFY(std::equal(
                recorded->datagram.begin(), recorded->datagram.end(), sent.payload.begin(), sent.payload.end()));
            QCOMPARE(recorded->wireSize, sent.wirePayloadSize);
            at += 2;
            ++count;
        }
        QVERIFY(!reader.damaged());
        QCOMPARE(count, 150);
    }
}

void CallMonitorTest::chunksAreHandedOverWithinASecond()
{
    TestTraffic traffic;
    traffic.script(answered);
    talkBriefly(traffic, 500);
    CollectingSink sink;
    CallMonitor monitor(smallOptions(), sink);
    monitor.process(traffic.datagrams());
    std::uint32_t handedOver = 0;
    for (const auto& chunk : sink.chunkSpans) {
        QVERIFY(chunk.packets <= 50);
        handedOver += chunk.packets;
    }
    QCOMPARE(handedOver, 450u);
    monitor.advance(scriptTime(100 + 10'000 + 100)); // silent now: the last chunk does not wait for a packet
    QCOMPARE(sink.chunkSpans.size(), std::size_t { 10 });
    monitor.finish();
}

void CallMonitorTest::mediaWithoutRoomIsCounted()
{
    TestTraffic traffic;
    traffic.script(answered);
    talkBriefly(traffic, 200);
    const auto sink = run(traffic, 2);
    const StreamRecord& stream = sink->streams.begin()->second;
    QCOMPARE(stream.packetsStored, 100u);
    QCOMPARE(stream.packetsNotStored, 100u);
    QCOMPARE(stream.packets, 200u); // lost to the record, not to the call
    QCOMPARE(sink->call("call-1")->mediaPacketsNotStored, 100u);
}

// A chunk holds 45 packets of G.711, nine tenths of a second.
void CallMonitorTest::chunksAreFilledAcrossSeconds()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 450, callerMedia, calleeMedia, 1);
    const auto sink = run(traffic);
    QCOMPARE(sink->chunkSpans.size(), std::size_t { 10 });
    for (const auto& chunk : sink->chunkSpans)
        QCOMPARE(chunk.packets, 45u);
}

void CallMonitorTest::chunkOfASilentStreamIsHandedOverWhenItIsASecondOld()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 70, callerMedia, calleeMedia, 1); // its second chunk begins at 1000, its third second at 2100
    CollectingSink sink;
    CallMonitor monitor(smallOptions(), sink);
    monitor.process(traffic.datagrams());
    monitor.advance(scriptTime(1990));
    QCOMPARE(sink.chunkSpans.size(), std::size_t { 1 });
    monitor.advance(scriptTime(2000));
    QCOMPARE(sink.chunkSpans.size(), std::size_t { 2 });
    QCOMPARE(sink.chunkSpans[1].packets, 25u);
    monitor.finish();
}

void CallMonitorTest::mediaThatNobodyWantedAreNotMissing()
{
    struct FiguresOnlySink : CollectingSink {
        bool keepsMedia() const override { return false; }
    } sink;
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 200, callerMedia, calleeMedia, 1);
    CallMonitor monitor(smallOptions(), sink);
    monitor.process(traffic.datagrams());
    monitor.finish();
    const StreamRecord& stream = sink.streams.begin()->second;
    QCOMPARE(stream.packets, 200u);
    QCOMPARE(stream.packetsStored, 0u);
    QCOMPARE(stream.packetsNotStored, 0u);
    QCOMPARE(sink.call("call-1")->mediaPacketsNotStored, 0u);
    for (const NamedCounter& counter : monitor.counters()) {
        if (counter.name == "media_packets_not_recorded")
            QCOMPARE(counter.value, 0u);
    }
}

void CallMonitorTest::callIsReportedOnChangeAndEveryMinute()
{
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv\n10 B>A 180 1\n20 B>A 200 1 sdp=sendrecv\n30 A>B ACK 1");
    CollectingSink sink;
    CallMonitor monitor(smallOptions(), sink);
    monitor.process(traffic.datagrams());
    QCOMPARE(sink.live.size(), std::size_t { 3 });
    QCOMPARE(sink.live[0].state, CallState::Trying);
    QCOMPARE(sink.live[1].state, CallState::Ringing);
    QCOMPARE(sink.live[2].state, CallState::Answered);
    for (int second = 1; second <= 185; ++second)
        monitor.advance(scriptTime(1000 * second));
    QCOMPARE(sink.live.size(), std::size_t { 6 });
    monitor.finish();
    QCOMPARE(sink.ended.size(), std::size_t { 1 });
}

void CallMonitorTest::wholeSecondsAreAnnouncedOnce()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 250, callerMedia, calleeMedia, 1);
    traffic.script("65000 A>B BYE 2");
    const auto sink = run(traffic);
    QCOMPARE(sink->seconds.size(), std::size_t { 65 });
    for (std::size_t i = 0; i < sink->seconds.size(); ++i)
        QCOMPARE(sink->seconds[i], scriptTime(1000.0 * static_cast<double>(i + 1)));
}

void CallMonitorTest::endedCallComesAfterItsStreams()
{
    struct OrderSink : CollectingSink {
        void stream(const StreamRecord& s) override
        {
            log += 's';
            CollectingSink::stream(s);
        }
        void quality(const QualityPoint& p) override
        {
            log += 'q';
            CollectingSink::quality(p);
        }
        void media(MediaChunk* chunk) override
        {
            log += 'm';
            CollectingSink::media(chunk);
        }
        void callEnded(const CallRecord& call) override
        {
            log += 'e';
            CollectingSink::callEnded(call);
        }
        std::string log;
    } sink;
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 5, callerMedia, calleeMedia, 1);
    traffic.script("300 A>B BYE 2");
    CallMonitor monitor(smallOptions(), sink);
    monitor.process(traffic.datagrams());
    monitor.advance(scriptTime(5400));
    QCOMPARE(sink.log, std::string("msqse")); // stream before its first point
    QCOMPARE(std::count(sink.log.begin(), sink.log.end(), 'q'), 1); // no empty seconds once the call is over
    QCOMPARE(std::count(sink.log.begin(), sink.log.end(), 'm'), 1);
    QCOMPARE(std::count(sink.log.begin(), sink.log.end(), 'e'), 1);
    QCOMPARE(monitor.liveCalls(), 0u);
}

void CallMonitorTest::clockThatStepsBackGoesOnGivingSeconds()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 100, callerMedia, calleeMedia, 1);
    const auto hourAgo = std::chrono::hours(1);
    for (int i = 0; i < 100; ++i) {
        traffic.rtp(2100 + 20 * i, callerMedia, calleeMedia,
            { 8, static_cast<std::uint16_t>(100 + i), static_cast<std::uint32_t>(160 * (100 + i)), 1, false });
        traffic.list().back().arrival -= hourAgo;
    }
    const auto sink = run(traffic);
    const auto& points = sink->points.begin()->second;
    std::uint32_t packets = 0;
    for (const QualityPoint& point : points) {
        QVERIFY(point.packets <= 51);
        packets += point.packets;
    }
    QCOMPARE(packets, 200u);
    QCOMPARE(sink->streams.begin()->second.packets, 200u);
}

// Second 2 lacks five packets that the probe dropped, second 4 five that never came; one of the five comes late.
void CallMonitorTest::whatTheProbeLostIsNotTheNetworks()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.script("30 A>B INVITE 1 id=call-2 branch=2\n35 B>A 486 1 id=call-2 branch=2");
    CollectingSink sink;
    CallMonitor monitor(smallOptions(), sink);
    monitor.process(traffic.datagrams());
    monitor.advance(scriptTime(90));
    TestTraffic media;
    for (int i = 0; i < 300; ++i) {
        const bool byProbe = i >= 70 && i < 75;
        const bool byNetwork = i >= 170 && i < 175;
        if (byProbe || byNetwork)
            continue;
        media.rtp(100 + 20 * i, callerMedia, calleeMedia,
            { 8, static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(160 * i), 1, false });
    }
    for (const Datagram& datagram : media.datagrams()) { // as a live port hands them on, with what was lost before
        const bool first = datagram.arrival == scriptTime(100 + 20 * 75);
        monitor.account({ first ? 9u : 0u, {} }, datagram.arrival);
        monitor.process(std::span(&datagram, 1));
        monitor.advance(datagram.arrival);
    }
    TestTraffic later; // after the loss
    later.script("6200 A>B INVITE 1 id=call-3 branch=3\n6300 B>A 486 1 id=call-3 branch=3");
    monitor.process(later.datagrams());
    monitor.advance(scriptTime(400'000));
    const auto& points = sink.points.begin()->second;
    QCOMPARE(points[1].lost, 0u);
    QCOMPARE(points[1].lostWithProbe, 5u);
    QCOMPARE(points[1].mos, 0.0F);
    QVERIFY(points[1].probeLost && !points[0].probeLost && !points[3].probeLost);
    QCOMPARE(points[3].lost, 5u);
    QCOMPARE(points[3].lostWithProbe, 0u);
    QVERIFY(points[3].mos > 1 && points[3].mos < points[0].mos);
    const StreamRecord& stream = sink.streams.begin()->second;
    QCOMPARE(stream.expected, 300u);
    QCOMPARE(stream.lost, 5u);
    QCOMPARE(stream.lostWithProbe, 5u);
    QCOMPARE(stream.lossRuns, 1u); // nobody knows whose the other is
    QVERIFY(near(stream.lossPercent, 100.0 * 5 / 300));
    QVERIFY(near(*stream.mosMean, (4.0 * points[0].mos + points[3].mos) / 5, 1e-3));
    EModelInputs inputs { *impairmentOf("PCMA"), 100.0 * 5 / 295, 5 * 290.0 / 295, {} };
    inputs.oneWayDelay = assumedOneWayDelay(Milliseconds(20), adaptiveJitterBuffer, stream.rtt);
    QVERIFY(near(*stream.rFactor, rFactor(inputs)));
    QCOMPARE(sink.call("call-1")->trust, CaptureTrust::Lossy);
    QCOMPARE(sink.call("call-1")->probeFramesLost, 9u);
    QCOMPARE(sink.call("call-2")->trust, CaptureTrust::Lossy); // was on, and whose frames they were nobody knows
    QCOMPARE(sink.call("call-3")->trust, CaptureTrust::Whole);
    QCOMPARE(sink.call("call-3")->probeFramesLost, 0u);
}

// The last five packets of second 1: that they are missing is seen by the first of second 2, when the loss is over.
void CallMonitorTest::whatTheProbeLostAndTheNextSecondShowsIsNotTheNetworksEither()
{
    TestTraffic traffic;
    traffic.script(answered);
    CollectingSink sink;
    CallMonitor monitor(smallOptions(), sink);
    monitor.process(traffic.datagrams());
    monitor.advance(scriptTime(90));
    for (int i = 0; i < 200; ++i) {
        if (i >= 45 && i < 50)
            continue;
        const Timestamp arrival = scriptTime(100 + 20 * i);
        if (i == 50) { // a batch of others' frames, just before
            monitor.account({ 7, {} }, scriptTime(1095));
            monitor.advance(scriptTime(1095));
        }
        TestTraffic media;
        media.rtp(100 + 20 * i, callerMedia, calleeMedia,
            { 8, static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(160 * i), 1, false });
        monitor.account({}, arrival);
        monitor.process(media.datagrams());
        monitor.advance(arrival);
    }
    monitor.finish();
    const StreamRecord& stream = sink.streams.begin()->second;
    QCOMPARE(stream.lost, 0u);
    QCOMPARE(stream.lostWithProbe, 5u);
}

void CallMonitorTest::pollGapDelaysTheCallsThatWereOn()
{
    using namespace std::chrono_literals;
    CollectingSink sink;
    CallMonitor monitor(smallOptions(), sink);
    const auto call = [&](int at, const QString& id) {
        TestTraffic traffic;
        traffic.script(QString("%1 A>B INVITE 1 id=%2 branch=%2").arg(at).arg(id));
        monitor.process(traffic.datagrams());
    };
    monitor.account({ 0, 90ms }, scriptTime(0));
    call(0, "one");
    monitor.account({ 0, 50ms }, scriptTime(100));
    call(200, "two");
    monitor.account({ 0, 20ms }, scriptTime(300));
    call(400, "three");
    monitor.account({ 0, 5ms }, scriptTime(500));
    monitor.finish();
    QCOMPARE(sink.call("one")->pollGapLongest, Nanoseconds(50ms));
    QCOMPARE(sink.call("one")->trust, CaptureTrust::Delayed);
    QCOMPARE(sink.call("two")->pollGapLongest, Nanoseconds(20ms));
    QCOMPARE(sink.call("two")->trust, CaptureTrust::Whole); // within a packet interval
    QCOMPARE(sink.call("three")->pollGapLongest, Nanoseconds(5ms));
}

// Streams whose seconds are closed by their packets must not hide one that has none.
void CallMonitorTest::silenceOfOneStreamShowsWhileAnotherTalks()
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 1, callerMedia, calleeMedia, 1);
    traffic.talk(130, 500, calleeMedia, callerMedia, 2);
    CollectingSink sink;
    CallMonitor monitor(smallOptions(), sink);
    monitor.process(traffic.datagrams());
    for (const auto& [key, points] : sink.points)
        QCOMPARE(points.size(), std::size_t { key.index == 0 ? 6u : 9u }); // five empty seconds
    monitor.finish();
}

QTEST_APPLESS_MAIN(CallMonitorTest)
#include "tst_call_monitor.moc"
