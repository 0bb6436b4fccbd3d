// One search over the day databases of a directory, on several threads. Internal to directory_search.
#pragma once

#include "engine/storage/directory_search.h"
#include "engine/storage/search_schema.h"
#include "engine/storage/search_slices.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace callmon {

class SearchRun {
public:
    SearchRun(const std::filesystem::path& directory, const CallQuery& query,
        const std::function<bool(const CallRecord&)>& sink, const std::atomic<bool>* cancelled, SearchPlan plan,
        const SearchTuning& tuning)
        : m_query(query)
        , m_sink(sink)
        , m_plan(std::move(plan))
        , m_tuning(tuning)
        , m_slices(directory, query, m_plan, tuning)
        , m_found(m_slices.size())
    {
        m_stop.cancelled = cancelled;
    }

    Result<std::uint64_t> run();

    std::vector<Sentence> takeNotes() { return std::move(m_notes); }

private:
    struct Lane { // what one thread has open, newest use first
        std::list<std::pair<SearchSource, std::unique_ptr<DaySearch>>> days;
    };

    // A slice's records on their way from the lane that finds them to the caller.
    struct Found {
        std::vector<CallRecord> records;
        std::uint64_t matches = 0;
        bool done = false;
    };

    bool descending() const { return m_query.newestFirst; }
    bool isBehindCursor(CallKey key) const
    {
        return !m_query.after || (descending() ? key < m_query.after->key : m_query.after->key < key);
    }

    DaySearch* open(Lane& lane, const SearchSource& source); // nullptr: it is not there, or left out and noted
    void leaveOut(UtcDay day, const Error& error);
    // Calls visit(quarter) for each quarter of the slice that has calls, in order; it returns false to stop.
    template <typename Visit> bool forQuarters(DaySearch& day, const SearchSlice& slice, Visit&& visit);

    // In search_by_start.cpp.
    std::uint64_t runByStart();
    void findByStart();
    void searchSlice(Lane& lane, const SearchSlice& slice, std::size_t number);
    bool hand(std::size_t number, const CallRecord& call);
    void deliver();

    // In search_sorted.cpp.
    std::uint64_t runSorted();
    std::uint64_t findPlaces(std::vector<CallCursor>& places, std::size_t most);
    bool giveAt(std::span<const CallCursor> places);

    bool give(const CallRecord& call); // to the caller; false: no more

    template <typename Work> void onLanes(Work&& work)
    {
        std::vector<std::thread> threads;
        const std::size_t count = std::min<std::size_t>(m_slices.lanes(), m_slices.size());
        for (std::size_t i = 0; i < count; ++i)
            threads.emplace_back(work);
        if (m_plan.sortExpression.empty())
            deliver();
        for (std::thread& thread : threads)
            thread.join();
    }

    const CallQuery& m_query;
    const std::function<bool(const CallRecord&)>& m_sink;
    SearchPlan m_plan;
    SearchTuning m_tuning;
    SearchStop m_stop;
    SearchSlices m_slices;
    std::uint64_t m_given = 0;
    std::optional<CallCursor> m_last; // that was given
    std::atomic<bool> m_enough { false }; // records; the rest is counted

    std::mutex m_mutex; // for all below
    std::condition_variable m_changed;
    std::vector<Found> m_found; // of each slice
    std::size_t m_next = 0; // slice that no lane has begun
    std::size_t m_turn = 0; // slice that is being delivered
    std::vector<UtcDay> m_leftOut;
    std::vector<Sentence> m_notes;
};

template <typename Visit> bool SearchRun::forQuarters(DaySearch& day, const SearchSlice& slice, Visit&& visit)
{
    struct State {
        explicit State(DaySearch& of)
            : m_of(of)
        {
            m_of.begin();
        }
        ~State() { m_of.end(); }
        DaySearch& m_of;
    };
    const State state(day);
    std::int64_t first = slice.first, end = slice.end;
    // An index says by itself that a quarter has nothing: asking for its calls before would read a page more of each.
    bool isNextKnown = false;
    while (first < end && !m_stop.now()) {
        std::int64_t key = descending() ? end - 1 : first;
        if (!isNextKnown) {
            const auto next = day.nextKey(first, end, descending());
            if (!next) {
                leaveOut(slice.source.day, next.error());
                return false;
            }
            if (!next.value())
                return true;
            key = next.value()->value;
            isNextKnown = !m_plan.drivers.empty() && day.hasIndexes();
        }
        const std::int64_t begin = key - (key % quarterNs + quarterNs) % quarterNs;
        SearchQuarter quarter { std::max(begin, first), std::min(begin + quarterNs, end), false };
        quarter.cut = m_slices.isCut(quarter.first, quarter.end);
        if (!visit(quarter))
            return false;
        if (descending())
            end = quarter.first;
        else
            first = quarter.end;
    }
    return true;
}

}
