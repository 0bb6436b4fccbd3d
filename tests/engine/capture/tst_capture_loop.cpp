#include "engine/capture/capture_loop.h"

#include <QTest>

#include <thread>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

// Frames numbered by their wire size, `perBatch` at a time; fails or ends after `batches` of them.
class NumberedFrames : public FrameSource {
public:
    bool live = false;
    std::uint32_t batches = 1000;
    std::uint32_t perBatch = 7;
    bool fails = false;
    std::atomic<std::uint64_t> released { 0 };
    std::atomic<std::uint32_t> filled { 0 };

    Result<void> receive(FrameBatch& batch) override
    {
        batch.count = 0;
        batch.last = false;
        if (filled < batches) {
            for (std::uint32_t i = 0; i < perBatch; ++i)
                batch.frames[batch.count++] = { .arrival = {}, .bytes = {}, .wireSize = m_number++ };
            ++filled;
        }
        m_now += 1ms;
        batch.now = m_now;
        const bool done = filled == batches;
        if (done && fails)
            return Error { "the wire is cut" };
        batch.last = done && !endless;
        return {};
    }
    void release(FrameBatch& batch) override { released += batch.count; }
    std::string describe() const override { return "numbers"; }
    bool isLive() const override { return live; }
    std::vector<CaptureCounter> counters() const override { return {}; }
    bool endless = false;

private:
    std::uint32_t m_number = 0;
    Timestamp m_now {};
};

}

class TestCaptureLoop : public QObject {
    Q_OBJECT
private slots:
    void everyFrameOfAFileComesOnceAndInOrder();
    void aSlowReaderOfAFileLosesNothing();
    void aSlowReaderOfALivePortLosesFramesAndEachIsCounted();
    void whatWasReadBeforeAFailureIsHandedOn();
    void stopEndsAnIdleSource();
    void stopEndsALoopThatWaitsForAFreeBatch();
    void anIdleSourceMovesTimeOnEveryTenMilliseconds();
};

void TestCaptureLoop::everyFrameOfAFileComesOnceAndInOrder()
{
    NumberedFrames source;
    CaptureLoop loop(source, 16);
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
    QCOMPARE(source.released.load(), std::uint64_t(7000));
    QVERIFY(!loop.error());
    QVERIFY(loop.next() == nullptr);
}

void TestCaptureLoop::aSlowReaderOfAFileLosesNothing()
{
    NumberedFrames source;
    source.batches = 50;
    CaptureLoop loop(source, 2);
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
    CaptureLoop loop(source, 4);
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
    QCOMPARE(source.released.load(), std::uint64_t(7000)); // a port would run out of buffers
}

void TestCaptureLoop::whatWasReadBeforeAFailureIsHandedOn()
{
    NumberedFrames source;
    source.batches = 3;
    source.fails = true;
    CaptureLoop loop(source, 8);
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

void TestCaptureLoop::stopEndsAnIdleSource()
{
    NumberedFrames source;
    source.live = true;
    source.endless = true;
    source.batches = 1;
    CaptureLoop loop(source, 4);
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
    CaptureLoop loop(source, 2);
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
    CaptureLoop loop(source, 128);
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

QTEST_APPLESS_MAIN(TestCaptureLoop)
#include "tst_capture_loop.moc"
