// What the writer knows of the calls that are on: the newest snapshot of each, and what of it is where already.
#pragma once

#include "engine/storage/flat_table.h"
#include "engine/storage/journal.h"

#include <optional>
#include <span>
#include <unordered_map>

namespace callmon {

struct StreamCounts {
    std::uint64_t packets = 0, lost = 0, lostWithProbe = 0, duplicates = 0, reordered = 0;
    bool operator==(const StreamCounts&) const = default;
    void add(const QualityPoint& point);
};
StreamCounts countsOf(const StreamRecord& record);

struct WriterStream { // what every second asks for first, together
    std::uint32_t index = 0;
    std::vector<QualityPoint> points; // not yet in the day database
    std::size_t pointsInJournal = 0; // the first ones of them
    std::size_t pointsBefore = 0; // the first ones of them, which came before newest.record
    bool recordChanged = false; // since it went to the journal
    bool placeChanged = false; // newest.lastChunk or packetsDropped, likewise
    StreamCounts inJournal; // what the journal makes of it: its last snapshot there and the points since
    std::optional<Timestamp> snapshotUpTo; // last packet of that snapshot
    JournalStream newest;

    // The journal gives the record to within its slowly changing figures.
    bool followsFromJournal() const;
    void wentToJournal(bool withRecord);
    void wentToDatabase(std::size_t count); // of its points
    void prefetch() const
    {
        __builtin_prefetch(this, 1);
        __builtin_prefetch(&snapshotUpTo, 1);
        __builtin_prefetch(&newest.record.lastPacketAt);
        __builtin_prefetch(&newest.lastChunk, 1);
    }
    std::span<const QualityPoint> pointsAfter() const { return std::span(points).subspan(pointsBefore); }
};

struct WriterCall { // likewise
    std::vector<WriterStream> streams;
    bool known = false; // record was given
    bool ended = false; // record is final
    std::uint64_t mediaUpTo = 0; // when it ended: chunks, by their number in the log
    bool complete =
        false; // ended, and what was given of its media is on the disk or refused: to be stored and forgotten
    bool changed = false; // record, since it went to the journal
    bool inJournal = false;
    bool listed = false; // among the changed ones
    bool inDatabase = false; // something of it is in the day database, and nothing older under its key
    bool recovered = false; // read from a dead writer's journal
    bool stored = false; // all of it is in its database: to be forgotten
    bool storedBefore = false; // and its database has it already
    bool replaces = false; // another call's rows under the same key
    JournalMessages messages;
    CallRecord record;

    WriterStream& stream(std::uint32_t index);
    void prefetch() const { __builtin_prefetch(this, 1); }
    void prefetchStreams() const // when this is in the cache
    {
        for (std::size_t i = 0; i < streams.size() && i < 2; ++i)
            streams[i].prefetch();
    }
};

struct CallKeyHash {
    std::size_t operator()(CallKey key) const
    {
        return static_cast<std::size_t>(static_cast<std::uint64_t>(key.value) * 0x9e3779b97f4a7c15ULL >> 16);
    }
};

// Places in it are stable.
class WriterTable {
public:
    using Calls = std::unordered_map<CallKey, WriterCall, CallKeyHash>;

    WriterTable() { m_calls.reserve(usualCalls); }

    WriterCall* at(CallKey key) // nullptr: not there
    {
        WriterCall* const* const found = m_places.find(key);
        return found ? *found : nullptr;
    }
    WriterCall& operator[](CallKey key)
    {
        WriterCall*& place = m_places[key];
        if (place == nullptr)
            place = &m_calls[key];
        return *place;
    }
    void erase(CallKey key)
    {
        m_places.erase(key);
        m_calls.erase(key);
    }
    Calls::iterator erase(Calls::iterator at)
    {
        m_places.erase(at->first);
        return m_calls.erase(at);
    }
    // Asks for what a record, a point or a chunk of each stream will touch, in stages, each for all of them.
    void prefetch(std::span<const StreamKey> streams);

    Calls::iterator begin() { return m_calls.begin(); }
    Calls::iterator end() { return m_calls.end(); }
    Calls::const_iterator begin() const { return m_calls.begin(); }
    Calls::const_iterator end() const { return m_calls.end(); }
    Calls::iterator find(CallKey key) { return m_calls.find(key); }
    Calls::const_iterator find(CallKey key) const { return m_calls.find(key); }
    std::size_t size() const { return m_calls.size(); }
    bool empty() const { return m_calls.empty(); }

private:
    static constexpr std::size_t usualCalls = 65'536; // else it is laid out anew, in one go, each time it has doubled
    Calls m_calls;
    FlatTable<CallKey, WriterCall*> m_places { usualCalls };
};

// Calls f(each) for calls in no order, what it touches of the next ones asked for ahead. `Call` has an `entry`.
template <typename Call, typename F> void forEachAhead(std::span<Call> calls, F&& f)
{
    constexpr std::size_t near = 4, far = 8;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (i + far < calls.size())
            calls[i + far].entry->prefetch();
        if (i + near < calls.size())
            calls[i + near].entry->prefetchStreams();
        f(calls[i]);
    }
}

// The probe stopped in the middle of this call: ended by that, at the last packet known of it or of its streams.
void endByProbeStop(WriterCall& entry);

// `record` with the seconds after its last packet: snapshots come more seldom than points.
void addSeconds(StreamRecord& record, std::span<const QualityPoint> points);

// The writer's view of what the recording log could not take, added to the tracker's figures.
StreamRecord storedForm(const WriterStream& stream);
CallRecord storedForm(const WriterCall& entry);

}
