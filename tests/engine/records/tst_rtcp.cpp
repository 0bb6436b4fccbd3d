// What RTCP says of a stream reaches that stream's record, whichever way and port it takes.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/records/call_monitor.h"
#include "tests/engine/tracking/sip_script.h"
#include "tests/replay/collecting_sink.h"
#include "tests/traffic/rtcp_writer.h"

#include <algorithm>
#include <cmath>
#include <map>

using namespace callmon;

namespace {

const Endpoint callerMedia = scriptHost('A', 10000);
const Endpoint calleeMedia = scriptHost('B', 20000);
const QString answered = "0 A>B INVITE 1 sdp=sendrecv\n10 B>A 200 1 sdp=sendrecv\n20 A>B ACK 1\n";
constexpr Ssrc ofCaller { 0xaaaa };
constexpr Ssrc ofCallee { 0xbbbb };

struct Outcome {
    CollectingSink sink;
    std::vector<NamedCounter> counters;

    const StreamRecord& streamOf(Ssrc ssrc) const
    {
        static const StreamRecord none;
        for (const auto& [key, stream] : sink.streams) {
            if (stream.ssrc == ssrc)
                return stream;
        }
        return none;
    }
    std::uint64_t counter(std::string_view name) const
    {
        const auto found =
            std::find_if(counters.begin(), counters.end(), [&](const NamedCounter& c) { return c.name == name; });
        return found == counters.end() ? ~0ULL : found->value;
    }
};

std::unique_ptr<Outcome> run(TestTraffic& traffic)
{
    std::stable_sort(traffic.list().begin(), traffic.list().end(),
        [](const Datagram& a, const Datagram& b) { return a.arrival < b.arrival; });
    TrackerOptions options;
    options.maxCalls = 64;
    options.maxStreams = 256;
    options.maxMediaAddresses = 256;
    auto outcome = std::make_unique<Outcome>();
    CallMonitor monitor(options, outcome->sink);
    monitor.process(traffic.datagrams());
    monitor.finish();
    outcome->counters = monitor.counters();
    return outcome;
}

Endpoint above(Endpoint rtp)
{
    ++rtp.port;
    return rtp;
}

void rtcp(TestTraffic& traffic, double ms, const Endpoint& src, const Endpoint& dst, const RtcpWriter& compound)
{
    traffic.add(scriptTime(ms), src, dst, compound.bytes());
}

// A sender report of `author`, with a block about the other party's stream.
RtcpWriter senderReport(Ssrc author, double ntpMs, const RtcpWriter::Block& block)
{
    RtcpWriter writer;
    writer.senderReport(author, { ntpOf(scriptTime(ntpMs)), RtpTicks { 7 }, 50, 8000 }, { block })
        .description(author, "user@host");
    return writer;
}

std::uint32_t referenceOf(double ntpMs)
{
    return middleOf(ntpOf(scriptTime(ntpMs)));
}

std::uint32_t delayOf(double ms)
{
    return shortNtpOf(Nanoseconds(static_cast<std::int64_t>(ms * 1e6)));
}

// Ten seconds of both voices, numbers from 0.
void talk(TestTraffic& traffic)
{
    traffic.talk(100, 500, callerMedia, calleeMedia, ofCaller.value);
    traffic.talk(101, 500, calleeMedia, callerMedia, ofCallee.value);
}

bool near(const std::optional<Milliseconds>& value, double ms)
{
    return value && std::abs(value->count() - ms) < 0.05;
}

}

class RtcpTest : public QObject {
    Q_OBJECT

private slots:
    void reportsAreAboutTheStreamOfTheirSource();
    void everyReportIsInItsSecondAndOfTheTimeSinceTheOneBefore();
    void roundTripIsThatToBothEnds();
    void oneEndAloneIsNoRoundTrip();
    void reportsFindTheirCallByAnyOfItsAddresses_data();
    void reportsFindTheirCallByAnyOfItsAddresses();
    void addressOfTwoReadingsBelongsToTheCallOfBothEnds();
    void hopsOfARelayAreKeptApart();
    void receiverReferenceTimesTellTheWayToTheSender();
    void voipMetricsGiveTheReceiversMos();
    void voipMetricsAreInTheRecord();
    void reportsOnOneselfAreLeftOut();
    void copiesOfAMirrorCountOnce();
    void encryptedReportsAreCountedAndNotRead();
    void reportsOfNoCallAreCounted();
    void reportsKeepACallOnButNotOnceItIsOver();
    void reportBeforeTheStreamIsForIt();
    void reportsEndWithTheirCall();
    void streamsSayWhatTheyCarry();
};

void RtcpTest::reportsAreAboutTheStreamOfTheirSource()
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    // The caller misses 5 of 100, then 10 of 100; the callee nothing. At 8,000 Hz 160 ticks are 20 ms.
    rtcp(traffic, 2200, above(callerMedia), above(calleeMedia),
        senderReport(ofCaller, 0, { ofCallee, 12, 5, 99, 80, 0, 0 }));
    rtcp(traffic, 2300, above(calleeMedia), above(callerMedia),
        senderReport(ofCallee, 0, { ofCaller, 0, 0, 104, 8, 0, 0 }));
    rtcp(traffic, 4200, above(callerMedia), above(calleeMedia),
        senderReport(ofCaller, 2000, { ofCallee, 25, 15, 199, 240, 0, 0 }));
    const auto outcome = run(traffic);
    const StreamRecord& callee = outcome->streamOf(ofCallee);
    QCOMPARE(callee.packets, 500u);
    QCOMPARE(callee.rtcpReports, 2u);
    QCOMPARE(callee.farEndLostPercent, std::optional(7.5));
    QVERIFY(near(callee.farEndJitter, 20));
    QVERIFY(!callee.rtcpRtt && !callee.xrMos);
    const StreamRecord& caller = outcome->streamOf(ofCaller);
    QCOMPARE(caller.rtcpReports, 1u);
    QCOMPARE(caller.farEndLostPercent, std::optional(0.0));
    QVERIFY(near(caller.farEndJitter, 1));
    QVERIFY(near(caller.rtt, 10)); // the call's signalling: no report answers another
    QCOMPARE(outcome->counter("rtcp_packets"), 3u);
    QCOMPARE(outcome->counter("rtcp_reports"), 3u);
}

void RtcpTest::everyReportIsInItsSecondAndOfTheTimeSinceTheOneBefore()
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    // 12 / 256 before the first report, then 10 of 100 packets; two reports within a second: 1 and 3 of 100 and 20; a
    // count that falls by copies is no loss.
    const auto report = [&](double ms, const RtcpWriter::Block& block) {
        rtcp(traffic, ms, above(callerMedia), above(calleeMedia), senderReport(ofCaller, ms, block));
    };
    report(2200, { ofCallee, 12, 5, 99, 80, 0, 0 });
    report(4200, { ofCallee, 25, 15, 199, 240, 0, 0 });
    report(6200, { ofCallee, 3, 16, 299, 80, 0, 0 });
    report(6800, { ofCallee, 38, 19, 319, 240, 0, 0 });
    report(8200, { ofCallee, 0, 10, 399, 0, 0, 0 });
    const auto outcome = run(traffic);
    std::map<std::int64_t, FarEndReport> told;
    for (const auto& [key, points] : outcome->sink.points) {
        for (const QualityPoint& point : points) {
            if (point.farEnd.reports == 0) {
                QCOMPARE(point.farEnd, FarEndReport {});
                continue;
            }
            QCOMPARE(outcome->sink.streams.at(key).ssrc, ofCallee);
            told[std::chrono::round<std::chrono::milliseconds>(point.at - scriptTime(0)).count()] = point.farEnd;
        }
    }
    constexpr std::uint16_t unknown = FarEndReport::unknown;
    const std::map<std::int64_t, FarEndReport> expected { { 2101, { 469, 100, unknown, 1 } },
        { 4101, { 1000, 300, unknown, 1 } }, { 6101, { 333, 200, unknown, 2 } }, { 8101, { 0, 0, unknown, 1 } } };
    QCOMPARE(told, expected);
}

void RtcpTest::roundTripIsThatToBothEnds()
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    // From the probe 8 ms to the caller and back, 44 to the callee; both answer after a while. Their clocks are wrong.
    rtcp(traffic, 2000, above(callerMedia), above(calleeMedia), senderReport(ofCaller, 77'000, { ofCallee }));
    rtcp(traffic, 3044, above(calleeMedia), above(callerMedia),
        senderReport(ofCallee, 5, { ofCaller, 0, 0, 120, 0, referenceOf(77'000), delayOf(1000) }));
    rtcp(traffic, 5052, above(callerMedia), above(calleeMedia),
        senderReport(ofCaller, 80'052, { ofCallee, 0, 0, 220, 0, referenceOf(5), delayOf(2000) }));
    const auto outcome = run(traffic);
    for (const Ssrc ssrc : { ofCaller, ofCallee }) {
        QVERIFY(near(outcome->streamOf(ssrc).rtcpRtt, 52));
        QVERIFY(near(outcome->streamOf(ssrc).rtt, 52));
    }
    QCOMPARE(outcome->counter("rtcp_delays_implausible"), 0u);
    std::vector<std::uint16_t> roundTrips; // of the seconds: known once both ways are
    for (const auto& [key, points] : outcome->sink.points)
        for (const QualityPoint& point : points)
            if (point.farEnd.roundTrip != FarEndReport::unknown)
                roundTrips.push_back(point.farEnd.roundTrip);
    QCOMPARE(roundTrips, std::vector<std::uint16_t> { 520 });
}

void RtcpTest::oneEndAloneIsNoRoundTrip()
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    rtcp(traffic, 2000, above(callerMedia), above(calleeMedia), senderReport(ofCaller, 77'000, { ofCallee }));
    rtcp(traffic, 3044, above(calleeMedia), above(callerMedia),
        senderReport(ofCallee, 5, { ofCaller, 0, 0, 120, 0, referenceOf(77'000), delayOf(1000) }));
    rtcp(traffic, 4000, above(calleeMedia), above(callerMedia),
        senderReport(ofCallee, 900, { ofCaller, 0, 0, 130, 0, referenceOf(77'000), delayOf(60'000) }));
    const auto outcome = run(traffic);
    QVERIFY(!outcome->streamOf(ofCaller).rtcpRtt);
    QVERIFY(near(outcome->streamOf(ofCaller).rtt, 10)); // of the signalling
    QCOMPARE(outcome->counter("rtcp_delays_implausible"), 1u);
}

void RtcpTest::reportsFindTheirCallByAnyOfItsAddresses_data()
{
    QTest::addColumn<QString>("description"); // lines of the caller's media
    QTest::addColumn<int>("port"); // where its RTCP goes
    QTest::addColumn<bool>("bound");
    QTest::newRow("the port above (RFC 3550 11)") << "" << 10001 << true;
    QTest::newRow("on the port of RTP (RFC 5761)") << "a=rtcp-mux\r\n" << 10000 << true;
    QTest::newRow("a port of its own (RFC 3605)") << "a=rtcp:17000\r\n" << 17000 << true;
    QTest::newRow("that of a candidate (RFC 8839)") << "a=candidate:1 2 UDP 1 10.0.0.1 18005 typ host\r\n"
                                                    << 18005 << true;
    QTest::newRow("elsewhere") << "" << 19999 << false;
}

void RtcpTest::reportsFindTheirCallByAnyOfItsAddresses()
{
    QFETCH(QString, description);
    QFETCH(int, port);
    QFETCH(bool, bound);
    TestTraffic traffic;
    traffic.script(answered);
    std::string text(reinterpret_cast<const char*>(traffic.list()[0].payload.data()), traffic.list()[0].payload.size());
    text.replace(text.find("Content-Length: "), 19, "X: 1"); // the datagram's end is the body's
    const Datagram invite = traffic.list()[0];
    traffic.add(invite.arrival, invite.flow.src, invite.flow.dst, text + description.toStdString());
    traffic.list()[0] = traffic.list().back();
    traffic.list().pop_back();
    talk(traffic);
    rtcp(traffic, 2200, scriptHost('B', 7), scriptHost('A', static_cast<std::uint16_t>(port)), // from nowhere known
        senderReport(ofCallee, 0, { ofCaller, 0, 0, 104, 8, 0, 0 }));
    const auto outcome = run(traffic);
    QCOMPARE(outcome->sink.streams.size(), std::size_t { 2 });
    QCOMPARE(outcome->streamOf(ofCaller).rtcpReports, bound ? 1u : 0u);
    QCOMPARE(outcome->counter("rtcp_unbound"), bound ? 0u : 1u);
}

void RtcpTest::addressOfTwoReadingsBelongsToTheCallOfBothEnds()
{
    // The port above the first call's is RTP of the second: nobody says that RTP has even ports.
    TestTraffic traffic;
    traffic.script(answered);
    traffic.script(
        "30 A>P INVITE 1 sdp=sendrecv id=call-2 port=10001\n40 P>A 200 1 sdp=sendrecv id=call-2 relay=30000");
    talk(traffic);
    rtcp(traffic, 2200, above(calleeMedia), above(callerMedia),
        senderReport(ofCallee, 0, { ofCaller, 0, 0, 104, 8, 0, 0 }));
    QCOMPARE(run(traffic)->streamOf(ofCaller).rtcpReports, 1u);
}

void RtcpTest::hopsOfARelayAreKeptApart()
{
    // A relay that passes RTP and RTCP on as they are: the same sources on both hops of one call.
    TestTraffic traffic;
    traffic.script("0 A>P INVITE 1 sdp=sendrecv\n5 P>B INVITE 1 sdp=sendrecv relay=40000 branch=x\n"
                   "10 B>P 200 1 sdp=sendrecv branch=x\n15 P>A 200 1 sdp=sendrecv relay=42000");
    const Endpoint towardsCaller = scriptHost('P', 42000);
    const Endpoint towardsCallee = scriptHost('P', 40000);
    traffic.talk(100, 200, callerMedia, towardsCaller, ofCaller.value);
    traffic.talk(101, 200, towardsCallee, calleeMedia, ofCaller.value);
    const RtcpWriter report = senderReport(ofCallee, 0, { ofCaller, 0, 0, 104, 8, 0, 0 });
    rtcp(traffic, 2200, above(calleeMedia), above(towardsCallee), report);
    rtcp(traffic, 2201, above(towardsCaller), above(callerMedia), report);
    const auto outcome = run(traffic);
    QCOMPARE(outcome->sink.streams.size(), std::size_t { 2 });
    for (const auto& [key, stream] : outcome->sink.streams)
        QCOMPARE(stream.rtcpReports, 1u);
    QCOMPARE(outcome->counter("rtcp_reports"), 2u);
}

void RtcpTest::receiverReferenceTimesTellTheWayToTheSender() // RFC 3611 4.4, 4.5: a receiver that sends nothing
{
    TestTraffic traffic;
    traffic.script(answered);
    traffic.talk(100, 500, callerMedia, calleeMedia, ofCaller.value);
    rtcp(traffic, 2000, above(callerMedia), above(calleeMedia), senderReport(ofCaller, 77'000, {}));
    RtcpWriter receiver;
    receiver.receiverReport(ofCallee, { { ofCaller, 0, 0, 120, 0, referenceOf(77'000), delayOf(1000) } })
        .referenceTime(ofCallee, ntpOf(scriptTime(5)));
    rtcp(traffic, 3044, above(calleeMedia), above(callerMedia), receiver);
    RtcpWriter sender;
    sender.receiverReport(ofCaller, {}).echo(ofCaller, ofCallee, referenceOf(5), delayOf(2000));
    rtcp(traffic, 5052, above(callerMedia), above(calleeMedia), sender);
    const auto outcome = run(traffic);
    QVERIFY(near(outcome->streamOf(ofCaller).rtcpRtt, 52));
    QCOMPARE(outcome->counter("rtcp_extended_blocks"), 2u);
}

void RtcpTest::voipMetricsGiveTheReceiversMos()
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    for (const unsigned tenths : { 41u, 36u }) {
        RtcpWriter writer;
        writer.receiverReport(ofCallee, {}).voipMetrics(ofCallee, ofCaller, { 0, 80, 42, tenths });
        rtcp(traffic, 2200 + tenths, above(calleeMedia), above(callerMedia), writer);
    }
    const auto outcome = run(traffic);
    QVERIFY(outcome->streamOf(ofCaller).xrMos);
    QVERIFY(std::abs(*outcome->streamOf(ofCaller).xrMos - 4.1) < 1e-6); // the later one
    QVERIFY(!outcome->streamOf(ofCallee).xrMos);
    const ReceiverMetrics& unknown = outcome->streamOf(ofCaller).xr;
    QCOMPARE(unknown.rFactor, std::optional(80.0));
    QCOMPARE(unknown.jitterBuffer, std::optional(Milliseconds(40)));
    QVERIFY(!unknown.roundTrip && !unknown.endSystemDelay && !unknown.burstDuration && !unknown.gapDuration);
    QVERIFY(!unknown.signalLevelDbm0 && !unknown.noiseLevelDbm0 && !unknown.echoReturnLossDb);
    QVERIFY(!unknown.externalRFactor);
    QVERIFY(!outcome->streamOf(ofCallee).xr.lostPercent && !outcome->streamOf(ofCallee).xr.jitterBufferLimits);
}

void RtcpTest::voipMetricsAreInTheRecord() // RFC 3611 4.7: shares of 256, milliseconds, signed levels
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    RtcpWriter writer;
    RtcpWriter::Voip said { 64, 127, 42, 41 };
    said.discardShare = 32;
    said.burstDensity = 128;
    said.gapDensity = 4;
    said.burstMs = 360;
    said.gapMs = 20'000;
    said.roundTripMs = 90;
    said.endSystemMs = 65;
    said.levels = 0xebba370c; // -21, -70, 55, 12
    said.externalRFactor = 84;
    said.bufferMaximumMs = 80;
    said.bufferLimitMs = 300;
    writer.receiverReport(ofCallee, {}).voipMetrics(ofCallee, ofCaller, said);
    rtcp(traffic, 2200, above(calleeMedia), above(callerMedia), writer);
    const auto outcome = run(traffic);
    const ReceiverMetrics& metrics = outcome->streamOf(ofCaller).xr;
    QCOMPARE(metrics.lostPercent, std::optional(25.0));
    QCOMPARE(metrics.discardedPercent, std::optional(12.5));
    QCOMPARE(metrics.burstDensityPercent, std::optional(50.0));
    QCOMPARE(metrics.gapDensityPercent, std::optional(1.5625));
    QCOMPARE(metrics.burstDuration, std::optional(Milliseconds(360)));
    QCOMPARE(metrics.gapDuration, std::optional(Milliseconds(20'000)));
    QCOMPARE(metrics.roundTrip, std::optional(Milliseconds(90)));
    QCOMPARE(metrics.endSystemDelay, std::optional(Milliseconds(65)));
    QCOMPARE(metrics.signalLevelDbm0, std::optional(-21.0));
    QCOMPARE(metrics.noiseLevelDbm0, std::optional(-70.0));
    QCOMPARE(metrics.echoReturnLossDb, std::optional(55.0));
    QVERIFY(!metrics.rFactor);
    QCOMPARE(metrics.externalRFactor, std::optional(84.0));
    QCOMPARE(metrics.gapThreshold, std::optional(std::uint8_t { 12 }));
    QVERIFY(metrics.jitterBufferLimits == (JitterBufferLimits { 80, 300 }));
}

void RtcpTest::reportsOnOneselfAreLeftOut() // as seen in captures, with 0 for a source not yet known
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    RtcpWriter writer;
    writer.receiverReport(ofCaller, { { ofCaller, 0, 0, 120 }, { Ssrc { 0 }, 0, 1, 0 } });
    rtcp(traffic, 2000, above(calleeMedia), above(callerMedia), writer);
    const auto outcome = run(traffic);
    QCOMPARE(outcome->streamOf(ofCaller).rtcpReports, 0u);
    QCOMPARE(outcome->counter("rtcp_reports"), 0u);
}

void RtcpTest::copiesOfAMirrorCountOnce()
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    const RtcpWriter report = senderReport(ofCallee, 0, { ofCaller, 0, 0, 104, 8, 0, 0 });
    rtcp(traffic, 2200, above(calleeMedia), above(callerMedia), report);
    rtcp(traffic, 2200.08, above(calleeMedia), above(callerMedia), report);
    QCOMPARE(run(traffic)->streamOf(ofCaller).rtcpReports, 1u);
}

void RtcpTest::encryptedReportsAreCountedAndNotRead()
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    std::string secret = senderReport(ofCallee, 0, { ofCaller, 0, 0, 104, 8, 0, 0 }).bytes();
    for (std::size_t i = 8; i < secret.size(); ++i)
        secret[i] = static_cast<char>(secret[i] ^ static_cast<char>(37 * i));
    secret += std::string("\x80\0\0\x01", 4) + "0123456789";
    traffic.add(scriptTime(2200), above(calleeMedia), above(callerMedia), secret);
    traffic.add(scriptTime(2201), above(calleeMedia), above(callerMedia), secret.substr(0, 40));
    const auto outcome = run(traffic);
    QCOMPARE(outcome->streamOf(ofCaller).rtcpReports, 0u);
    QCOMPARE(outcome->counter("rtcp_encrypted"), 1u);
    QCOMPARE(outcome->counter("rtcp_malformed"), 1u);
    QCOMPARE(outcome->counter("rtcp_packets"), 2u);
}

void RtcpTest::reportsOfNoCallAreCounted()
{
    TestTraffic traffic;
    rtcp(traffic, 10, above(calleeMedia), above(callerMedia), senderReport(ofCallee, 0, { ofCaller }));
    traffic.script("20 B>A 183 1 sdp=sendrecv"); // a response alone makes no call yet
    rtcp(traffic, 30, above(callerMedia), above(calleeMedia), senderReport(ofCallee, 0, { ofCaller }));
    const auto outcome = run(traffic);
    QCOMPARE(outcome->counter("rtcp_packets"), 2u);
    QCOMPARE(outcome->counter("rtcp_unbound"), 2u);
}

void RtcpTest::reportsKeepACallOnButNotOnceItIsOver()
{
    TestTraffic traffic;
    traffic.script(answered); // media until 10 s
    talk(traffic);
    for (int second = 20; second < 900; second += 5)
        rtcp(traffic, 1000 * second, above(calleeMedia), above(callerMedia),
            senderReport(ofCallee, 1000 * second, { ofCaller }));
    traffic.script("900000 A>B BYE 2\n900010 B>A 200 2:BYE");
    traffic.script("902000 A>P INVITE 1 id=other");
    for (int second = 901; second < 940; ++second)
        rtcp(traffic, 1000 * second, above(calleeMedia), above(callerMedia),
            senderReport(ofCallee, 1000 * second, { ofCaller }));
    const auto outcome = run(traffic);
    const CallRecord* const call = outcome->sink.call("call-1");
    QVERIFY(call != nullptr);
    QCOMPARE(call->endedBy, EndedBy::Caller);
    QCOMPARE(call->endedAt, std::optional(scriptTime(900'000)));
    QVERIFY(outcome->counter("rtcp_unbound") > 30); // it had left five seconds after the BYE
}

void RtcpTest::reportBeforeTheStreamIsForIt()
{
    TestTraffic traffic;
    traffic.script(answered);
    rtcp(
        traffic, 50, above(calleeMedia), above(callerMedia), senderReport(ofCallee, 0, { ofCaller, 0, 0, 4, 8, 0, 0 }));
    talk(traffic);
    QCOMPARE(run(traffic)->streamOf(ofCaller).rtcpReports, 1u);
}

void RtcpTest::reportsEndWithTheirCall() // the next call takes its place, here with the same addresses and sources
{
    TestTraffic traffic;
    traffic.script(answered);
    talk(traffic);
    rtcp(traffic, 2200, above(calleeMedia), above(callerMedia),
        senderReport(ofCallee, 0, { ofCaller, 0, 0, 104, 8, 0, 0 }));
    traffic.script(
        "11000 A>B BYE 2\n40000 A>B INVITE 1 sdp=sendrecv id=call-2\n40010 B>A 200 1 sdp=sendrecv id=call-2");
    traffic.talk(40'100, 50, callerMedia, calleeMedia, ofCaller.value);
    const auto outcome = run(traffic);
    QCOMPARE(outcome->sink.streams.size(), std::size_t { 3 });
    for (const auto& [key, stream] : outcome->sink.streams) {
        if (stream.key.call == outcome->sink.call("call-2")->key)
            QCOMPARE(stream.rtcpReports, 0u);
    }
}

void RtcpTest::streamsSayWhatTheyCarry() // audio and video in a bundle, encrypted
{
    TestTraffic traffic;
    const std::string body = "v=0\r\nc=IN IP4 10.0.0.1\r\na=group:BUNDLE a v\r\n"
                             "m=audio 10000 UDP/TLS/RTP/SAVPF 8\r\na=mid:a\r\na=rtcp-mux\r\n"
                             "m=video 10000 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n";
    traffic.add(scriptTime(0), scriptHost('A', 5060), scriptHost('B', 5060),
        "INVITE sip:b@example.org SIP/2.0\r\nVia: SIP/2.0/UDP host;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=ta\r\n"
        "To: <sip:b@x>\r\nCall-ID: call-1\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\r\n"
            + body);
    traffic.talk(100, 50, calleeMedia, callerMedia, ofCallee.value);
    for (int i = 0; i < 50; ++i)
        traffic.rtp(100.5 + 20 * i, calleeMedia, callerMedia,
            { 96, static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(1800 * i), 77, false });
    const auto outcome = run(traffic);
    QCOMPARE(outcome->streamOf(ofCallee).kind, MediaKind::Audio);
    QCOMPARE(outcome->streamOf(Ssrc { 77 }).kind, MediaKind::Video);
    QCOMPARE(outcome->streamOf(Ssrc { 77 }).codec.view(), std::string_view("VP8"));
    QVERIFY(outcome->streamOf(Ssrc { 77 }).secure);
    const CallRecord* const call = outcome->sink.call("call-1");
    QVERIFY(call->secureMedia && call->mediaKinds.has(MediaKind::Video) && call->mediaKinds.has(MediaKind::Audio));
}

QTEST_APPLESS_MAIN(RtcpTest)
#include "tst_rtcp.moc"
