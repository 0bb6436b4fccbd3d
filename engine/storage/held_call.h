// DIR/held/<call_key>/: the copy of a call under legal hold. It is a data directory of its own - one day database,
// media and messages in the formats of any other - so that every reader reads it, callmonctl --data on that folder too.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/call_key.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace callmon {

class RecordQuery;

std::filesystem::path heldDirectory(const std::filesystem::path& directory, CallKey call);
std::vector<CallKey> heldCallsIn(const std::filesystem::path& directory); // copied, in order
// Of them, with a key in [first, end), those that only their copy has: the day has expired, or its database was
// damaged.
std::vector<CallKey> callsOnlyHeldIn(const std::filesystem::path& directory, std::int64_t first, std::int64_t end);
// Beside it, until it is there: what was copied while the call was on (held_media.h).
std::filesystem::path heldMediaPath(const std::filesystem::path& directory, CallKey call);
std::vector<CallKey> callsWithHeldMediaIn(const std::filesystem::path& directory);
// Copies that were begun, or were being removed.
std::vector<CallKey> callsWithUnfinishedCopyIn(const std::filesystem::path& directory);
Result<void> removeUnfinishedCopy(const std::filesystem::path& directory, CallKey call);

struct HeldCopy {
    std::uint64_t mediaPackets = 0;
    std::uint64_t messages = 0;
    std::vector<Sentence> missing; // what could not be copied, for it is gone
};
// Of a call that `query`, over `directory`, finds stored. The copy appears whole and on the disk, or not at all: it is
// made beside its place, and what a kill left there is made anew. An error, too, where a disk that does not answer may
// have some of it. `goOn` false stops.
Result<HeldCopy> copyHeldCall(
    const std::filesystem::path& directory, RecordQuery& query, CallKey call, const std::function<bool()>& goOn);
// The same of a copy that is there: a kill kept it from being told.
Result<HeldCopy> whatWasCopied(const std::filesystem::path& directory, CallKey call);
Result<void> removeHeldCall(const std::filesystem::path& directory, CallKey call);

// All of a folder, with its files, to the disk itself; and one file, or the names in one folder.
Result<void> syncFolder(const std::filesystem::path& folder);
Result<void> syncOne(const std::filesystem::path& path, int flags);

}
