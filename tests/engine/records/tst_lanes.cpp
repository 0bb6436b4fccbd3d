// The records are the same for any number of processing cores, with real threads.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "tests/engine/tracking/sip_script.h"
#include "tests/engine/tracking/skinny_script.h"
#include "tests/replay/lane_run.h"
#include "tests/traffic/rtcp_writer.h"

using namespace callmon;

namespace {

TrackerOptions options()
{
    TrackerOptions options;
    options.maxCalls = 256;
    options.maxStreams = 2048;
    options.maxMediaAddresses = 1024;
    options.hashSeed = 1;
    return options;
}

// Forty calls, one every 150 ms, each way a stream with its own losses; addresses are used again by later calls, so
// bindings move; some sources were never advertised, some calls change SSRC, are put on hold or have no end.
std::vector<Datagram> busyTraffic(TestTraffic& traffic)
{
    for (int i = 0; i < 40; ++i) {
        const int at = 150 * i;
        const auto port = static_cast<std::uint16_t>(10'000 + 2 * (i % 15));
        const QString id = QString(" id=call-%1 port=%2 branch=b%1").arg(i).arg(port);
        const QString idB = QString(" id=call-%1 port=%2 branch=b%1").arg(i).arg(port + 10'000);
        traffic.script(QString("%1 A>B INVITE 1 sdp=sendrecv").arg(at) + id);
        if (i % 7 != 3)
            traffic.script(QString("%1 B>A 200 1 sdp=sendrecv").arg(at + 60) + idB);
        const Endpoint a { scriptHost('A', port) };
        const Endpoint b { scriptHost('B', static_cast<std::uint16_t>(port + 10'000)) };
        const Endpoint unadvertised { IpAddress::v4(0xc0a80001u + static_cast<std::uint32_t>(i)), 7000 };
        for (int p = 0; p < 130; ++p) {
            const auto number = static_cast<std::uint16_t>(p);
            const auto ssrc = static_cast<std::uint32_t>(1000 + i + (i % 5 == 0 && p > 60 ? 500 : 0));
            if (p % (11 + i) != 5)
                traffic.rtp(at + 70 + 20 * p + i % 3, a, b, { 8, number, 160u * number, ssrc, false });
            if (p % 17 != 4)
                traffic.rtp(at + 71 + 20 * p, i % 4 == 0 ? unadvertised : b, a, { 8, number, 160u * number, 9, false });
        }
        for (int r = 1; r < 5; ++r) { // both ways; some before the first packet is numbered
            const std::uint64_t ntp = ntpOf(scriptTime(at + 400 * r));
            const std::uint32_t echoed = middleOf(ntpOf(scriptTime(at + 400 * (r - 1))));
            const auto report = [&](std::uint32_t author, std::uint32_t about) {
                RtcpWriter writer;
                writer.senderReport(Ssrc { author }, { ntp, {}, 0, 0 },
                    { { Ssrc { about }, 0, r, 20u * static_cast<unsigned>(r), 8, echoed, 390 * 65 } });
                return writer.bytes();
            };
            const auto caller = static_cast<std::uint32_t>(1000 + i);
            const auto plus = [](Endpoint e) { return Endpoint { e.ip, static_cast<std::uint16_t>(e.port + 1) }; };
            traffic.add(scriptTime(at + 400 * r - 320), plus(a), plus(b), report(caller, 9));
            traffic.add(scriptTime(at + 400 * r - 318), i % 3 == 0 ? b : plus(b), plus(a), report(9, caller));
        }
        if (i % 6 == 1)
            traffic.script(QString("%1 A>B INVITE 2 sdp=inactive").arg(at + 900) + id
                + QString("\n%1 B>A 200 2 sdp=inactive").arg(at + 950) + idB);
        if (i % 9 != 2)
            traffic.script(QString("%1 A>B BYE 3").arg(at + 2000) + id);
    }
    traffic.talk(400'000, 3, scriptHost('A', 1), scriptHost('B', 1), 5); // of nobody: time passes
    std::vector<Datagram> all = traffic.list();
    std::stable_sort(
        all.begin(), all.end(), [](const Datagram& a, const Datagram& b) { return a.arrival < b.arrival; });
    return all;
}

}

class LanesTest : public QObject {
    Q_OBJECT

private slots:
    void recordsAreTheSameForAnyNumberOfLanes_data();
    void recordsAreTheSameForAnyNumberOfLanes();
    void callsBySkinnyAreTheSameForAnyNumberOfLanes_data();
    void callsBySkinnyAreTheSameForAnyNumberOfLanes();
    void recordsDoNotDependOnTheSeedOfTheHashes();
    void streamsBeyondACallsLimitAreTheSameOnes();
    void clockThatStepsBackStepsBackInAllLanes();
    void laneThatIsFullRefusesItsOwnAndHarmsNoOther();
    void laneWithoutMediaHoldsNobodyUp();
    void mediaBeforeItsSignallingIsMeasuredAsIfItCameAfter_data();
    void mediaBeforeItsSignallingIsMeasuredAsIfItCameAfter();
};

void LanesTest::recordsAreTheSameForAnyNumberOfLanes_data()
{
    QTest::addColumn<int>("lanes");
    QTest::addColumn<int>("batch");
    for (const int lanes : { 1, 2, 3 }) {
        for (const int batch : { 1, 7, 64 })
            QTest::addRow("%d lanes, batches of %d", lanes, batch) << lanes << batch;
    }
}

void LanesTest::recordsAreTheSameForAnyNumberOfLanes()
{
    QFETCH(int, lanes);
    QFETCH(int, batch);
    TestTraffic traffic;
    const auto datagrams = busyTraffic(traffic);
    const auto one = runLanes(datagrams, options(), 1, 64);
    QCOMPARE(one->all.ended.size(), std::size_t { 40 });
    QVERIFY(one->all.streams.size() > 80);
    QVERIFY(std::any_of(one->all.streams.begin(), one->all.streams.end(),
        [](const auto& each) { return each.second.rtcpReports > 2 && each.second.rtcpRtt; }));
    const auto several =
        runLanes(datagrams, options(), static_cast<std::size_t>(lanes), static_cast<std::size_t>(batch));
    QCOMPARE(several->busyLanes, static_cast<std::size_t>(lanes));
    QCOMPARE(firstDifference(*one, *several), std::string());
}

void LanesTest::callsBySkinnyAreTheSameForAnyNumberOfLanes_data()
{
    QTest::addColumn<int>("lanes");
    for (const int lanes : { 1, 2, 3 })
        QTest::addRow("%d lanes", lanes) << lanes;
}

void LanesTest::callsBySkinnyAreTheSameForAnyNumberOfLanes()
{
    QFETCH(int, lanes);
    SkinnyTraffic traffic;
    talkBySkinny(traffic);
    const auto one = runLanes(traffic.datagrams(), options(), 1, 64);
    QCOMPARE(one->all.ended.size(), std::size_t { 6 }); // five, and a consultation
    QVERIFY(std::ranges::any_of(one->all.ended, [](const CallRecord& call) { return !call.transferTarget.empty(); }));
    QVERIFY(std::ranges::any_of(one->all.ended, [](const CallRecord& call) { return call.holds > 0; }));
    QVERIFY(std::ranges::count_if(one->all.streams, [](const auto& each) {
        return each.second.farEndJitter == std::optional(Milliseconds(3));
    }) == 5);
    const auto several = runLanes(traffic.datagrams(), options(), static_cast<std::size_t>(lanes), 7);
    QCOMPARE(several->busyLanes, static_cast<std::size_t>(lanes));
    QCOMPARE(firstDifference(*one, *several), std::string());
}

void LanesTest::recordsDoNotDependOnTheSeedOfTheHashes()
{
    TestTraffic traffic;
    const auto datagrams = busyTraffic(traffic);
    TrackerOptions other = options();
    other.hashSeed = 0xfeedbeef;
    const auto one = runLanes(datagrams, options(), 1, 64);
    const auto two = runLanes(datagrams, other, 1, 64);
    QCOMPARE(firstDifference(*one, *two), std::string());
}

void LanesTest::streamsBeyondACallsLimitAreTheSameOnes()
{
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv\n10 B>A 200 1 sdp=sendrecv");
    for (std::uint32_t i = 0; i < 100; ++i) { // both ways, so that two lanes have some of them; 80 at once
        const bool forth = i % 2 == 0;
        traffic.talk(i < 80 ? 20 + 0.1 * i : 5000, 3, scriptHost(forth ? 'A' : 'B', forth ? 10'000 : 20'000),
            scriptHost(forth ? 'B' : 'A', forth ? 20'000 : 10'000), i);
    }
    std::vector<Datagram> all = traffic.list();
    std::stable_sort(
        all.begin(), all.end(), [](const Datagram& a, const Datagram& b) { return a.arrival < b.arrival; });
    const auto one = runLanes(all, options(), 1, 64);
    QCOMPARE(one->all.streams.size(), std::size_t { 64 });
    QCOMPARE(one->all.ended[0].streamCount, 64u);
    for (const std::size_t lanes : { std::size_t { 2 }, std::size_t { 3 } })
        QCOMPARE(firstDifference(*one, *runLanes(all, options(), lanes, 16)), std::string());
}

void LanesTest::clockThatStepsBackStepsBackInAllLanes()
{
    TestTraffic traffic;
    auto datagrams = busyTraffic(traffic);
    const std::size_t half = datagrams.size() / 2;
    for (std::size_t i = half; i < datagrams.size(); ++i)
        datagrams[i].arrival -= std::chrono::hours(1);
    const auto one = runLanes(datagrams, options(), 1, 64);
    for (const std::size_t lanes : { std::size_t { 2 }, std::size_t { 3 } })
        QCOMPARE(firstDifference(*one, *runLanes(datagrams, options(), lanes, 64)), std::string());
}

// A call whose two sides are heard in two lanes; and in the callee's lane more streams than that has room for.
void LanesTest::laneThatIsFullRefusesItsOwnAndHarmsNoOther()
{
    TestTraffic traffic;
    std::uint16_t port = 20'000;
    while (hashOf(scriptHost('B', port)) % 2 == hashOf(scriptHost('A', 10'000)) % 2)
        ++port;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv");
    traffic.script(QString("10 B>A 200 1 sdp=sendrecv port=%1").arg(port));
    for (std::uint32_t i = 0; i < 30; ++i)
        traffic.talk(20 + 0.1 * i, 5, scriptHost('A', 10'000), scriptHost('B', port), i);
    traffic.talk(25, 5, scriptHost('B', port), scriptHost('A', 10'000), 99);
    std::vector<Datagram> all = traffic.list();
    std::ranges::stable_sort(all, {}, &Datagram::arrival);
    TrackerOptions small = options();
    small.maxStreams = 20; // of each lane
    const auto run = runLanes(all, small, 2, 16);
    QCOMPARE(run->busyLanes, std::size_t { 2 });
    QCOMPARE(run->all.streams.size(), std::size_t { 21 });
    const auto counterOf = [&](std::string_view name) {
        return std::ranges::find(run->counters, name, &NamedCounter::name)->value;
    };
    QCOMPARE(counterOf("rtp_refused"), 50u);
    QCOMPARE(counterOf("rtp_packets"), 105u);
    for (const auto& [key, stream] : run->all.streams)
        QCOMPARE(stream.packets, 5u);
}

void LanesTest::laneWithoutMediaHoldsNobodyUp()
{
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv\n10 B>A 200 1 sdp=sendrecv");
    traffic.talk(20, 300, scriptHost('A', 10'000), scriptHost('B', 20'000), 1);
    traffic.script("7000 A>B BYE 2");
    const std::vector<Datagram> all = traffic.list();
    const auto one = runLanes(all, options(), 1, 64);
    QCOMPARE(one->all.streams.begin()->second.packets, 300u);
    const auto several = runLanes(all, options(), 4, 64);
    QCOMPARE(several->busyLanes, std::size_t { 1 });
    QCOMPARE(firstDifference(*one, *several), std::string());
}

// Of a call whose messages come `signalledAtMs`, the media from the first second on.
std::vector<Datagram> callSignalledAt(TestTraffic& traffic, int signalledAtMs)
{
    traffic.script(QString("%1 A>B INVITE 1 sdp=sendrecv\n%2 B>A 200 1 sdp=sendrecv\n%3 A>B ACK 1")
                       .arg(signalledAtMs)
                       .arg(signalledAtMs + 10)
                       .arg(signalledAtMs + 20));
    const Endpoint a = scriptHost('A', 10'000);
    const Endpoint b = scriptHost('B', 20'000);
    const Endpoint natted { IpAddress::v4(0xc6336407), 61234 };
    for (int p = 0; p < 400; ++p) {
        const auto number = static_cast<std::uint16_t>(p);
        if (p % 13 != 5)
            traffic.rtp(1000 + 20 * p + p % 3, a, b,
                { static_cast<std::uint8_t>(p < 60 ? 8 : 0), number, 160u * number, 1, false });
        if (p % 17 != 4 && (p < 20 || p > 80))
            traffic.rtp(1001 + 20 * p, b, a, { 8, number, 160u * number, p < 200 ? 2u : 3u, false });
        traffic.rtp(1002 + 20 * p, natted, b, { 8, number, 160u * number, 4, false });
        traffic.rtp(1003 + 20 * p, { b.ip, 30'000 }, natted, { 8, number, 160u * number, 5, false });
    }
    std::vector<Datagram> all = traffic.list();
    std::stable_sort(
        all.begin(), all.end(), [](const Datagram& x, const Datagram& y) { return x.arrival < y.arrival; });
    return all;
}

void LanesTest::mediaBeforeItsSignallingIsMeasuredAsIfItCameAfter_data()
{
    QTest::addColumn<int>("lanes");
    QTest::addColumn<int>("signalledAtMs");
    for (const int lanes : { 1, 2, 3 }) {
        for (const int at : { 1000, 1150, 2000, 5900 })
            QTest::addRow("%d lanes, %d ms", lanes, at) << lanes << at;
    }
}

void LanesTest::mediaBeforeItsSignallingIsMeasuredAsIfItCameAfter()
{
    QFETCH(int, lanes);
    QFETCH(int, signalledAtMs);
    TestTraffic first;
    TestTraffic late;
    const auto counterOf = [](const LaneRun& run, std::string_view name) {
        return std::find_if(run.counters.begin(), run.counters.end(), [&](const NamedCounter& c) {
            return c.name == name;
        })->value;
    };
    const auto before = runLanes(callSignalledAt(first, 0), options(), 1, 64);
    const auto after = runLanes(callSignalledAt(late, signalledAtMs), options(), static_cast<std::size_t>(lanes), 64);
    QCOMPARE(before->all.ended.size(), std::size_t { 1 });
    QCOMPARE(after->all.ended.size(), std::size_t { 1 });
    QCOMPARE(before->all.streams.size(), std::size_t { 6 }); // the first in two codecs, the second with two SSRC
    QCOMPARE(after->all.streams.size(), before->all.streams.size());
    std::uint64_t joined = 0;
    // By what they are: streams that begin while others wait have other numbers.
    const auto find = [](const LaneRun& run, const StreamRecord& wanted) {
        return std::find_if(run.all.streams.begin(), run.all.streams.end(),
            [&](const auto& entry) { return entry.second.ssrc == wanted.ssrc && entry.second.codec == wanted.codec; });
    };
    for (const auto& [key, stream] : before->all.streams) {
        const auto found = find(*after, stream);
        QVERIFY(found != after->all.streams.end());
        StreamRecord ours = found->second;
        joined += ours.packetsJoinedLater;
        ours.key = stream.key;
        ours.packetsJoinedLater = stream.packetsJoinedLater;
        ours.earlyPackets = stream.earlyPackets; // the answer is as late as its signalling
        ours.describedAt = stream.describedAt; // likewise, and amid the streams that were bound by the INVITE
        const auto fields = streamFields(ours, {});
        const auto wanted = streamFields(stream, {});
        for (std::size_t i = 0; i < fields.size(); ++i)
            QCOMPARE(fields[i].text, wanted[i].text);
        QVERIFY(after->all.recorded.at(found->first) == before->all.recorded.at(key));
        const auto& points = after->all.points.at(found->first);
        const auto& wantedPoints = before->all.points.at(key);
        QVERIFY(std::ranges::equal(points, wantedPoints, [](const QualityPoint& p, const QualityPoint& q) {
            return p.at == q.at && p.packets == q.packets && p.lost == q.lost && p.jitterMs == q.jitterMs
                && p.deltaMaxMs == q.deltaMaxMs && p.mos == q.mos;
        }));
    }
    QVERIFY(signalledAtMs == 1000 || joined > 0);
    QCOMPARE(counterOf(*after, "rtp_unbound"), 0u);
}

QTEST_APPLESS_MAIN(LanesTest)
#include "tst_lanes.moc"
