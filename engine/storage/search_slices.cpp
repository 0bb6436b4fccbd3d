#include "engine/storage/search_slices.h"

#include "engine/storage/call_filter.h"
#include "engine/storage/day_files.h"
#include "engine/storage/held_call.h"
#include "engine/storage/search_schema.h"

#include <algorithm>
#include <thread>

namespace callmon {

namespace {

constexpr std::int64_t quartersPerDay = 96;
constexpr std::uint64_t mostSlicesPerDay = 24;
constexpr unsigned mostLanes = 4;
// Where an index leads to a few rows of each of many days, lanes wait for the disk and not for a processor. bench:
// records_bench
constexpr unsigned lanesForManyDays = 8;

std::int64_t plus(std::int64_t time, std::int64_t by)
{
    std::int64_t sum = 0;
    if (__builtin_add_overflow(time, by, &sum))
        return by < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
    return sum;
}

}

struct SearchSlices::DayCut {
    std::uint64_t bytesPerSlice = 0;
    bool behindCursor = false; // the search begins somewhere in it
    bool onlyCounted = false; // without a condition
    bool inOne = false;
    std::uint64_t mostSlices = 0;
};

SearchSlices::SearchSlices(
    const std::filesystem::path& directory, const CallQuery& query, const SearchPlan& plan, const SearchTuning& tuning)
    : m_directory(directory)
    , m_from(query.from)
    , m_to(query.to)
    , m_lanes(tuning.lanes != 0 ? tuning.lanes : std::clamp(std::thread::hardware_concurrency(), 1u, mostLanes))
{
    boundKeys(query, plan);
    makeSlices(query, plan, tuning.bytesPerSlice);
}

void SearchSlices::boundKeys(const CallQuery& query, const SearchPlan& plan)
{
    if (query.from)
        m_firstKey = plus(nanosecondsSinceEpoch(*query.from), -keyDistanceNs);
    if (query.to)
        m_keyEnd = plus(nanosecondsSinceEpoch(*query.to), keyDistanceNs);
    if (query.key) {
        m_firstKey = std::max(m_firstKey, query.key->value);
        m_keyEnd = std::min(m_keyEnd, plus(query.key->value, 1));
    }
    for (const SearchPlan::TagSet& set : plan.tagSets) {
        if (set.without)
            continue;
        m_firstKey = std::max(m_firstKey, set.keys.empty() ? m_keyEnd : set.keys.front());
        m_keyEnd = std::min(m_keyEnd, set.keys.empty() ? m_keyEnd : plus(set.keys.back(), 1));
    }
    if (query.after && !query.count && plan.sortExpression.empty()) {
        if (query.newestFirst)
            m_keyEnd = std::min(m_keyEnd, query.after->key.value);
        else
            m_firstKey = std::max(m_firstKey, plus(query.after->key.value, 1));
    }
}

void SearchSlices::makeSlices(const CallQuery& query, const SearchPlan& plan, std::uint64_t bytesPerSlice)
{
    if (m_firstKey >= m_keyEnd)
        return;
    const UtcDay first = callmon::dayOf(timestampFromNanoseconds(m_firstKey));
    const UtcDay last = callmon::dayOf(timestampFromNanoseconds(m_keyEnd - 1));
    const std::vector<UtcDay> days = storedDays(m_directory);
    const auto isAsked = [&](UtcDay day) { return first <= day && day <= last; };
    const bool byDays = !plan.drivers.empty() && std::ranges::count_if(days, isAsked) >= lanesForManyDays;
    if (byDays)
        m_lanes = std::max(m_lanes, lanesForManyDays);
    const bool exact = !plan.drivers.empty() && plan.drivers.front().exact; // a few rows, and beginning costs more
    DayCut cut;
    cut.bytesPerSlice = bytesPerSlice;
    cut.behindCursor = query.after.has_value();
    cut.onlyCounted = plan.conditions.empty();
    cut.inOne = byDays;
    cut.mostSlices = exact ? m_lanes : mostSlicesPerDay;
    for (const UtcDay day : days)
        if (isAsked(day))
            addDay(day, cut);
    addHeld();
    if (query.newestFirst)
        std::ranges::reverse(m_slices);
}

void SearchSlices::addHeld()
{
    m_held = callsOnlyHeldIn(m_directory, m_firstKey, m_keyEnd);
    for (const CallKey call : m_held) {
        const auto around = std::ranges::find_if(
            m_slices, [&](const SearchSlice& slice) { return slice.first <= call.value && call.value < slice.end; });
        if (around != m_slices.end()) { // what is left of a day that was damaged: their order is that of the keys
            around->wholeDay = false;
            SearchSlice behind = *around;
            around->end = call.value;
            behind.first = call.value + 1;
            m_slices.push_back(behind);
        }
        m_slices.push_back({ { dayOfCall(call), call }, call.value, call.value + 1 });
    }
    std::ranges::sort(m_slices, {}, &SearchSlice::first);
}

void SearchSlices::addDay(UtcDay day, const DayCut& cut)
{
    const std::int64_t begin = nanosecondsSinceEpoch(startOf(day));
    const std::int64_t end = begin + quartersPerDay * quarterNs;
    const bool whole = m_firstKey <= begin && end <= m_keyEnd && !isCut(begin, end) && !cut.behindCursor;
    std::error_code ignored;
    const auto bytes = std::filesystem::file_size(dayDatabasePath(m_directory, day), ignored);
    const bool onlyCounted = cut.onlyCounted && whole; // in no time, whatever the size
    const std::uint64_t parts = ignored || onlyCounted || cut.inOne
        ? 1
        : std::clamp<std::uint64_t>(bytes / cut.bytesPerSlice, 1, cut.mostSlices);
    const std::int64_t quarters =
        (quartersPerDay + static_cast<std::int64_t>(parts) - 1) / static_cast<std::int64_t>(parts);
    for (std::int64_t at = begin; at < end; at += quarters * quarterNs) {
        const SearchSlice slice { { day, {} }, std::max(at, m_firstKey),
            std::min({ at + quarters * quarterNs, end, m_keyEnd }), whole };
        if (slice.first < slice.end)
            m_slices.push_back(slice);
    }
}

bool SearchSlices::isCut(std::int64_t first, std::int64_t end) const
{
    return (m_from && first < plus(nanosecondsSinceEpoch(*m_from), keyDistanceNs))
        || (m_to && end > plus(nanosecondsSinceEpoch(*m_to), -keyDistanceNs));
}

std::filesystem::path SearchSlices::pathOf(const SearchSource& source) const
{
    return dayDatabasePath(source.held ? heldDirectory(m_directory, *source.held) : m_directory, source.day);
}

SearchSource SearchSlices::sourceOf(CallKey call) const
{
    const bool held = std::ranges::binary_search(m_held, call);
    return { dayOfCall(call), held ? std::optional(call) : std::nullopt };
}

}
