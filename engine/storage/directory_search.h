// Searches the day databases of a directory, several at a time and large ones in slices.
#pragma once

#include "engine/storage/day_search.h"
#include "shared/base/utc_time.h"

#include <filesystem>
#include <functional>

namespace callmon {

struct SearchTuning { // smaller in tests
    unsigned lanes = 0; // threads; 0: one per processor, four at most
    std::uint64_t bytesPerSlice = 32u << 20; // of a database, for one thread at a time
    std::size_t recordsAhead = 256; // of a slice, before their turn has come
    std::size_t placesAtOnce = 100'000; // of a list that is not sorted by start: more take another pass
};

// Calls in the order of the query, from the calling thread, as soon as it is known that they are next; returns the
// number of matches in all. Memory is bounded by the tuning, not by the days or the answer. A day that cannot be read
// is left out, and `notes` says so.
Result<std::uint64_t> searchDirectory(const std::filesystem::path& directory, const CallQuery& query,
    const std::function<bool(const CallRecord&)>& sink, const std::atomic<bool>* cancelled,
    std::vector<Sentence>& notes, const SearchTuning& tuning = {});

}
