// Which parts of which day databases a search looks at, in its order: each for one thread at a time.
#pragma once

#include "engine/storage/directory_search.h"
#include "engine/storage/search_plan.h"

#include <limits>

namespace callmon {

struct SearchSource { // a day's database, or the copy of a held call whose day has expired
    UtcDay day;
    std::optional<CallKey> held;
    bool operator==(const SearchSource&) const = default;
};

struct SearchSlice {
    SearchSource source;
    std::int64_t first = 0; // keys
    std::int64_t end = 0;
    bool wholeDay = false; // and every call of the day started in the time that is asked for
};

class SearchSlices {
public:
    // All but `directory` is needed no longer; that outlives this.
    SearchSlices(const std::filesystem::path& directory, const CallQuery& query, const SearchPlan& plan,
        const SearchTuning& tuning);

    std::size_t size() const { return m_slices.size(); }
    const SearchSlice& operator[](std::size_t number) const { return m_slices[number]; }
    unsigned lanes() const { return m_lanes; } // threads that are to look at them

    // Not every call whose key lies there started in the time that is asked for.
    bool isCut(std::int64_t first, std::int64_t end) const;
    std::filesystem::path pathOf(const SearchSource& source) const;
    SearchSource sourceOf(CallKey call) const;

private:
    void boundKeys(const CallQuery& query, const SearchPlan& plan);
    void makeSlices(const CallQuery& query, const SearchPlan& plan, std::uint64_t bytesPerSlice);
    struct DayCut; // how days are cut
    void addDay(UtcDay day, const DayCut& cut);
    void addHeld();

    const std::filesystem::path& m_directory;
    std::optional<Timestamp> m_from, m_to;
    unsigned m_lanes;
    std::int64_t m_firstKey = std::numeric_limits<std::int64_t>::min();
    std::int64_t m_keyEnd = std::numeric_limits<std::int64_t>::max();
    std::vector<SearchSlice> m_slices;
    std::vector<CallKey> m_held; // calls that only their copy has; sorted
};

}
