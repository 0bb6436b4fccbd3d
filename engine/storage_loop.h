// The storage side of the pipeline: two threads that empty the queues of all processing cores into a RecordWriter.
// Media has one of its own, and records never wait for it: a disk that is late costs media chunks, and nothing else.
#pragma once

#include "engine/storage/record_writer.h"
#include "engine/storage_intake.h"

#include <chrono>
#include <thread>

namespace callmon {

class StorageLoop {
public:
    // Who else wants what is stored, as it is taken from the queues. On the storage thread.
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void liveCall(const CallRecord&) { }
        virtual void stream(const StreamRecord&) { }
        virtual void quality(const QualityPoint&) { }
        virtual void callEnded(const CallRecord&) { }
        virtual void committed(const Result<void>&) { } // what the disk refused since the last time, if anything
        virtual void stored() { } // every queue was closed, and all that was in them is stored: nothing follows
    };

    // All must outlive it. Nothing runs yet.
    StorageLoop(std::vector<StorageQueue*> queues, RecordWriter& writer, Listener& listener);

    void start();
    // After every queue was closed by its producer. What the last commit could not do, if anything.
    Result<void> join();

private:
    struct Handler; // of records from the queues
    void storeRecords();
    void storeMedia();
    void handOnEnded();

    StorageIntake m_intake;
    RecordWriter& m_writer;
    Listener& m_listener;
    Result<void> m_closed; // the storage thread's, until it is joined

    // The storage thread's. The writer is told that a call is over when it was given all of the call's media.
    std::vector<CallRecord> m_ended; // since m_pushed was read
    std::vector<CallRecord> m_endedBefore;
    std::vector<std::size_t> m_pushed; // media, of each queue

    std::jthread m_mediaThread;
    std::jthread m_storageThread;
};

}
