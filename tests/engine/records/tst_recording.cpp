// Of which calls media are kept, what their records say of it, and that new rules are for new calls.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "tests/engine/tracking/sip_script.h"
#include "tests/engine/tracking/skinny_script.h"
#include "tests/replay/lane_run.h"

using namespace callmon;

namespace {

TrackerOptions options(std::vector<RecordingRule> rules = builtInRecordingRules())
{
    TrackerOptions options;
    options.maxCalls = 256;
    options.maxStreams = 1024;
    options.maxMediaAddresses = 1024;
    options.hashSeed = 1;
    const CallGroups trunks({ { "west", { *IpNetwork::parse("10.0.0.0/30") } } }, {});
    [[maybe_unused]] const auto checked = checkRecordingRules(rules, trunks.trunks());
    assert(checked);
    options.recording = RecordingPolicy(rules, trunks);
    return options;
}

RecordingRule rule(const char* name, double percent)
{
    RecordingRule made;
    made.name = name;
    made.percent = percent;
    return made;
}

// "call N" of user N, one every 200 ms, of four seconds, 100 packets each way.
std::vector<Datagram> calls(TestTraffic& traffic, int count, int from = 0)
{
    for (int i = from; i < from + count; ++i) {
        const int at = 200 * i;
        const auto port = static_cast<std::uint16_t>(10'000 + 2 * i);
        const QString id = QString(" id=call-%1 user=34%2 branch=b%1").arg(i).arg(i % 100, 2, 10, QChar('0'));
        traffic.script(QString("%1 A>B INVITE 1 sdp=sendrecv port=%2").arg(at).arg(port) + id);
        traffic.script(QString("%1 B>A 200 1 sdp=sendrecv port=%2").arg(at + 50).arg(port + 10'000) + id);
        const Endpoint a = scriptHost('A', port);
        const Endpoint b = scriptHost('B', static_cast<std::uint16_t>(port + 10'000));
        traffic.talk(at + 60, 100, a, b, static_cast<std::uint32_t>(1000 + i));
        traffic.talk(at + 61, 100, b, a, static_cast<std::uint32_t>(2000 + i));
        traffic.script(QString("%1 A>B BYE 2").arg(at + 2100) + id);
    }
    std::vector<Datagram> all = traffic.list();
    std::ranges::stable_sort(all, {}, &Datagram::arrival);
    return all;
}

std::uint64_t counterOf(const LaneRun& run, std::string_view name)
{
    return std::ranges::find(run.counters, name, &NamedCounter::name)->value;
}

std::uint64_t bytesOf(const CollectingSink& sink, CallKey call)
{
    std::uint64_t bytes = 0;
    for (const auto& [key, media] : sink.recorded)
        bytes += key.call == call ? media.size() : 0;
    return bytes;
}

std::string ruleOf(const CallRecord& call)
{
    return std::string(toText(call.recorded)) + " by " + call.recordingRule.str();
}

}

class RecordingTest : public QObject {
    Q_OBJECT

private slots:
    void withoutRulesEveryCallIsRecorded();
    void onlyCallsThatARuleRecordsAreKept();
    void packetsOfCallsThatAreNotRecordedAreNoLoss();
    void decisionsAreTheSameForAnyNumberOfLanes_data();
    void decisionsAreTheSameForAnyNumberOfLanes();
    void mediaBeforeItsSignallingFollowsTheDecision_data();
    void mediaBeforeItsSignallingFollowsTheDecision();
    void anAddressOfMediaDecidesAsSoonAsItIsDescribed();
    void descriptionInAnAckIsWaitedFor();
    void headerOfTheNextHopDecides();
    void newRulesAreForNewCalls();
    void aCallThatIsBeingSetUpWhenRulesChangeIsDecidedByTheOldOnes();
    void aCallBySkinnyIsDecidedByItsWholeNumber();
    void anEngineOfFiguresOnlySaysSo();
};

void RecordingTest::withoutRulesEveryCallIsRecorded()
{
    TestTraffic traffic;
    const auto run = runLanes(calls(traffic, 3), options(), 1, 64);
    QCOMPARE(run->all.ended.size(), std::size_t { 3 });
    for (const CallRecord& call : run->all.ended) {
        QCOMPARE(ruleOf(call), std::string("yes by default"));
        QVERIFY(bytesOf(run->all, call.key) > 30'000);
    }
    QCOMPARE(counterOf(*run, "media_not_wanted"), 0u);
}

void RecordingTest::onlyCallsThatARuleRecordsAreKept()
{
    std::vector<RecordingRule> rules { rule("board", 0), rule("thirties", 100), rule("default", 0) };
    rules[0].number = std::string_view("3405");
    rules[1].caller = std::string_view("340*");
    TestTraffic traffic;
    const auto run = runLanes(calls(traffic, 14), options(rules), 1, 64);
    QCOMPARE(run->all.ended.size(), std::size_t { 14 });
    for (const CallRecord& call : run->all.ended) {
        const bool board = call.caller == "3405";
        const bool kept = !board && call.caller.view().starts_with("340");
        QCOMPARE(ruleOf(call), std::string(board ? "no by board" : kept ? "yes by thirties" : "no by default"));
        QCOMPARE(bytesOf(run->all, call.key) > 0, kept);
        QVERIFY(!run->all.messages.at(call.key).empty()); // the flow is kept, and so are the figures
        QCOMPARE(call.streamCount, 2u);
        QVERIFY(call.mosMean && *call.mosMean > 4);
    }
}

void RecordingTest::packetsOfCallsThatAreNotRecordedAreNoLoss()
{
    std::vector<RecordingRule> rules { rule("one", 100), rule("default", 0) };
    rules[0].caller = std::string_view("3401");
    TestTraffic traffic;
    const auto run = runLanes(calls(traffic, 3), options(rules), 1, 64);
    for (const auto& [key, stream] : run->all.streams) {
        const bool kept = bytesOf(run->all, key.call) > 0;
        QCOMPARE(stream.packets, 100u);
        QCOMPARE(stream.packetsStored, kept ? 100u : 0u);
        QCOMPARE(stream.packetsNotWanted, kept ? 0u : 100u);
        QCOMPARE(stream.packetsNotStored, 0u);
    }
    for (const CallRecord& call : run->all.ended)
        QCOMPARE(call.mediaPacketsNotStored, 0u);
    QCOMPARE(counterOf(*run, "media_packets_recorded"), 200u);
    QCOMPARE(counterOf(*run, "media_not_wanted"), 400u);
    QCOMPARE(counterOf(*run, "media_packets_not_recorded"), 0u);
}

void RecordingTest::decisionsAreTheSameForAnyNumberOfLanes_data()
{
    QTest::addColumn<int>("lanes");
    QTest::addColumn<int>("batch");
    for (const int lanes : { 1, 2, 3 })
        for (const int batch : { 1, 7, 64 })
            QTest::addRow("%d lanes, batches of %d", lanes, batch) << lanes << batch;
}

void RecordingTest::decisionsAreTheSameForAnyNumberOfLanes()
{
    QFETCH(int, lanes);
    QFETCH(int, batch);
    std::vector<RecordingRule> rules { rule("never", 0), rule("some", 50), rule("media", 100), rule("marked", 100),
        rule("default", 20) };
    rules[0].caller = std::string_view("*7");
    rules[1].caller = std::string_view("341*");
    rules[2].address = std::string_view("10.0.0.9");
    rules[3].header = std::string_view("X-Record: yes");
    TestTraffic traffic;
    traffic.script("20 A>B INVITE 1 id=late user=9 sdp=sendrecv port=40000 branch=l"); // its answer by a relay
    traffic.script("500 B>A 200 1 id=late user=9 sdp=sendrecv relay=41000 branch=l");
    traffic.talk(30, 100, scriptHost('A', 40'000), scriptHost('P', 41'000), 7);
    traffic.talk(31, 100, scriptHost('P', 41'000), scriptHost('A', 40'000), 8);
    const auto datagrams = calls(traffic, 40);
    const auto one = runLanes(datagrams, options(rules), 1, 64);
    std::map<std::string, int> counts;
    for (const CallRecord& call : one->all.ended)
        ++counts[ruleOf(call)];
    QCOMPARE(counts["no by never"], 4);
    QCOMPARE(counts["partly by media"], 1); // some came while it was ringing
    QVERIFY(counts["yes by some"] > 0 && counts["no by some"] > 0 && counts["no by default"] > 0);
    const auto several =
        runLanes(datagrams, options(rules), static_cast<std::size_t>(lanes), static_cast<std::size_t>(batch));
    QCOMPARE(several->busyLanes, static_cast<std::size_t>(lanes));
    QCOMPARE(firstDifference(*one, *several), std::string());
    QCOMPARE(counterOf(*several, "media_not_wanted"), counterOf(*one, "media_not_wanted"));
    QVERIFY(several->all.recorded == one->all.recorded);
}

void RecordingTest::mediaBeforeItsSignallingFollowsTheDecision_data()
{
    QTest::addColumn<int>("lanes");
    QTest::addColumn<bool>("recorded");
    for (const int lanes : { 1, 2, 3 })
        for (const bool recorded : { false, true })
            QTest::addRow("%d lanes, %s", lanes, recorded ? "recorded" : "not recorded") << lanes << recorded;
}

void RecordingTest::mediaBeforeItsSignallingFollowsTheDecision()
{
    QFETCH(int, lanes);
    QFETCH(bool, recorded);
    TestTraffic traffic;
    traffic.talk(0, 200, scriptHost('A', 10'000), scriptHost('B', 20'000), 1);
    traffic.talk(1, 200, scriptHost('B', 20'000), scriptHost('A', 10'000), 2);
    traffic.script("1500 A>B INVITE 1 sdp=sendrecv\n1550 B>A 200 1 sdp=sendrecv\n6000 A>B BYE 2");
    std::vector<Datagram> all = traffic.list();
    std::ranges::stable_sort(all, {}, &Datagram::arrival);
    const auto run =
        runLanes(all, options({ rule("default", recorded ? 100 : 0) }), static_cast<std::size_t>(lanes), 64);
    QCOMPARE(run->all.streams.size(), std::size_t { 2 });
    for (const auto& [key, stream] : run->all.streams) {
        QCOMPARE(stream.packets, 200u);
        QVERIFY(stream.packetsJoinedLater > 60);
        QCOMPARE(stream.packetsStored, recorded ? 200u : 0u);
        QCOMPARE(stream.packetsNotWanted, recorded ? 0u : 200u);
    }
    QCOMPARE(run->all.recorded.empty(), !recorded);
    QCOMPARE(ruleOf(run->all.ended[0]), std::string(recorded ? "yes by default" : "no by default"));
}

// The callee's media are where nobody may be recorded; that is seen in its answer. Nothing was kept before.
void RecordingTest::anAddressOfMediaDecidesAsSoonAsItIsDescribed()
{
    std::vector<RecordingRule> rules { rule("doctors", 0), rule("default", 100) };
    rules[0].address = std::string_view("10.0.0.9");
    for (const bool relayed : { true, false }) {
        TestTraffic traffic;
        traffic.script("0 A>B INVITE 1 sdp=sendrecv");
        traffic.script(QString("1000 B>A 200 1 sdp=sendrecv") + (relayed ? " relay=20000" : ""));
        traffic.talk(100, 100, scriptHost('B', 7000), scriptHost('A', 10'000), 1);
        traffic.script("4000 A>B BYE 2");
        std::vector<Datagram> all = traffic.list();
        std::ranges::stable_sort(all, {}, &Datagram::arrival);
        const auto run = runLanes(all, options(rules), 1, 64);
        const StreamRecord& stream = run->all.streams.begin()->second;
        QCOMPARE(ruleOf(run->all.ended[0]), std::string(relayed ? "no by doctors" : "partly by default"));
        QCOMPARE(run->all.recorded.empty(), relayed);
        QCOMPARE(stream.packetsStored, relayed ? 0u : 55u); // 45 came in the first second
        QCOMPARE(stream.packetsNotWanted, relayed ? 100u : 45u);
        QCOMPARE(stream.packetsNotStored, 0u);
    }
}

void RecordingTest::descriptionInAnAckIsWaitedFor()
{
    std::vector<RecordingRule> rules { rule("doctors", 0), rule("default", 100) };
    rules[0].address = std::string_view("10.0.0.9");
    const auto decided = [&](const QString& ack) {
        TestTraffic traffic;
        traffic.script("0 A>B INVITE 1\n1000 B>A 200 1 sdp=sendrecv\n" + ack);
        traffic.talk(1010, 100, scriptHost('A', 10'000), scriptHost('B', 20'000), 1);
        traffic.script("9000 A>B BYE 2");
        std::vector<Datagram> all = traffic.list();
        std::ranges::stable_sort(all, {}, &Datagram::arrival);
        const auto run = runLanes(all, options(rules), 2, 64);
        return ruleOf(run->all.ended[0]) + ", " + std::to_string(run->all.streams.begin()->second.packetsStored);
    };
    QCOMPARE(decided("1200 A>B ACK 1 sdp=sendrecv relay=10000"), std::string("no by doctors, 0"));
    QCOMPARE(decided("1200 A>B ACK 1 sdp=sendrecv"), std::string("partly by default, 90"));
    QCOMPARE(decided({}), std::string("partly by default, 50")); // a second after the answer, seen or not
}

void RecordingTest::headerOfTheNextHopDecides()
{
    std::vector<RecordingRule> rules { rule("marked", 100), rule("default", 0) };
    rules[0].header = std::string_view("X-Record: yes");
    const auto decided = [&](const QString& first, const QString& second) {
        TestTraffic traffic;
        traffic.script("0 A>P INVITE 1 sdp=sendrecv branch=one" + first);
        traffic.script("5 P>B INVITE 1 sdp=sendrecv branch=two" + second);
        traffic.script("100 B>P 200 1 sdp=sendrecv branch=two\n105 P>A 200 1 sdp=sendrecv branch=one");
        traffic.talk(110, 50, scriptHost('A', 10'000), scriptHost('B', 20'000), 1);
        traffic.script("4000 A>P INVITE 2 sdp=sendrecv x=X-Record:yes\n5000 A>P BYE 3"); // too late to change anything
        std::vector<Datagram> all = traffic.list();
        std::ranges::stable_sort(all, {}, &Datagram::arrival);
        return ruleOf(runLanes(all, options(rules), 1, 64)->all.ended[0]);
    };
    QCOMPARE(decided(" x=X-Record:yes", ""), std::string("yes by marked"));
    QCOMPARE(decided("", " x=X-Record:yes"), std::string("yes by marked"));
    QCOMPARE(decided(" x=x-record:yes", " x=X-Record:no"), std::string("yes by marked"));
    QCOMPARE(decided("", " x=X-Record:no"), std::string("no by default"));
    QCOMPARE(decided("", ""), std::string("no by default"));
}

void RecordingTest::newRulesAreForNewCalls()
{
    TestTraffic traffic;
    const auto datagrams = calls(traffic, 10); // from 0 to 1800 ms, each for two seconds
    CollectingSink sink;
    CallMonitor monitor(options({ rule("default", 100) }), sink);
    bool changed = false;
    for (const Datagram& datagram : datagrams) {
        if (!changed && datagram.arrival >= scriptTime(990)) {
            monitor.replaceRecordingRules(RecordingPolicy(std::vector { rule("default", 100) }, {}));
            monitor.replaceRecordingRules(RecordingPolicy(std::vector { rule("default", 0) }, {})); // the newest counts
            changed = true;
        }
        monitor.process(std::span(&datagram, 1));
    }
    monitor.finish();
    QCOMPARE(sink.ended.size(), std::size_t { 10 });
    for (const CallRecord& call : sink.ended) {
        const bool before = call.startedAt < scriptTime(1000);
        QCOMPARE(ruleOf(call), std::string(before ? "yes by default" : "no by default"));
        QCOMPARE(bytesOf(sink, call.key) > 0, before);
    }
    for (const auto& [key, stream] : sink.streams) // those that were on went on
        QVERIFY(stream.packetsStored == 0 || stream.packetsStored == 100);
}

void RecordingTest::aCallThatIsBeingSetUpWhenRulesChangeIsDecidedByTheOldOnes()
{
    std::vector<RecordingRule> rules { rule("doctors", 0), rule("default", 100) };
    rules[0].address = std::string_view("10.0.0.9");
    TestTraffic traffic;
    traffic.script("0 A>B INVITE 1 sdp=sendrecv\n900 B>A 180 1\n1000 B>A 200 1 sdp=sendrecv\n4000 A>B BYE 2");
    CollectingSink sink;
    CallMonitor monitor(options(rules), sink);
    for (const Datagram& datagram : traffic.datagrams()) {
        monitor.process(std::span(&datagram, 1));
        monitor.replaceRecordingRules(RecordingPolicy(std::vector { rule("default", 0) }, {}));
    }
    monitor.finish();
    QCOMPARE(ruleOf(sink.ended.at(0)), std::string("yes by default"));
}

void RecordingTest::aCallBySkinnyIsDecidedByItsWholeNumber()
{
    SkinnyTraffic traffic;
    talkBySkinny(traffic);
    const auto all = runLanes(traffic.datagrams(), options(), 1, 64);
    QVERIFY(all->all.ended.size() > 2);
    const CallRecord& wanted = all->all.ended[0];
    std::vector<RecordingRule> rules { rule("it", 100), rule("default", 0) };
    rules[0].callee = wanted.callee.view();
    const auto one = runLanes(traffic.datagrams(), options(rules), 1, 64);
    for (const CallRecord& call : one->all.ended)
        if (call.key == wanted.key || call.callee != wanted.callee)
            QCOMPARE(ruleOf(call), std::string(call.key == wanted.key ? "yes by it" : "no by default"));
    for (const std::size_t lanes : { std::size_t { 2 }, std::size_t { 3 } })
        QCOMPARE(firstDifference(*one, *runLanes(traffic.datagrams(), options(rules), lanes, 7)), std::string());
}

void RecordingTest::anEngineOfFiguresOnlySaysSo()
{
    struct FiguresOnlySink : CollectingSink {
        bool keepsMedia() const override { return false; }
    } sink;
    TestTraffic traffic;
    const auto datagrams = calls(traffic, 2);
    CallMonitor monitor(options(), sink);
    monitor.process(datagrams);
    monitor.finish();
    for (const CallRecord& call : sink.ended)
        QCOMPARE(ruleOf(call), std::string("no by figures-only"));
    QCOMPARE(sink.ended.size(), std::size_t { 2 });
    QVERIFY(sink.recorded.empty() && sink.pool.empty());
}

QTEST_APPLESS_MAIN(RecordingTest)
#include "tst_recording.moc"
