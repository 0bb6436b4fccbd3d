// From the processing core to the storage thread: records by value, media by chunk from a pre-allocated pool.
#pragma once

#include "engine/records/record_sink.h"
#include "shared/base/spsc_ring.h"

#include <atomic>
#include <memory>
#include <variant>
#include <vector>

namespace callmon {

struct CallOn {
    CallRecord call;
};
struct CallOver {
    CallRecord call;
};
using StorageItem = std::variant<std::monostate, CallOn, CallOver, StreamRecord, QualityPoint, MediaChunk*>;

// One producer (RecordSink's methods), one consumer (take(), giveBack()). Records are never dropped: a full queue
// makes the processing core wait, which shows upstream as a full capture ring. Media may be dropped where that is
// said (a live source: takeChunk() returns nullptr); else the disk is waited for.
class StorageQueue : public RecordSink {
public:
    // Memory: records * sizeof(StorageItem) + chunks * 16 KiB; chunks are touched when first used. Without chunks no
    // media is wanted: takeChunk() has none, and that is no refusal.
    StorageQueue(std::size_t records, std::size_t chunks);
    ~StorageQueue() override;

    void liveCall(const CallRecord& call) override { push(CallOn { call }); }
    void stream(const StreamRecord& stream) override { push(stream); }
    void quality(const QualityPoint& point) override { push(point); }
    void callEnded(const CallRecord& call) override { push(CallOver { call }); }
    MediaChunk* takeChunk() override;
    void media(MediaChunk* chunk) override;
    bool keepsMedia() const override { return m_keepsMedia; }
    void second(Timestamp) override { } // the storage thread commits by the clock: a replay has many in one
    void setMayDropMedia(bool mayDrop) { m_mayDropMedia = mayDrop; } // before the first chunk is taken
    void closeProducer() { m_closed.store(true, std::memory_order_release); }

    // Consumer.
    bool take(StorageItem& item) { return m_records.tryPop(item); }
    void giveBack(MediaChunk* chunk);
    // True when the producer closed and everything was taken.
    bool drained() const { return m_closed.load(std::memory_order_acquire) && m_records.size() == 0; }

    std::uint64_t waits() const { return m_waits.load(std::memory_order_relaxed); }
    std::uint64_t refusedChunks() const { return m_refusedChunks.load(std::memory_order_relaxed); }

private:
    void push(StorageItem&& item);

    struct Unmap {
        std::size_t bytes = 0;
        void operator()(MediaChunk* chunks) const;
    };

    SpscRing<StorageItem> m_records;
    std::unique_ptr<MediaChunk[], Unmap> m_pool;
    SpscRing<MediaChunk*> m_returned; // storage thread to processing core
    std::vector<MediaChunk*> m_free; // processing core's own; last in, first out, so that warm chunks come again
    std::size_t m_inFlight = 0; // handed over and not yet returned
    bool m_mayDropMedia = false;
    bool m_keepsMedia = false;
    std::atomic<bool> m_closed { false };
    std::atomic<std::uint64_t> m_waits { 0 };
    std::atomic<std::uint64_t> m_refusedChunks { 0 };
};

}
