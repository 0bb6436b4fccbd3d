// What a processing core produces: snapshots of calls and streams, one-second points, media. Implemented by the queue
// to the storage thread, and by tests.
//
// With several lanes each has a sink of its own, used by one thread at a time: the lane's, and lane 0's while the lanes
// stand still. Calls come from lane 0's only. What other sinks were given of a call, they were given before lane 0's is
// given its callEnded(): whoever reads several queues takes from lane 0's what lay there before the others were
// emptied.
#pragma once

#include "shared/calls/call_message.h"
#include "shared/calls/media_chunk.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

namespace callmon {

class RecordSink {
public:
    virtual ~RecordSink() = default;

    // A call that is on: when its state changed, and at least once a minute while it lives.
    virtual void liveCall(const CallRecord& call) = 0;
    // A stream that is on: with its first second, with each tenth that has packets, and one last time before
    // callEnded(). What it does not yet say, the points after its last packet do.
    virtual void stream(const StreamRecord& stream) = 0;
    virtual void quality(const QualityPoint& point) = 0;
    // The call left the tables: nothing follows under its key. Its final streams, points and media came before.
    virtual void callEnded(const CallRecord& call) = 0;

    // An empty chunk from the pre-allocated pool, or nullptr when there is none (a live probe whose disk is late: the
    // packet is then counted as not stored). Handed back by media(), full or a second old (at the next tick).
    virtual MediaChunk* takeChunk() = 0;
    // False when takeChunk() never has one: then nobody asks. Asked once, at start.
    virtual bool keepsMedia() const { return true; }
    virtual void media(MediaChunk* chunk) = 0;

    // A signalling message of a call, and as much of its text as is kept; `answered`: of a call that has been. Before
    // callEnded(), the first one before liveCall(). False when there is no room for it now.
    virtual bool message(const MessageHead&, Bytes, bool /*answered*/) { return true; }
    // No message and nothing else follows under this key: it was no call.
    virtual void callForgotten(CallKey) { }

    // Every whole second of packet time, after what belongs to it.
    virtual void second(Timestamp now) = 0;
};

}
