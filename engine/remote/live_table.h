// The calls that are on, as the live list shows them, with a version for every change.
#pragma once

#include "shared/calls/live_delta.h"
#include "shared/calls/quality_point.h"
#include "shared/calls/stream_record.h"

#include <deque>
#include <mutex>
#include <unordered_map>

namespace callmon {

// Any thread: the storage thread writes, the remote service reads. A call is there from its first CallRecord until
// remove(), also when it has ended; streams and points of calls that are not there are ignored.
class LiveTable {
public:
    // A client that is behind by more removals than are remembered gets a snapshot.
    explicit LiveTable(std::size_t rememberedRemovals = 100'000);

    void update(const CallRecord& call);
    void update(const StreamRecord& stream);
    void update(const QualityPoint& point);
    void remove(CallKey key);

    // What brings a reader of version `since` up to date; a snapshot when that cannot be said any more, or since is 0.
    LiveDelta delta(std::uint64_t since) const;
    LiveDelta snapshot() const;
    std::uint64_t version() const; // goes up with every change; never 0
    std::size_t size() const;

private:
    struct Stream {
        std::uint32_t index = 0;
        std::optional<Party> direction; // from its StreamRecord; points may come first
        FixedText<30> codec;
        LiveDirection figures;
        Timestamp upTo; // last packet of its StreamRecord; records come more seldom than points
        std::uint64_t expected = 0; // of that record, and of the points since
        std::uint64_t lost = 0;
    };
    struct Row {
        std::uint64_t version = 0;
        std::uint64_t wholeVersion = 0; // of the last change that was not of figures alone
        LiveCall call;
        std::vector<Stream> streams; // in order of their index
        Row* older = nullptr; // by version
        Row* newer = nullptr;
    };
    struct Removal {
        std::uint64_t version = 0;
        CallKey key;
    };
    struct KeyHash {
        std::size_t operator()(CallKey key) const;
    };

    Row* find(CallKey key);
    static Stream& streamOf(Row& row, std::uint32_t index);
    void linkAsNewest(Row& row);
    void unlink(Row& row);
    enum class What { Figures, Whole };
    void changed(Row& row, What what);
    LiveDelta snapshotLocked() const;

    mutable std::mutex m_mutex;
    std::size_t m_rememberedRemovals;
    std::unordered_map<CallKey, Row, KeyHash> m_rows; // which never moves a row
    Row* m_newest = nullptr; // a delta costs what changed, not what there is
    std::deque<Removal> m_removals; // by version
    std::uint64_t m_forgotten = 0; // removals up to this version are not remembered
    std::uint64_t m_version = 1;
};

}
