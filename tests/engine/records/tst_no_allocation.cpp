// Nothing is allocated per packet: this program's operator new counts.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/records/call_monitor.h"
#include "tests/engine/count_allocations.h"
#include "tests/engine/tracking/sip_script.h"
#include "tests/engine/tracking/skinny_script.h"

#include <algorithm>

using namespace callmon;

namespace {

class FixedSink : public RecordSink {
public:
    void liveCall(const CallRecord&) override { }
    void stream(const StreamRecord&) override { }
    void quality(const QualityPoint&) override { ++points; }
    void callEnded(const CallRecord&) override { ++ended; }
    MediaChunk* takeChunk() override { return &m_chunks[m_next++ % m_chunks.size()]; }
    bool message(const MessageHead&, Bytes text, bool) override
    {
        messages += !text.empty();
        return true;
    }
    void media(MediaChunk*) override { ++chunks; }
    void second(Timestamp) override { ++seconds; }
    int messages = 0;
    int points = 0;
    int ended = 0;
    int chunks = 0;
    int seconds = 0;

private:
    std::array<MediaChunk, 8> m_chunks;
    std::size_t m_next = 0;
};

}

class NoAllocationTest : public QObject {
    Q_OBJECT

private slots:
    void countingWorks();
    void callsAndMediaAllocateNothing();
    void callsBySkinnyAllocateNothing();
};

void NoAllocationTest::countingWorks()
{
    const std::size_t before = allocations;
    const auto one = std::make_unique<int>(1);
    QVERIFY(allocations > before);
}

void NoAllocationTest::callsAndMediaAllocateNothing()
{
    TestTraffic traffic;
    const Endpoint a = scriptHost('A', 10000);
    const Endpoint b = scriptHost('B', 20000);
    traffic.talk(-3000, 100, b, a, 3); // waits for its signalling
    traffic.talk(-3000, 100, b, scriptHost('P', 9), 4); // in vain
    std::stable_sort(traffic.list().begin(), traffic.list().end(),
        [](const Datagram& x, const Datagram& y) { return x.arrival < y.arrival; });
    traffic.script("0 A>B INVITE 1 sdp=sendrecv\n10 B>A 180 1\n20 B>A 200 1 sdp=sendrecv\n30 A>B ACK 1");
    traffic.talk(40, 2000, a, b, 1);
    traffic.talk(41'000, 500, b, a, 2);
    traffic.script("60000 A>B INVITE 2 sdp=sendonly\n60020 B>A 200 2 sdp=recvonly\n60030 A>B ACK 2\n70000 A>B BYE 3");
    const auto sink = std::make_unique<FixedSink>();
    TrackerOptions options;
    options.maxCalls = 64;
    options.maxStreams = 64;
    options.maxMediaAddresses = 64;
    std::vector<RecordingRule> rules = builtInRecordingRules();
    RecordingRule asks;
    asks.name = std::string_view("asks-for-what-may-still-come");
    asks.caller = std::string_view("*");
    asks.address = std::string_view("192.0.2.0/24");
    asks.header = std::string_view("X-Record-This-Call-Please: *yes*");
    rules.insert(rules.begin(), asks);
    options.recording = RecordingPolicy(rules, {});
    CallMonitor monitor(options, *sink);
    const std::size_t before = allocations;
    monitor.process(traffic.datagrams());
    monitor.advance(scriptTime(80'000));
    QCOMPARE(allocations - before, std::size_t { 0 });
    QCOMPARE(sink->ended, 1);
    QCOMPARE(sink->messages, 8);
    QVERIFY(sink->points >= 50 && sink->chunks >= 50 && sink->seconds >= 79);
}

void NoAllocationTest::callsBySkinnyAllocateNothing()
{
    SkinnyTraffic traffic;
    talkBySkinny(traffic);
    const auto sink = std::make_unique<FixedSink>();
    TrackerOptions options;
    options.maxCalls = 64;
    options.maxStreams = 64;
    options.maxMediaAddresses = 64;
    CallMonitor monitor(options, *sink);
    const std::size_t before = allocations;
    for (const Datagram& datagram : traffic.datagrams()) {
        if (SkinnyTraffic::isSkinny(datagram))
            monitor.skinnyMessage(datagram);
        else
            monitor.process(std::span(&datagram, 1));
    }
    QCOMPARE(allocations - before, std::size_t { 0 });
    QCOMPARE(sink->ended, 6);
    QVERIFY(sink->messages > 60 && sink->points > 20 && sink->chunks > 20);
}

QTEST_APPLESS_MAIN(NoAllocationTest)
#include "tst_no_allocation.moc"
