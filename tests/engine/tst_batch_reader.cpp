// The path of a frame from its source to the records, on all its threads: this program's operator new counts.
#include <QTest>

// after Qt: moc stumbles over <chrono> when it comes first
#include "engine/batch_reader.h"
#include "engine/capture/capture_loop.h"
#include "tests/engine/count_allocations.h"
#include "tests/engine/packet/frame_text.h"
#include "tests/engine/tracking/sip_script.h"

#include <algorithm>
#include <deque>
#include <latch>

using namespace callmon;

namespace {

// Frames in memory, once, at the times of their datagrams.
class FramesInMemory : public FrameSource {
public:
    struct Each {
        Timestamp arrival;
        QByteArray bytes;
    };
    std::vector<Each> frames;
    std::size_t allocationsBefore = 0; // when the first was asked for

    Result<void> receive(FrameBatch& batch) override
    {
        if (m_next == 0)
            allocationsBefore = allocations;
        while (m_next < frames.size() && batch.count < FrameBatch::capacity) {
            Frame& frame = batch.frames[batch.count++];
            frame = {};
            frame.arrival = frames[m_next].arrival;
            frame.bytes = frame_text::bytes(frames[m_next].bytes);
            frame.wireSize = static_cast<std::uint32_t>(frame.bytes.size());
            batch.now = frames[m_next++].arrival;
        }
        batch.last = m_next == frames.size();
        return {};
    }
    void releaseFrom(FrameBatch& batch, std::size_t first) override { batch.count = first; }
    std::string describe() const override { return "memory"; }
    bool isLive() const override { return false; }
    std::vector<CaptureCounter> counters() const override { return {}; }

private:
    std::size_t m_next = 0;
};

class CountingSink : public RecordSink {
public:
    void liveCall(const CallRecord&) override { }
    void stream(const StreamRecord&) override { }
    void quality(const QualityPoint&) override { ++points; }
    void callEnded(const CallRecord&) override { ++ended; }
    MediaChunk* takeChunk() override { return &m_chunks[m_next++ % m_chunks.size()]; }
    void media(MediaChunk*) override { ++chunks; }
    void second(Timestamp) override { }
    int points = 0;
    int ended = 0;
    int chunks = 0;

private:
    std::array<MediaChunk, 64> m_chunks;
    std::size_t m_next = 0;
};

// Ethernet, IPv4, and UDP (RFC 768), or one piece of it (RFC 791 3.2).
QByteArray frameOf(const Datagram& datagram)
{
    using namespace frame_text;
    const auto address = [](const Endpoint& end) {
        return QByteArray(reinterpret_cast<const char*>(end.ip.bytes().data()) + 12, 4);
    };
    const QByteArray payload(
        reinterpret_cast<const char*>(datagram.payload.data()), static_cast<qsizetype>(datagram.payload.size()));
    const auto size = static_cast<std::size_t>(payload.size()) + 8;
    const QByteArray udp =
        big16(datagram.flow.src.port) + big16(datagram.flow.dst.port) + big16(size) + big16(0) + payload;
    return ethernet("0800",
        hex("4500") + big16(size + 20) + hex("0000 4000 4011 0000") + address(datagram.flow.src)
            + address(datagram.flow.dst) + udp);
}

}

class BatchReaderTest : public QObject {
    Q_OBJECT

private slots:
    void frameAllocatesNothingOnAnyThread_data();
    void frameAllocatesNothingOnAnyThread();
};

void BatchReaderTest::frameAllocatesNothingOnAnyThread_data()
{
    QTest::addColumn<int>("lanes");
    for (const int lanes : { 1, 3 })
        QTest::addRow("%d processing threads", lanes) << lanes;
}

void BatchReaderTest::frameAllocatesNothingOnAnyThread()
{
    QFETCH(int, lanes);
    TestTraffic traffic;
    for (int i = 0; i < 20; ++i) {
        const auto port = static_cast<std::uint16_t>(10'000 + 2 * i);
        const QString id = QString(" id=call-%1 branch=b%1 port=%2").arg(i).arg(port);
        traffic.script(QString("%1 A>B INVITE 1 sdp=sendrecv").arg(10 * i) + id);
        traffic.script(QString("%1 B>A 200 1 sdp=sendrecv").arg(10 * i + 5) + id);
        traffic.talk(10 * i - 100, 200, scriptHost('A', port), scriptHost('B', port), 1);
        traffic.talk(10 * i + 10, 200, scriptHost('B', port), scriptHost('A', port), 2);
        traffic.talk(10 * i, 50, scriptHost('P', port), scriptHost('P', 9), 3); // of no call
        traffic.script(QString("%1 A>B BYE 2").arg(10 * i + 5000) + id);
    }
    traffic.talk(20'000, 2, scriptHost('P', 8), scriptHost('P', 9), 4); // all calls are over
    std::vector<Datagram> all = traffic.list();
    std::ranges::stable_sort(all, {}, &Datagram::arrival);
    FramesInMemory source;
    for (const Datagram& datagram : all) {
        const QByteArray frame = frameOf(datagram);
        source.frames.push_back({ datagram.arrival, frame });
        source.frames.push_back({ datagram.arrival, frame_text::ethernet("0806", QByteArray(46, '\0')) }); // ARP
    }

    TrackerOptions options;
    options.maxCalls = 64;
    options.maxStreams = 256;
    options.maxMediaAddresses = 256;
    const LaneDeal deal { static_cast<std::uint32_t>(lanes), 1 };
    CaptureLoop capture(source, { .batches = 16, .deal = deal, .dropMirrorCopies = true });
    std::deque<CountingSink> sinks(deal.lanes);
    std::vector<RecordSink*> pointers;
    for (CountingSink& sink : sinks)
        pointers.push_back(&sink);
    CallMonitor monitor(options, pointers);
    BatchReader reader(monitor, {}, deal);
    std::latch ready(lanes);
    std::latch over(lanes);
    std::vector<std::jthread> threads;
    for (unsigned lane = 1; lane < deal.lanes; ++lane) {
        threads.emplace_back([&, lane] {
            ready.arrive_and_wait();
            while (FrameBatch* batch = capture.next(lane)) {
                reader.readLane(lane, *batch);
                capture.giveBack(batch, lane);
            }
            over.count_down();
        });
    }
    threads.emplace_back([&](const std::stop_token& stop) {
        ready.wait();
        capture.run(stop);
    });
    ready.count_down();
    while (FrameBatch* batch = capture.next()) {
        reader.read(*batch);
        capture.giveBack(batch);
    }
    over.arrive_and_wait();
    const std::size_t after = allocations;
    QCOMPARE(sinks[0].ended, 20);
    int points = 0;
    int chunks = 0;
    for (const CountingSink& sink : sinks) {
        points += sink.points;
        chunks += sink.chunks;
    }
    QVERIFY(points >= 100 && chunks >= 40);
    QCOMPARE(capture.dropped(DropReason::NotIp), std::uint64_t { all.size() });
    QCOMPARE(after - source.allocationsBefore, std::size_t { 0 });
}

QTEST_APPLESS_MAIN(BatchReaderTest)
#include "tst_batch_reader.moc"
