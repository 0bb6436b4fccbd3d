// SearchRun: calls in the order of another field, given when the first of all are known.
#include "engine/storage/day_files.h"
#include "engine/storage/search_run.h"

namespace callmon {

namespace {

constexpr std::size_t recordsFetchedAtOnce = 1000;
constexpr std::size_t placesKeptAtOnce = 1000; // of one lane, which then has the lock once for all of them

}

// All lanes together keep the first places of what they find. A longer list takes another pass, from behind the last
// that was given: so it goes on where it was, whatever came meanwhile.
std::uint64_t SearchRun::runSorted()
{
    m_last = m_query.after;
    std::uint64_t matches = 0;
    for (bool first = true;; first = false) {
        const std::uint64_t left = m_query.limit == 0 ? m_tuning.placesAtOnce : m_query.limit - m_given;
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left, m_tuning.placesAtOnce));
        std::vector<CallCursor> places;
        const std::uint64_t found = findPlaces(places, most);
        if (first)
            matches = found;
        if (m_stop.now() || !giveAt(places) || m_enough || places.size() < most)
            break;
    }
    return matches;
}

std::uint64_t SearchRun::findPlaces(std::vector<CallCursor>& places, std::size_t most)
{
    m_next = 0;
    std::uint64_t matches = 0;
    const auto before = [this](const CallCursor& a, const CallCursor& b) { return comesBefore(a, b, descending()); };
    // `places` is a heap, its last in front. What does not come before `bound` is not among the first.
    const auto keep = [&](std::vector<CallCursor>& batch, std::optional<CallCursor>& bound) {
        const std::lock_guard lock(m_mutex);
        for (CallCursor& place : batch) {
            if (places.size() == most) {
                if (!before(place, places.front()))
                    continue;
                std::ranges::pop_heap(places, before);
                places.pop_back();
            }
            places.push_back(std::move(place));
            std::ranges::push_heap(places, before);
        }
        batch.clear();
        if (places.size() == most)
            bound = places.front();
    };
    onLanes([&] {
        Lane lane;
        std::vector<CallCursor> batch;
        std::optional<CallCursor> bound;
        std::uint64_t found = 0;
        const auto take = [&](const CallCursor& place) {
            if ((m_last && !before(*m_last, place)) || (bound && !before(place, *bound)))
                return;
            batch.push_back(place);
            if (batch.size() == placesKeptAtOnce)
                keep(batch, bound);
        };
        while (!m_stop.now()) {
            std::size_t number = 0;
            {
                const std::lock_guard lock(m_mutex);
                if (m_next >= m_slices.size())
                    break;
                number = m_next++;
            }
            const SearchSlice& slice = m_slices[number];
            if (DaySearch* const day = open(lane, slice.source))
                forQuarters(*day, slice, [&](const SearchQuarter& quarter) {
                    const auto some = day->places(quarter, take);
                    if (!some)
                        leaveOut(slice.source.day, some.error());
                    else
                        found += some.value();
                    return some.has_value();
                });
        }
        keep(batch, bound);
        const std::lock_guard lock(m_mutex);
        matches += found;
    });
    std::ranges::sort_heap(places, before);
    return matches;
}

// The records of some places at a time, day by day, then in their order.
bool SearchRun::giveAt(std::span<const CallCursor> places)
{
    Lane lane;
    for (; !places.empty(); places = places.subspan(std::min(places.size(), recordsFetchedAtOnce))) {
        const auto some = places.first(std::min(places.size(), recordsFetchedAtOnce));
        std::vector<std::size_t> byKey(some.size());
        for (std::size_t i = 0; i < byKey.size(); ++i)
            byKey[i] = i;
        std::ranges::sort(byKey, {}, [&](std::size_t i) { return some[i].key; });
        std::vector<std::optional<CallRecord>> records(some.size());
        for (const std::size_t i : byKey) {
            const UtcDay of = dayOfCall(some[i].key);
            DaySearch* const day = open(lane, m_slices.sourceOf(some[i].key));
            if (!day)
                continue;
            auto record = day->record(some[i].key);
            if (!record)
                leaveOut(of, record.error());
            else
                records[i] = std::move(record.value());
        }
        for (std::size_t i = 0; i < some.size(); ++i) {
            if (m_stop.now() || m_enough)
                return false;
            if (records[i] && !give(*records[i]))
                return false;
            m_last = some[i];
        }
    }
    return true;
}

}
