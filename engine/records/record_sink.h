// What the processing core produces: snapshots of calls and streams, one-second points, media. Implemented by the
// queue to the storage thread, and by tests.
#pragma once

#include "shared/calls/media_chunk.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

namespace callmon {

class RecordSink {
public:
    virtual ~RecordSink() = default;

    // A call that is on: when its state changed, and at least once a minute while it lives.
    virtual void liveCall(const CallRecord& call) = 0;
    // A stream that is on, once a second of packet time while it has packets; and one last time before callEnded().
    virtual void stream(const StreamRecord& stream) = 0;
    virtual void quality(const QualityPoint& point) = 0;
    // The call left the tables: nothing follows under its key. Its final streams, points and media came before.
    virtual void callEnded(const CallRecord& call) = 0;

    // An empty chunk from the pre-allocated pool, or nullptr when there is none (a live probe whose disk is late: the
    // packet is then counted as not stored). Handed back by media(), full or a second old.
    virtual MediaChunk* takeChunk() = 0;
    virtual void media(MediaChunk* chunk) = 0;

    // Every whole second of packet time, after what belongs to it.
    virtual void second(Timestamp now) = 0;
};

}
