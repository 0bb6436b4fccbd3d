#include "engine/capture/capture_loop.h"
#include "tests/engine/packet/frame_text.h"

#include <QTest>

#include <thread>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

// RTP to a port of the frame's own choice.
QByteArray rtpTo(std::size_t port)
{
    const QByteArray rtp = frame_text::hex("80 08 0001 00000000 cafebabe") + QByteArray(160, 'd');
    return frame_text::ethernet("0800",
        frame_text::ipv4(frame_text::big16(4000) + frame_text::big16(port) + frame_text::big16(8 + 172)
            + frame_text::hex("0000") + rtp));
}

const QByteArray sip = frame_text::ethernet("0800", frame_text::ipv4(frame_text::udp("OPTIONS sip:a SIP/2.0")));
const QByteArray arp = frame_text::ethernet("0806", QByteArray(46, '\0'));
const QByteArray dns = frame_text::ethernet("0800",
    frame_text::ipv4(frame_text::hex("1000 0035 0014 0000") + frame_text::hex("1234 0100 0001 0000 0000 0000")));

// Frames numbered by their wire size, `perBatch` at a time, with the contents given in turn; fails or ends after
// `batches` of them. Each has an owner of its own, which must be released once.
class NumberedFrames : public FrameSource {
public:
    bool live = false;
    std::uint32_t batches = 1000;
    std::uint32_t perBatch = 7;
    bool fails = false;
    bool endless = false;
    Nanoseconds tick = 1ms;
    std::vector<QByteArray> contents { rtpTo(5000) };
    ProbeLoss lost; // at the first poll
    std::vector<int> releases = std::vector<int>(100'000);
    std::atomic<std::uint64_t> released { 0 };
    std::atomic<std::uint32_t> filled { 0 };

    Result<void> receive(FrameBatch& batch) override
    {
        batch.last = false;
        if (filled < batches) {
            for (std::uint32_t i = 0; i < perBatch && batch.count < FrameBatch::capacity; ++i) {
                const QByteArray& content = contents[m_number % contents.size()];
                batch.owners[batch.count] = &releases[m_number];
                Frame& frame = batch.frames[batch.count++];
                frame = {};
                frame.bytes = frame_text::bytes(content);
                frame.wireSize = m_number++;
            }
            ++filled;
        }
        m_now += tick;
        batch.now = m_now;
        const bool done = filled == batches;
        if (done && fails)
            return Error { "the wire is cut" };
        batch.last = done && !endless;
        return {};
    }
    void releaseFrom(FrameBatch& batch, std::size_t first) override
    {
        for (std::size_t i = first; i < batch.count; ++i)
            ++*static_cast<int*>(batch.owners[i]);
        released += batch.count - first;
        batch.count = first;
    }
    ProbeLoss takeLoss() override { return std::exchange(lost, {}); }
    std::string describe() const override { return "numbers"; }
    bool isLive() const override { return live; }
    std::vector<CaptureCounter> counters() const override { return {}; }
    std::uint32_t frames() const { return m_number; }

private:
    std::uint32_t m_number = 0;
    Timestamp m_now {};
};

std::uint64_t droppedByReason(const CaptureLoop& loop)
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < dropReasons; ++i)
        sum += loop.dropped(static_cast<DropReason>(i));
    return sum;
}

}

class TestCaptureLoop : public QObject {
    Q_OBJECT
private slots:
    void everyFrameOfAFileComesOnceAndInOrder();
    void aSlowReaderOfAFileLosesNothing();
    void aSlowReaderOfALivePortLosesFramesAndEachIsCounted();
    void whatWasReadBeforeAFailureIsHandedOn();
    void timeIsSpareOnlyWhenThePortIsEmpty_data();
    void timeIsSpareOnlyWhenThePortIsEmpty();
    void stopEndsAnIdleSource();
    void stopEndsALoopThatWaitsForAFreeBatch();
    void anIdleSourceMovesTimeOnEveryTenMilliseconds();
    void everyFrameIsReleasedOnceWhateverBecameOfIt_data();
    void everyFrameIsReleasedOnceWhateverBecameOfIt();
    void ofAMixOnlyVoipIsHandedOnAndTheRestIsCountedByItsReason();
    void receivedIsHandedOnAndEachDropWithASlowReaderOfAMix();
    void allLanesSeeEachBatchAndEachFrameBelongsToOne();
    void aBatchIsFilledAgainOnlyWhenTheLastLaneGaveItBack();
    void aLiveBatchWaitsForCompanyButNotForLong();
    void theSequenceCountsWhatIsHandedOn();
    void whatWasLostComesWithTheNextBatch();
    void mirrorCopiesAreLeftOutAndCounted();
    void mirrorCopiesAreHandedOnWhereTheyAreWanted();
    void framesThatWereCutAreCountedAndKeepTheirSizeOnTheWire();
};

void TestCaptureLoop::everyFrameOfAFileComesOnceAndInOrder()
{
    NumberedFrames source;
    CaptureLoop loop(source, { .batches = 16 });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    std::uint32_t expected = 0;
    bool sawLast = false;
    while (FrameBatch* batch = loop.next()) {
        for (const Frame& frame : batch->view())
            QCOMPARE(frame.wireSize, expected++);
        sawLast = batch->last;
        loop.giveBack(batch);
    }
    QVERIFY(sawLast);
    QCOMPARE(expected, 7000u);
    QCOMPARE(loop.framesReceived(), std::uint64_t(7000));
    QCOMPARE(loop.framesHandedOn(), std::uint64_t(7000));
    QCOMPARE(loop.ringFullDropped(), std::uint64_t(0));
    QVERIFY(!loop.error());
    QVERIFY(loop.next() == nullptr);
}

void TestCaptureLoop::aSlowReaderOfAFileLosesNothing()
{
    NumberedFrames source;
    source.batches = 50;
    CaptureLoop loop(source, { .batches = 2 });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    std::uint32_t expected = 0;
    while (FrameBatch* batch = loop.next()) {
        std::this_thread::sleep_for(1ms);
        for (const Frame& frame : batch->view())
            QCOMPARE(frame.wireSize, expected++);
        loop.giveBack(batch);
    }
    QCOMPARE(expected, 350u);
}

void TestCaptureLoop::aSlowReaderOfALivePortLosesFramesAndEachIsCounted()
{
    NumberedFrames source;
    source.live = true;
    CaptureLoop loop(source, { .batches = 4 });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    while (source.filled < source.batches) // nobody reads meanwhile
        std::this_thread::sleep_for(1ms);
    std::uint64_t handedOn = 0;
    while (FrameBatch* batch = loop.next()) {
        handedOn += batch->count;
        loop.giveBack(batch);
    }
    QVERIFY(handedOn >= 4 * 7);
    QVERIFY(loop.ringFullDropped() > 0);
    QCOMPARE(loop.framesHandedOn(), handedOn);
    QCOMPARE(loop.framesReceived(), std::uint64_t(7000));
    QCOMPARE(loop.framesReceived(), loop.framesHandedOn() + loop.ringFullDropped());
}

void TestCaptureLoop::whatWasReadBeforeAFailureIsHandedOn()
{
    NumberedFrames source;
    source.batches = 3;
    source.fails = true;
    CaptureLoop loop(source, { .batches = 8 });
    loop.run({});
    std::uint64_t frames = 0;
    while (FrameBatch* batch = loop.next()) {
        frames += batch->count;
        loop.giveBack(batch);
    }
    QCOMPARE(frames, std::uint64_t(21));
    QVERIFY(loop.error());
    QCOMPARE(loop.error()->what, std::string("the wire is cut"));
}

void TestCaptureLoop::timeIsSpareOnlyWhenThePortIsEmpty_data()
{
    QTest::addColumn<int>("perBatch");
    QTest::addColumn<int>("uses");
    // The last poll ends the loop.
    QTest::newRow("few frames: nothing else waits") << 7 << 19;
    QTest::newRow("many: more are coming") << 40 << 0;
}

void TestCaptureLoop::timeIsSpareOnlyWhenThePortIsEmpty()
{
    QFETCH(const int, perBatch);
    struct Uses : SpareTime {
        int count = 0;
        void use() override { ++count; }
    } uses;
    NumberedFrames source;
    source.live = true;
    source.batches = 20;
    source.perBatch = static_cast<std::uint32_t>(perBatch);
    CaptureLoopOptions options;
    options.spareTime = &uses;
    CaptureLoop loop(source, options);
    loop.run({});
    QTEST(uses.count, "uses");
}

void TestCaptureLoop::stopEndsAnIdleSource()
{
    NumberedFrames source;
    source.live = true;
    source.endless = true;
    source.batches = 1;
    CaptureLoop loop(source, { .batches = 4 });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    FrameBatch* batch = loop.next();
    QCOMPARE(batch->count, std::size_t(7));
    loop.giveBack(batch);
    capture.request_stop();
    bool sawLast = false;
    while ((batch = loop.next())) {
        sawLast = batch->last;
        loop.giveBack(batch);
    }
    QVERIFY(sawLast);
}

void TestCaptureLoop::stopEndsALoopThatWaitsForAFreeBatch()
{
    NumberedFrames source;
    CaptureLoop loop(source, { .batches = 2 });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    FrameBatch* first = loop.next();
    FrameBatch* second = loop.next(); // none is free now
    capture.request_stop();
    capture.join();
    FrameBatch* last = loop.next();
    QVERIFY(last && last->last);
    QCOMPARE(last->count, std::size_t(0));
    loop.giveBack(first);
    loop.giveBack(second);
    loop.giveBack(last);
    QVERIFY(loop.next() == nullptr);
    QCOMPARE(loop.framesReceived(), loop.framesHandedOn());
}

void TestCaptureLoop::anIdleSourceMovesTimeOnEveryTenMilliseconds()
{
    NumberedFrames source;
    source.batches = 100; // a millisecond each, and no frame
    source.perBatch = 0;
    CaptureLoop loop(source, { .batches = 128 });
    loop.run({});
    std::size_t batches = 0;
    Timestamp now {};
    while (FrameBatch* batch = loop.next()) {
        QVERIFY(batch->now > now);
        now = batch->now;
        ++batches;
        loop.giveBack(batch);
    }
    QCOMPARE(batches, std::size_t(10));
    QCOMPARE(now.time_since_epoch(), Nanoseconds(100ms));
}

void TestCaptureLoop::everyFrameIsReleasedOnceWhateverBecameOfIt_data()
{
    QTest::addColumn<bool>("live");
    QTest::addColumn<bool>("slow");
    QTest::newRow("file") << false << false;
    QTest::newRow("live") << true << false;
    QTest::newRow("live, slow reader") << true << true; // a port would run out of buffers
}

void TestCaptureLoop::everyFrameIsReleasedOnceWhateverBecameOfIt()
{
    QFETCH(bool, live);
    QFETCH(bool, slow);
    NumberedFrames source;
    source.live = live;
    source.contents = { rtpTo(5000), arp, rtpTo(6000), dns, dns };
    {
        CaptureLoop loop(source, { .batches = 4 });
        std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
        while (slow && source.filled < source.batches)
            std::this_thread::sleep_for(1ms);
        while (FrameBatch* batch = loop.next())
            loop.giveBack(batch);
        capture.join();
        QVERIFY(!slow || loop.ringFullDropped() > 0);
    }
    QCOMPARE(source.released.load(), std::uint64_t(source.frames()));
    for (std::uint32_t i = 0; i < source.frames(); ++i)
        QCOMPARE(source.releases[i], 1);
}

void TestCaptureLoop::ofAMixOnlyVoipIsHandedOnAndTheRestIsCountedByItsReason()
{
    NumberedFrames source;
    source.batches = 100;
    source.perBatch = 5; // each batch one of each
    source.contents = { arp, rtpTo(5000), dns, sip, rtpTo(6000) };
    CaptureLoop loop(source, { .batches = 256 });
    loop.run({});
    std::uint64_t media = 0;
    std::uint64_t signalling = 0;
    while (FrameBatch* batch = loop.next()) {
        for (const Frame& frame : batch->view()) {
            const bool isSip = frame.wireSize % 5 == 3;
            QCOMPARE(int(frame.kind), int(isSip ? FrameKind::Signalling : FrameKind::Media));
            const Datagram datagram = datagramOf(frame.bytes, frame.udp);
            QCOMPARE(int(datagram.flow.dst.port), isSip ? 5062 : frame.wireSize % 5 == 1 ? 5000 : 6000);
            ++(isSip ? signalling : media);
        }
        loop.giveBack(batch);
    }
    QCOMPARE(media, std::uint64_t(200));
    QCOMPARE(signalling, std::uint64_t(100));
    QCOMPARE(loop.dropped(DropReason::NotIp), std::uint64_t(100));
    QCOMPARE(loop.dropped(DropReason::OtherUdp), std::uint64_t(100));
    QCOMPARE(loop.framesReceived(), std::uint64_t(500));
    QCOMPARE(loop.framesHandedOn(), std::uint64_t(300));
}

void TestCaptureLoop::receivedIsHandedOnAndEachDropWithASlowReaderOfAMix()
{
    NumberedFrames source;
    source.live = true;
    source.contents = { arp, rtpTo(5000), dns, sip, rtpTo(6000), rtpTo(6002), QByteArray() };
    CaptureLoop loop(source, { .batches = 4, .deal = { .lanes = 2 } });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    std::jthread other([&] {
        while (FrameBatch* batch = loop.next(1))
            loop.giveBack(batch, 1);
    });
    std::uint64_t read = 0;
    while (FrameBatch* batch = loop.next()) {
        std::this_thread::sleep_for(100us);
        read += batch->count;
        loop.giveBack(batch);
    }
    capture.join();
    QVERIFY(loop.ringFullDropped() > 0);
    QCOMPARE(loop.framesReceived(), std::uint64_t(source.frames()));
    QCOMPARE(loop.framesHandedOn(), read);
    QCOMPARE(loop.framesReceived(), read + loop.ringFullDropped() + droppedByReason(loop));
}

void TestCaptureLoop::allLanesSeeEachBatchAndEachFrameBelongsToOne()
{
    NumberedFrames source;
    source.contents.clear();
    for (std::size_t port = 5000; port < 5200; port += 2)
        source.contents.push_back(rtpTo(port));
    source.contents.push_back(sip);
    CaptureLoop loop(source, { .batches = 16, .deal = { .lanes = 3, .seed = 5 } });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    std::array<std::vector<std::uint32_t>, 3> seen; // wire sizes by lane
    std::array<std::uint32_t, 3> batches {};
    std::array<std::uint32_t, 3> signallingSeen {};
    std::vector<std::jthread> readers;
    for (unsigned lane = 0; lane < 3; ++lane) {
        readers.emplace_back([&, lane] {
            while (FrameBatch* batch = loop.next(lane)) {
                ++batches[lane];
                for (const Frame& frame : batch->view()) {
                    if (frame.lane != lane)
                        continue;
                    seen[lane].push_back(frame.wireSize);
                    signallingSeen[lane] += frame.kind == FrameKind::Signalling;
                }
                loop.giveBack(batch, lane);
            }
        });
    }
    readers.clear();
    QCOMPARE(batches[0], batches[1]);
    QCOMPARE(batches[0], batches[2]);
    QCOMPARE(seen[0].size() + seen[1].size() + seen[2].size(), std::size_t(7000));
    QCOMPARE(signallingSeen[1] + signallingSeen[2], 0u);
    QVERIFY(signallingSeen[0] > 0);
    std::vector<int> laneOf(source.contents.size(), -1);
    for (unsigned lane = 0; lane < 3; ++lane) {
        QVERIFY(seen[lane].size() > 1000);
        QVERIFY(std::is_sorted(seen[lane].begin(), seen[lane].end()));
        for (const std::uint32_t number : seen[lane]) {
            int& known = laneOf[number % laneOf.size()];
            QVERIFY(known == -1 || known == int(lane)); // a flow keeps its lane
            known = int(lane);
        }
    }
}

void TestCaptureLoop::aBatchIsFilledAgainOnlyWhenTheLastLaneGaveItBack()
{
    NumberedFrames source;
    source.batches = 4;
    CaptureLoop loop(source, { .batches = 1, .deal = { .lanes = 2 } });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    FrameBatch* const first = loop.next(0);
    QCOMPARE(loop.next(1), first);
    loop.giveBack(first, 0);
    std::this_thread::sleep_for(20ms); // long enough for the file to be read again, were it free
    QCOMPARE(source.filled.load(), 1u);
    QCOMPARE(first->frames[0].wireSize, 0u);
    loop.giveBack(first, 1);
    while (FrameBatch* batch = loop.next(0)) {
        QCOMPARE(loop.next(1), batch);
        loop.giveBack(batch, 1);
        loop.giveBack(batch, 0);
    }
    QCOMPARE(loop.framesHandedOn(), std::uint64_t(28));
}

void TestCaptureLoop::aLiveBatchWaitsForCompanyButNotForLong()
{
    for (const Nanoseconds tick : { Nanoseconds(1us), Nanoseconds(30us) }) {
        NumberedFrames source;
        source.live = true;
        source.tick = tick;
        source.batches = 100;
        CaptureLoop loop(source, { .batches = 128 });
        loop.run({});
        std::size_t batches = 0;
        while (FrameBatch* batch = loop.next()) {
            ++batches;
            if (!batch->last) // more than half full, or the first frame has waited for 50 us
                QCOMPARE(batch->count, std::size_t(tick == 1us ? 35 : 21));
            loop.giveBack(batch);
        }
        QCOMPARE(loop.framesHandedOn(), std::uint64_t(700));
        QCOMPARE(batches, std::size_t(tick == 1us ? 20 : 34));
    }
}

void TestCaptureLoop::theSequenceCountsWhatIsHandedOn()
{
    NumberedFrames source;
    source.contents = { arp, rtpTo(5000), dns };
    CaptureLoop loop(source, { .batches = 16 });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    std::uint64_t expected = 0;
    while (FrameBatch* batch = loop.next()) {
        QCOMPARE(batch->firstSequence, expected);
        expected += batch->count;
        loop.giveBack(batch);
    }
    QCOMPARE(expected, loop.framesHandedOn());
}

void TestCaptureLoop::whatWasLostComesWithTheNextBatch()
{
    NumberedFrames source;
    source.live = true;
    source.lost = { .frames = 11, .pollGap = 3ms };
    CaptureLoop loop(source, { .batches = 2 });
    std::jthread capture([&](std::stop_token stop) { loop.run(stop); });
    FrameBatch* const first = loop.next();
    FrameBatch* const second = loop.next();
    QCOMPARE(first->loss.frames, std::uint64_t(11));
    QCOMPARE(first->loss.pollGap, Nanoseconds(3ms));
    QCOMPARE(second->loss.frames, std::uint64_t(0));
    while (source.filled < source.batches) // both batches are here: the others are dropped
        std::this_thread::sleep_for(1ms);
    capture.join();
    loop.giveBack(first);
    loop.giveBack(second);
    std::uint64_t lost = 0;
    while (FrameBatch* batch = loop.next()) {
        lost += batch->loss.frames;
        loop.giveBack(batch);
    }
    QVERIFY(lost > 0);
    QCOMPARE(lost, loop.ringFullDropped());
}

// The source's frames are equal in turn, and all of one moment: of each only the first is another packet.
void TestCaptureLoop::mirrorCopiesAreLeftOutAndCounted()
{
    NumberedFrames source;
    source.live = true;
    source.contents = { rtpTo(5000), arp, rtpTo(6000), rtpTo(5000), sip };
    CaptureLoop loop(source, { .batches = 2048, .dropMirrorCopies = true });
    loop.run({});
    std::vector<std::uint32_t> handedOn;
    while (FrameBatch* batch = loop.next()) {
        for (const Frame& frame : batch->view()) {
            QCOMPARE(int(frame.kind), int(frame.wireSize == 4 ? FrameKind::Signalling : FrameKind::Media));
            handedOn.push_back(frame.wireSize);
        }
        loop.giveBack(batch);
    }
    QCOMPARE(handedOn, (std::vector<std::uint32_t> { 0, 2, 4 }));
    QCOMPARE(loop.framesReceived(), std::uint64_t(7000));
    QCOMPARE(loop.dropped(DropReason::NotIp), std::uint64_t(1400));
    QCOMPARE(loop.dropped(DropReason::MirrorCopy), std::uint64_t(7000 - 1400 - 3));
    QCOMPARE(source.released.load(), std::uint64_t(7000 - 3)); // the loop's end releases what was handed on
    for (std::uint32_t i = 0; i < source.frames(); ++i)
        QVERIFY(source.releases[i] <= 1);
}

void TestCaptureLoop::mirrorCopiesAreHandedOnWhereTheyAreWanted()
{
    NumberedFrames source;
    CaptureLoop loop(source, { .batches = 2048 });
    loop.run({});
    while (FrameBatch* batch = loop.next())
        loop.giveBack(batch);
    QCOMPARE(loop.framesHandedOn(), std::uint64_t(7000));
    QCOMPARE(loop.dropped(DropReason::MirrorCopy), std::uint64_t(0));
}

// As a port with short places gives them: it does not say how long they were. ARP is padded, and nobody's.
void TestCaptureLoop::framesThatWereCutAreCountedAndKeepTheirSizeOnTheWire()
{
    using namespace frame_text;
    // RFC 8200 3 and 4.5: 80 bytes behind the header, of which 40 were captured: a fragment.
    const QByteArray fragment =
        hex("60000000 0050 2c 40") + QByteArray(32, '\1') + hex("11 00 0001 00000001") + QByteArray(32, 'f');
    NumberedFrames source;
    source.batches = 1;
    source.perBatch = 5;
    source.contents = { rtpTo(5000).left(80), rtpTo(5000), arp, ethernet("86dd", fragment), sip.chopped(4) };
    CaptureLoop loop(source, { .batches = 2 });
    loop.run({});
    std::vector<std::uint32_t> sizes;
    while (FrameBatch* batch = loop.next()) {
        for (const Frame& frame : batch->view())
            sizes.push_back(frame.wireSize);
        if (batch->count > 0) {
            const Datagram datagram = datagramOf(batch->frames[0], 0);
            QCOMPARE(datagram.payload.size(), std::size_t(80 - 42));
            QCOMPARE(datagram.wirePayloadSize, std::uint16_t(172)); // what a stream's sizes are made of
            QCOMPARE(datagram.ipSize, std::uint16_t(200));
        }
        loop.giveBack(batch);
    }
    const auto sipSize = static_cast<std::uint32_t>(sip.size());
    QCOMPARE(sizes, (std::vector<std::uint32_t> { 214, 1, 14 + 40 + 80, sipSize }));
    QCOMPARE(loop.framesCut(), std::uint64_t(3));
    QCOMPARE(loop.bytesReceived(), std::uint64_t(214 + 1 + 2 + 134 + sipSize)); // whole frames have the source's word
}

QTEST_APPLESS_MAIN(TestCaptureLoop)
#include "tst_capture_loop.moc"
