// The calls that are on, as the live list shows them, with a version for every change.
#pragma once

#include "engine/remote/live_rows.h"
#include "shared/calls/live_delta.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

#include <deque>
#include <functional>
#include <mutex>

namespace callmon {

// Any thread: the storage thread writes, the remote service reads. A call is there from its first CallRecord until
// remove(), also when it has ended; streams and points of calls that are not there are ignored. A figure changes when
// what is shown of it does: MOS and loss to a hundredth, jitter to a tenth, and whether it is 0.
class LiveTable {
public:
    // A client that is behind by more removals than are remembered gets a snapshot.
    explicit LiveTable(std::size_t rememberedRemovals = 100'000);

    void expect(std::span<const StreamKey> streams) const { m_rows.prefetch(streams); } // the thread that writes
    void update(const CallRecord& call);
    void update(const StreamRecord& stream);
    void update(const QualityPoint& point);
    void remove(CallKey key);

    // What brings a reader of version `since` up to date; a snapshot when that cannot be said any more, or since is 0.
    LiveDelta delta(std::uint64_t since) const;
    LiveDelta snapshot() const;
    // The same rows some at a time: nobody waits for all of them, and they take no room. What changes meanwhile may be
    // among them; the delta since a version() read before has it in any case, and whatever went.
    void eachPiece(const std::function<void(std::span<LiveCall>)>& take) const;
    std::uint64_t version() const; // goes up with every change; never 0
    std::size_t size() const;

private:
    struct Removal {
        std::uint64_t version = 0;
        CallKey key;
    };

    LiveStream& streamOf(std::uint32_t place, std::uint32_t index);
    void setDirection(std::uint32_t place, LiveStream& stream, Party direction);
    void setCodec(std::uint32_t place, LiveStream& stream, const FixedText<30>& codec);
    void show(std::uint32_t place, const LiveStream& changed); // where it looks otherwise than before
    void show(std::uint32_t place, Party party, const LiveStream* alone); // the only one of that party, if it is
    LiveCall callAt(std::uint32_t place) const;
    LiveDelta snapshotLocked() const;

    mutable std::mutex m_mutex;
    std::size_t m_rememberedRemovals;
    LiveRows m_rows;
    std::deque<Removal> m_removals; // by version
    std::uint64_t m_forgotten = 0; // removals up to this version are not remembered
    std::uint64_t m_version = 1;
};

}
