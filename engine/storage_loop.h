// The storage side of the pipeline: threads that empty the queues of all processing cores into a RecordWriter.
// Media has one of its own, and records never wait for it: a disk that is late costs media chunks, and nothing else.
// The capture thread takes most of media's work over where it has time to spare. Commits have one, too: while the data
// directory does not answer, records wait in a backlog, and whoever else wants them gets them.
#pragma once

#include "engine/capture/spare_time.h"
#include "engine/record_backlog.h"
#include "engine/storage/record_writer.h"
#include "engine/storage_intake.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
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
        // What the disk refused since the last time, if anything. Only here and in closing() may the writer be touched.
        virtual void committed(const Result<void>&) { }
        virtual void committing(std::chrono::milliseconds) { } // for so long by now, which is too long: again and again
        virtual void stored() { } // every queue was closed, and all that was in them is stored: nothing follows
    };

    struct Patience {
        std::chrono::milliseconds commit { 3'000 }; // then the data directory counts as silent
        std::size_t backlogBytes = 512u << 20;
    };
    // All must outlive it. Nothing runs yet.
    StorageLoop(std::vector<StorageQueue*> queues, RecordWriter& writer, Listener& listener);
    StorageLoop(std::vector<StorageQueue*> queues, RecordWriter& writer, Listener& listener, Patience patience);
    // Of a live source records that find no room in the backlog are lost; any other waits. Before start().
    void setMayLoseRecords(bool may) { m_mayLoseRecords = may; }

    void start();
    void use() override; // hands a few chunks to the disk
    // After every queue was closed by its producer, and nobody calls use() any more. What the last commit could not do,
    // if anything.
    Result<void> join();

    double backlogPercent() const { return m_backlog.percent(); } // any thread
    std::vector<NamedCounter> counters() const; // any thread

private:
    template <typename Target> struct Handler; // of records from the queues
    struct WriterTarget;
    struct BacklogTarget;
    void commitWhenTold(const std::stop_token& stop);
    void beginCommit();
    bool writerIsBack(); // from the commit, if it had gone to one; waits for it, but not for ever
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

    // The writer is the commit thread's from beginCommit() until writerIsBack().
    Patience m_patience;
    bool m_mayLoseRecords = false;
    bool m_committing = false; // the storage thread's
    std::chrono::steady_clock::time_point m_commitBegan, m_saidAt; // likewise
    RecordBacklog m_backlog; // likewise
    std::mutex m_commitMutex; // of the rest
    std::condition_variable_any m_commitChanged;
    bool m_commitWanted = false;
    bool m_commitDone = false;
    Result<void> m_commitResult;
    std::atomic<std::int64_t> m_silentMs { 0 }; // so long the data directory has not answered

    // Of whoever hands media to the writer, the media thread or the capture thread.
    std::atomic_flag m_mediaTurn;
    std::vector<OwnedChunk> m_taken; // from the queues; the writer has not got them yet
    std::atomic<std::uint64_t> m_uses { 0 };
    std::atomic<bool> m_threadWanted { false }; // by the capture thread, which could not wait for what was to be done

    std::jthread m_commitThread;
    std::jthread m_mediaThread;
    std::jthread m_storageThread;
};

}
