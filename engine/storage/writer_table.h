// What the writer knows of the calls that are on: the newest snapshot of each, and what of it is where already.
#pragma once

#include "engine/storage/journal.h"

#include <unordered_map>

namespace callmon {

struct WriterStream {
    JournalStream newest; // lastChunk: queued for writing, perhaps not yet written
    std::uint32_t index = 0;
    MediaLocation written; // last chunk that is in its segment
    std::vector<QualityPoint> points; // not yet in the day database
    std::size_t pointsInJournal = 0; // the first ones of them
    bool changed = false; // since it went to the journal
};

struct WriterCall {
    CallRecord record;
    bool known = false; // record was given
    bool ended = false; // record is final: to be stored and forgotten
    bool changed = false; // record, since it went to the journal
    bool inJournal = false;
    bool listed = false; // among the changed ones
    bool inDatabase = false; // something of it is in the day database, and nothing older under its key
    bool recovered = false; // read from a dead writer's journal
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

// The writer's view of what the recording log could not take, added to the tracker's figures.
StreamRecord storedForm(const WriterStream& stream);
CallRecord storedForm(const WriterCall& entry);

}
