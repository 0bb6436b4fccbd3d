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

// Where a record goes that everybody else has got, too.
struct StorageLoop::WriterTarget {
    StorageLoop& loop;
    void liveCall(const CallRecord& call) { loop.m_writer.liveCall(call); }
    void stream(const StreamRecord& stream) { loop.m_writer.stream(stream); }
    void quality(const QualityPoint& point) { loop.m_writer.quality(point); }
    void callEnded(const CallRecord& call) { loop.m_ended.push_back(call); }
    void message(const MessageHead& head, Bytes text) { loop.m_writer.message(head, text); }
    void callForgotten(CallKey call) { loop.m_writer.callForgotten(call); }
    void expect(std::span<const StreamKey> streams) { loop.m_writer.expect(streams); }
};

struct StorageLoop::BacklogTarget {
    StorageLoop& loop;
    void liveCall(const CallRecord& call) { loop.m_backlog.liveCall(call); }
    void stream(const StreamRecord& stream) { loop.m_backlog.stream(stream); }
    void quality(const QualityPoint& point) { loop.m_backlog.quality(point); }
    void callEnded(const CallRecord& call) { loop.m_backlog.callEnded(call); }
    void message(const MessageHead& head, Bytes text) { loop.m_backlog.message(head, text); }
    void callForgotten(CallKey call) { loop.m_backlog.callForgotten(call); }
    void expect(std::span<const StreamKey>) { }
};

template <typename Target> struct StorageLoop::Handler {
    Target to;
    Listener& listener;

    void liveCall(const CallRecord& call)
    {
        to.liveCall(call);
        listener.liveCall(call);
    }
    void stream(const StreamRecord& stream)
    {
        to.stream(stream);
        listener.stream(stream);
    }
    void message(const MessageHead& head, Bytes text) { to.message(head, text); }
    void callForgotten(CallKey call) { to.callForgotten(call); }
    void quality(const QualityPoint& point)
    {
        to.quality(point);
        listener.quality(point);
    }
    void expect(std::span<const StreamKey> streams)
    {
        to.expect(streams);
        listener.expect(streams);
    }
    void second(Timestamp now) { listener.second(now); }
    void callEnded(const CallRecord& call)
    {
        to.callEnded(call);
        listener.callEnded(call);
    }
};

StorageLoop::StorageLoop(std::vector<StorageQueue*> queues, RecordWriter& writer, Listener& listener)
    : StorageLoop(std::move(queues), writer, listener, Patience())
{
}

StorageLoop::StorageLoop(std::vector<StorageQueue*> queues, RecordWriter& writer, Listener& listener, Patience patience)
    : m_intake(std::move(queues))
    , m_writer(writer)
    , m_listener(listener)
    , m_pushed(m_intake.mediaPushed())
    , m_patience(patience)
    , m_backlog(patience.backlogBytes)
{
    m_taken.reserve(chunksAtOnce * m_pushed.size());
}

void StorageLoop::start()
{
    m_mediaThread = std::jthread([this] {
        nameThread("media");
        storeMedia();
    });
    m_commitThread = std::jthread([this](const std::stop_token& stop) {
        nameThread("commit");
        commitWhenTold(stop);
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

void StorageLoop::commitWhenTold(const std::stop_token& stop)
{
    std::unique_lock lock(m_commitMutex);
    while (m_commitChanged.wait(lock, stop, [this] { return m_commitWanted; })) {
        m_commitWanted = false;
        lock.unlock();
        auto result = m_writer.commitSettled();
        lock.lock();
        m_commitResult = std::move(result);
        m_commitDone = true;
        m_commitChanged.notify_all();
    }
}

void StorageLoop::beginCommit()
{
    m_committing = true;
    m_commitBegan = m_saidAt = Clock::now();
    {
        const std::lock_guard lock(m_commitMutex);
        m_commitDone = false;
        m_commitWanted = true;
    }
    m_commitChanged.notify_all();
}

// Records stay in their queues while a commit takes no longer than usual.
bool StorageLoop::writerIsBack()
{
    if (!m_committing)
        return true;
    std::unique_lock lock(m_commitMutex);
    for (;;) {
        const auto patient = m_commitBegan + m_patience.commit;
        const bool late = Clock::now() >= patient;
        const auto until = !late ? patient : m_mayLoseRecords ? Clock::now() : Clock::now() + commitInterval;
        if (m_commitChanged.wait_until(lock, until, [this] { return m_commitDone; }))
            break;
        if (const auto now = Clock::now(); !late || now - m_saidAt >= commitInterval) {
            m_saidAt = now;
            const auto silent = std::chrono::duration_cast<std::chrono::milliseconds>(now - m_commitBegan);
            m_silentMs = silent.count();
            lock.unlock();
            m_listener.committing(silent);
            lock.lock();
        }
        if (m_mayLoseRecords)
            return false;
    }
    const Result<void> result = std::move(m_commitResult);
    lock.unlock();
    m_committing = false;
    m_silentMs = 0;
    if (!m_backlog.isEmpty())
        m_backlog.giveTo(m_writer, m_ended);
    m_listener.committed(result);
    return true;
}

std::vector<NamedCounter> StorageLoop::counters() const
{
    return { { "data_directory_silent_s", static_cast<std::uint64_t>(m_silentMs.load()) / 1000 },
        { "records_overdue", m_backlog.recordsLost() }, { "messages_overdue", m_backlog.messagesLost() } };
}

void StorageLoop::storeRecords()
{
    Handler<WriterTarget> handler { { *this }, m_listener };
    Handler<BacklogTarget> waiting { { *this }, m_listener };
    auto committed = Clock::now();
    for (;;) {
        const bool closing = m_intake.recordsDrained();
        const bool wasCommitting = m_committing;
        const bool hasWriter = writerIsBack();
        if (hasWriter && wasCommitting)
            committed = Clock::now();
        const std::size_t taken =
            hasWriter ? m_intake.takeRecords(recordsAtOnce, handler) : m_intake.takeRecords(recordsAtOnce, waiting);
        if (hasWriter) {
            handOnEnded();
            if (closing)
                break;
            if (Clock::now() - committed >= commitInterval)
                beginCommit();
        }
        if (taken == 0 && (!m_committing || !hasWriter))
            std::this_thread::sleep_for(idleWait);
    }
    m_commitThread.request_stop();
    m_commitThread.join();
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
