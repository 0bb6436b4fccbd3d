// What the writer knows of the calls that are on: the newest snapshot of each, and what of it is where already.
#pragma once

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

struct WriterStream {
    JournalStream newest;
    std::uint32_t index = 0;
    std::vector<QualityPoint> points; // not yet in the day database
    std::size_t pointsInJournal = 0; // the first ones of them
    std::size_t pointsBefore = 0; // the first ones of them, which came before newest.record
    bool recordChanged = false; // since it went to the journal
    bool placeChanged = false; // newest.lastChunk or packetsDropped, likewise
    StreamCounts inJournal; // what the journal makes of it: its last snapshot there and the points since
    std::optional<Timestamp> snapshotUpTo; // last packet of that snapshot

    // The journal gives the record to within its slowly changing figures.
    bool followsFromJournal() const;
    void wentToJournal(bool withRecord);
    void wentToDatabase(std::size_t count); // of its points
    std::span<const QualityPoint> pointsAfter() const { return std::span(points).subspan(pointsBefore); }
};

struct WriterCall {
    CallRecord record;
    JournalMessages messages;
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
    std::vector<WriterStream> streams;

    WriterStream& stream(std::uint32_t index);
};

struct CallKeyHash {
    std::size_t operator()(CallKey key) const
    {
        return static_cast<std::size_t>(static_cast<std::uint64_t>(key.value) * 0x9e3779b97f4a7c15ULL >> 16);
    }
};

using WriterTable = std::unordered_map<CallKey, WriterCall, CallKeyHash>;

// The probe stopped in the middle of this call: ended by that, at the last packet known of it or of its streams.
void endByProbeStop(WriterCall& entry);

// `record` with the seconds after its last packet: snapshots come more seldom than points.
void addSeconds(StreamRecord& record, std::span<const QualityPoint> points);

// The writer's view of what the recording log could not take, added to the tracker's figures.
StreamRecord storedForm(const WriterStream& stream);
CallRecord storedForm(const WriterCall& entry);

}
