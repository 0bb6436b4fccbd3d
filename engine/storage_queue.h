// From a processing core to storage: records by value, media by chunk from a pre-allocated pool.
#pragma once

#include "engine/records/record_sink.h"
#include "engine/storage/chunk_owner.h"
#include "shared/base/message_ring.h"
#include "shared/base/spsc_ring.h"

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace callmon {

// One producer (RecordSink's methods), one consumer of records, one of media. Records are never dropped: a full queue
// makes the processing core wait, which shows upstream as a full capture ring. Media may be dropped where that is said
// (a live source: takeChunk() returns nullptr); else the disk is waited for.
class StorageQueue final : public RecordSink, public ChunkOwner {
public:
    struct Sizes {
        // A second of 104,000 streams; a commit takes a fifth of one.
        std::size_t recordBytes = 64u << 20;
        std::size_t messageBytes = 0; // of signalling messages; 0: none is wanted, and that is no loss
        std::size_t openChunks = 0; // at most, in streams
        std::size_t chunksInFlight = 0; // handed over, not yet on disk; 0: no media is wanted, and that is no refusal
        bool hugePages = false; // for chunks, where free: writes from them cost the disk's side less
        bool touchMemory = false; // of records and messages at start: a live probe shall not wait for pages later
    };
    explicit StorageQueue(const Sizes& sizes);
    ~StorageQueue() override;

    void liveCall(const CallRecord& call) override { push(Kind::CallOn, call); }
    void stream(const StreamRecord& stream) override { push(Kind::Stream, stream); }
    void quality(const QualityPoint& point) override { push(Kind::Point, point); }
    void callEnded(const CallRecord& call) override { push(Kind::CallOver, call); }
    bool message(const MessageHead& head, Bytes text, bool answered) override;
    void callForgotten(CallKey call) override;
    MediaChunk* takeChunk() override;
    void media(MediaChunk* chunk) override;
    bool keepsMedia() const override { return m_mostInFlight > 0; }
    void second(Timestamp now) override { push(Kind::Second, now); } // in its place among the records
    void setMayDropMedia(bool mayDrop) { m_mayDropMedia = mayDrop; } // before the first chunk is taken
    void closeProducer() { m_closed.store(true, std::memory_order_release); }

    // Consumer of records: calls the method of `to` for the oldest one. False when there is none.
    enum class Kind : std::uint32_t { CallOn = 1, CallOver, Stream, Point, Second };
    template <typename Handler> bool takeRecord(Handler& to);
    // The same consumer: of which streams the next records are, at most so many. A call's is its stream 0.
    void nextStreams(std::size_t most, std::vector<StreamKey>& streams) const;
    std::size_t recordsPushedUpTo() const { return m_records.pushedUpTo(); }
    std::size_t recordsTakenUpTo() const { return m_records.takenUpTo(); }

    // The same consumer: hands the oldest message to `to.message(const MessageHead&, Bytes)`, the end of something that
    // was no call to `to.callForgotten(CallKey)`. False when there is none.
    template <typename Handler> bool takeMessage(Handler& to);
    std::size_t messagesPushedUpTo() const { return m_messages ? m_messages->pushedUpTo() : 0; }
    std::size_t messagesTakenUpTo() const { return m_messages ? m_messages->takenUpTo() : 0; }

    // Consumer of media. A chunk counts as taken from mediaTaken() on.
    bool takeMedia(MediaChunk*& chunk) { return m_media.tryPop(chunk); }
    void mediaTaken(std::size_t chunks) { m_mediaTaken.fetch_add(chunks, std::memory_order_release); }
    std::size_t mediaPushedCount() const { return m_mediaPushed.load(std::memory_order_acquire); }
    std::size_t mediaTakenCount() const { return m_mediaTaken.load(std::memory_order_acquire); }
    void giveBack(MediaChunk* chunk) override;

    bool isClosed() const { return m_closed.load(std::memory_order_acquire); } // nothing more will be pushed
    bool isStarving() const { return m_starving.load(std::memory_order_relaxed); } // the producer waits for a chunk

    double recordsPercent() const // of the room for records, what waits now; any thread
    {
        return 100.0 * static_cast<double>(m_records.bytesWaiting()) / static_cast<double>(m_records.capacity());
    }
    std::uint64_t waits() const { return m_waits.load(std::memory_order_relaxed); }
    std::uint64_t refusedChunks() const { return m_refusedChunks.load(std::memory_order_relaxed); }

private:
    template <typename Record> void push(Kind kind, const Record& record);
    static void waitForRoom();

    struct Unmap {
        std::size_t bytes = 0;
        void operator()(MediaChunk* chunks) const;
    };
    std::unique_ptr<MediaChunk[], Unmap> mapPool(std::size_t chunks, bool hugePages);

    struct QueuedMessage {
        MessageHead head;
        std::uint32_t bytes = 0; // of text, which follows
    };
    enum class Told : std::uint32_t { Message = 1, Forgotten };

    MessageRing m_records;
    std::optional<MessageRing> m_messages; // of the core that owns signalling
    std::unique_ptr<MediaChunk[], Unmap> m_pool;
    SpscRing<MediaChunk*> m_media;
    SpscRing<MediaChunk*> m_returned; // to the processing core
    std::vector<MediaChunk*> m_free; // processing core's own; last in, first out, so that warm chunks come again
    std::size_t m_mostInFlight;
    std::size_t m_inFlight = 0; // handed over and not yet returned
    bool m_mayDropMedia = false;
    std::atomic<bool> m_closed { false };
    std::atomic<bool> m_starving { false };
    std::atomic<std::size_t> m_mediaPushed { 0 };
    std::atomic<std::size_t> m_mediaTaken { 0 };
    std::atomic<std::uint64_t> m_waits { 0 };
    std::atomic<std::uint64_t> m_refusedChunks { 0 };
};

template <typename Handler> bool StorageQueue::takeMessage(Handler& to)
{
    return m_messages && m_messages->tryTake([&](std::uint32_t kind, const std::byte* value) {
        QueuedMessage message;
        std::memcpy(&message, value, sizeof message);
        if constexpr (requires { to.callForgotten(CallKey()); }) { // else it wants none
            if (static_cast<Told>(kind) == Told::Message)
                to.message(message.head, Bytes(value + sizeof message, message.bytes));
            else
                to.callForgotten(message.head.call);
        }
    });
}

template <typename Handler> bool StorageQueue::takeRecord(Handler& to)
{
    const auto as = [](const std::byte* value, auto record) {
        std::memcpy(&record, value, sizeof record);
        return record;
    };
    return m_records.tryTake([&](std::uint32_t kind, const std::byte* value) {
        switch (static_cast<Kind>(kind)) {
        case Kind::CallOn:
            return to.liveCall(as(value, CallRecord()));
        case Kind::CallOver:
            return to.callEnded(as(value, CallRecord()));
        case Kind::Stream:
            return to.stream(as(value, StreamRecord()));
        case Kind::Point:
            return to.quality(as(value, QualityPoint()));
        case Kind::Second:
            if constexpr (requires { to.second(Timestamp()); }) // else it wants none
                to.second(as(value, Timestamp()));
            return;
        }
    });
}

}
