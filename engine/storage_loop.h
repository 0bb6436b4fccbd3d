// The storage side of the pipeline: two threads that empty the queues of all processing cores into a RecordWriter.
// Media has one of its own, and records never wait for it: a disk that is late costs media chunks, and nothing else.
// The capture thread takes most of media's work over where it has time to spare.
#pragma once

#include "engine/capture/spare_time.h"
#include "engine/storage/record_writer.h"
#include "engine/storage_intake.h"

#include <atomic>
#include <chrono>
#include <thread>

namespace callmon {

class StorageLoop final : public SpareTime {
public:
    // Who else wants what is stored, as it is taken from the queues. On the storage thread.
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void expect(std::span<const StreamKey>) { } // records of these come next: what is cold is asked for
        virtual void liveCall(const CallRecord&) { }
        virtual void stream(const StreamRecord&) { }
        virtual void quality(const QualityPoint&) { }
        virtual void callEnded(const CallRecord&) { }
        virtual void second(Timestamp) { } // of packet time, after what belongs to it
        virtual void closing() { } // nothing follows but what this adds
        virtual void committed(const Result<void>&) { } // what the disk refused since the last time, if anything
        virtual void stored() { } // every queue was closed, and all that was in them is stored: nothing follows
    };

    // All must outlive it. Nothing runs yet.
    StorageLoop(std::vector<StorageQueue*> queues, RecordWriter& writer, Listener& listener);

    void start();
    void use() override; // hands a few chunks to the disk
    // After every queue was closed by its producer, and nobody calls use() any more. What the last commit could not do,
    // if anything.
    Result<void> join();

private:
    struct Handler; // of records from the queues
    void storeRecords();
    void storeMedia();
    bool storeSomeMedia(std::size_t most, bool mayWait);
    void handOnEnded();

    StorageIntake m_intake;
    RecordWriter& m_writer;
    Listener& m_listener;
    Result<void> m_closed; // the storage thread's, until it is joined

    // The storage thread's. The writer is told that a call is over when it was given all of the call's media.
    std::vector<CallRecord> m_ended; // since m_pushed was read
    std::vector<CallRecord> m_endedBefore;
    std::vector<std::size_t> m_pushed; // media, of each queue

    // Of whoever hands media to the writer, the media thread or the capture thread.
    std::atomic_flag m_mediaTurn;
    std::vector<OwnedChunk> m_taken; // from the queues; the writer has not got them yet
    std::atomic<std::uint64_t> m_uses { 0 };
    std::atomic<bool> m_threadWanted { false }; // by the capture thread, which could not wait for what was to be done

    std::jthread m_mediaThread;
    std::jthread m_storageThread;
};

}
