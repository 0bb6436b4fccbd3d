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

void StorageLoop::storeMedia()
{
    for (;;) {
        const bool closing = m_intake.mediaDrained();
        const std::size_t taken = m_intake.takeMedia(
            chunksAtOnce, [this](MediaChunk* chunk, ChunkOwner& owner) { m_writer.media(chunk, owner); });
        if (closing)
            break;
        m_writer.pollMedia(m_intake.isStarving());
        if (taken == 0)
            std::this_thread::sleep_for(idleWait);
    }
}

}
