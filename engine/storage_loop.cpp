#include "engine/storage_loop.h"

#include "engine/capture/machine.h"

#include <utility>

namespace callmon {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds commitInterval { 500 }; // half of what a kill may cost
constexpr std::chrono::milliseconds idleWait { 2 };
constexpr std::size_t recordsAtOnce = 4096; // between looks at the clock
constexpr std::size_t chunksAtOnce = 128; // a write's worth
constexpr std::size_t chunksInSpareTime = 4; // a microsecond each; 20 frames come meanwhile at most. Not tuned.
constexpr std::size_t chunksLeftToCapture = 2048; // 10 ms of the paper's load

}

struct StorageLoop::Handler {
    StorageLoop& loop;

    void liveCall(const CallRecord& call)
    {
        loop.m_writer.liveCall(call);
        loop.m_listener.liveCall(call);
    }
    void stream(const StreamRecord& stream)
    {
        loop.m_writer.stream(stream);
        loop.m_listener.stream(stream);
    }
    void message(const MessageHead& head, Bytes text) { loop.m_writer.message(head, text); }
    void callForgotten(CallKey call) { loop.m_writer.callForgotten(call); }
    void quality(const QualityPoint& point)
    {
        loop.m_writer.quality(point);
        loop.m_listener.quality(point);
    }
    void expect(std::span<const StreamKey> streams)
    {
        loop.m_writer.expect(streams);
        loop.m_listener.expect(streams);
    }
    void second(Timestamp now) { loop.m_listener.second(now); }
    void callEnded(const CallRecord& call)
    {
        loop.m_ended.push_back(call);
        loop.m_listener.callEnded(call);
    }
};

StorageLoop::StorageLoop(std::vector<StorageQueue*> queues, RecordWriter& writer, Listener& listener)
    : m_intake(std::move(queues))
    , m_writer(writer)
    , m_listener(listener)
    , m_pushed(m_intake.mediaPushed())
{
    m_taken.reserve(chunksAtOnce * m_pushed.size());
}

void StorageLoop::start()
{
    m_mediaThread = std::jthread([this] {
        nameThread("media");
        storeMedia();
    });
    m_storageThread = std::jthread([this] {
        nameThread("storage");
        storeRecords();
    });
}

Result<void> StorageLoop::join()
{
    m_storageThread.join();
    return m_closed;
}

void StorageLoop::storeRecords()
{
    Handler handler { *this };
    auto committed = Clock::now();
    for (;;) {
        const bool closing = m_intake.recordsDrained();
        const std::size_t taken = m_intake.takeRecords(recordsAtOnce, handler);
        handOnEnded();
        if (closing)
            break;
        if (Clock::now() - committed >= commitInterval) {
            m_listener.committed(m_writer.commitSettled());
            committed = Clock::now();
        }
        if (taken == 0)
            std::this_thread::sleep_for(idleWait);
    }
    m_mediaThread.join(); // its queues are closed, too
    for (const auto* calls : { &m_endedBefore, &m_ended })
        for (const CallRecord& call : *calls)
            m_writer.callEnded(call);
    m_listener.closing();
    m_closed = m_writer.close();
    m_listener.stored();
}

// A call's media was pushed before its end, and the media thread takes it within milliseconds, however late the disk
// is.
void StorageLoop::handOnEnded()
{
    if ((m_ended.empty() && m_endedBefore.empty()) || !m_intake.mediaTakenUpTo(m_pushed))
        return;
    for (const CallRecord& call : m_endedBefore)
        m_writer.callEnded(call);
    m_endedBefore.clear();
    m_endedBefore.swap(m_ended);
    m_pushed = m_intake.mediaPushed();
}

// While the capture thread has time for it, this one only looks whether that is enough.
void StorageLoop::storeMedia()
{
    std::uint64_t usesBefore = 0;
    for (;;) {
        const bool closing = m_intake.mediaDrained();
        const std::uint64_t uses = m_uses.load(std::memory_order_relaxed);
        const bool alone = std::exchange(usesBefore, uses) == uses || m_threadWanted.exchange(false)
            || m_intake.mediaWaiting() > chunksLeftToCapture;
        const bool any = alone && storeSomeMedia(chunksAtOnce, true);
        if (closing)
            break;
        if (!any)
            std::this_thread::sleep_for(idleWait);
    }
}

void StorageLoop::use()
{
    m_uses.store(m_uses.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    (void)storeSomeMedia(chunksInSpareTime, false);
}

// False when there was nothing, or another thread is at it.
bool StorageLoop::storeSomeMedia(std::size_t most, bool mayWait)
{
    if (m_mediaTurn.test_and_set(std::memory_order_acquire))
        return false;
    if (m_taken.empty())
        m_intake.takeMedia(most, m_taken);
    const bool any = !m_taken.empty();
    bool handedOn = true;
    if (mayWait)
        m_writer.media(m_taken, m_intake.isStarving());
    else
        handedOn = m_writer.tryMedia(m_taken, m_intake.isStarving());
    if (handedOn) {
        m_intake.mediaHandedOn(m_taken);
        m_taken.clear();
    } else {
        m_threadWanted.store(true, std::memory_order_relaxed);
    }
    m_mediaTurn.clear(std::memory_order_release);
    return any;
}

}
