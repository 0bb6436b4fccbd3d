#include "engine/storage/directory_search.h"

#include "engine/storage/call_filter.h"
#include "engine/storage/call_note_store.h"
#include "engine/storage/day_files.h"
#include "engine/storage/retention_store.h"
#include "engine/storage/search_schema.h"
#include "engine/storage/search_slices.h"
#include "shared/base/pattern.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace callmon {

namespace {

constexpr std::size_t openDaysPerLane = 4;
constexpr std::size_t recordsFetchedAtOnce = 1000;
constexpr std::size_t slicesAhead = 2; // per lane, of the one whose turn it is
constexpr std::size_t placesKeptAtOnce = 1000; // of one lane, which then has the lock once for all of them

class Search {
public:
    Search(const std::filesystem::path& directory, const CallQuery& query,
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

    Result<std::uint64_t> run()
    {
        const bool byStart = m_plan.sortExpression.empty();
        const std::uint64_t matches = byStart ? runByStart() : runSorted();
        if (m_stop.cancelled && *m_stop.cancelled)
            return Error { "the search was cancelled" };
        return m_query.count ? std::max(matches, m_given) : m_given;
    }

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

    std::uint64_t runByStart();
    void findByStart();
    void searchSlice(Lane& lane, const SearchSlice& slice, std::size_t number);
    bool hand(std::size_t number, const CallRecord& call);
    bool give(const CallRecord& call); // to the caller; false: no more

    std::uint64_t runSorted();
    std::uint64_t findPlaces(std::vector<CallCursor>& places, std::size_t most);
    bool giveAt(std::span<const CallCursor> places);

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
    void deliver();

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

DaySearch* Search::open(Lane& lane, const SearchSource& source)
{
    const auto found = std::ranges::find(lane.days, source, [](const auto& open) { return open.first; });
    if (found != lane.days.end()) {
        lane.days.splice(lane.days.begin(), lane.days, found);
        return found->second.get();
    }
    const auto path = m_slices.pathOf(source);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return nullptr;
    auto opened = DaySearch::open(path, m_plan, m_query, m_stop);
    if (!opened) {
        leaveOut(source.day, opened.error());
        return nullptr;
    }
    if (lane.days.size() >= openDaysPerLane)
        lane.days.pop_back();
    lane.days.emplace_front(source, std::move(opened.value()));
    return lane.days.front().second.get();
}

void Search::leaveOut(UtcDay day, const Error& error)
{
    if (m_stop.now()) // SQLite calls that an error
        return;
    const std::lock_guard lock(m_mutex);
    if (std::ranges::find(m_leftOut, day) != m_leftOut.end())
        return;
    m_leftOut.push_back(day);
    m_notes.push_back(sentence(TR("Engine", "Calls of %1 are left out: %2."), toString(day), error));
}

template <typename Visit> bool Search::forQuarters(DaySearch& day, const SearchSlice& slice, Visit&& visit)
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

// Lanes take one slice after the other, and this thread gives what they find in the slices' order.
std::uint64_t Search::runByStart()
{
    onLanes([this] { findByStart(); });
    std::uint64_t matches = 0;
    for (const Found& found : m_found)
        matches += found.matches;
    return matches;
}

void Search::findByStart()
{
    Lane lane;
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] {
            return m_next >= m_slices.size() || m_enough || m_stop.now()
                || m_next < m_turn + slicesAhead * m_slices.lanes();
        });
        if (m_next >= m_slices.size() || m_stop.now())
            break;
        const std::size_t number = m_next++;
        lock.unlock();
        searchSlice(lane, m_slices[number], number);
        lock.lock();
        m_found[number].done = true;
        m_changed.notify_all();
    }
}

void Search::searchSlice(Lane& lane, const SearchSlice& slice, std::size_t number)
{
    DaySearch* const day = open(lane, slice.source);
    if (!day)
        return;
    std::uint64_t matches = 0;
    std::uint64_t handed = 0;
    bool counted = false; // all of it, in one go
    if (m_plan.conditions.empty() && slice.wholeDay && m_query.count && m_query.limit != 0) {
        const auto all = day->countAll();
        if (!all)
            return leaveOut(slice.source.day, all.error());
        matches = all.value();
        counted = true;
    }
    const auto isEnough = [&] { return m_enough || (m_query.limit != 0 && handed >= m_query.limit); };
    forQuarters(*day, slice, [&](const SearchQuarter& quarter) {
        if (isEnough() && (counted || !m_query.count))
            return false;
        const auto want = [&](CallKey key) {
            if (isEnough())
                return counted || !m_query.count ? DaySearch::Want::Nothing : DaySearch::Want::CountOnly;
            return isBehindCursor(key) ? DaySearch::Want::Record : DaySearch::Want::CountOnly;
        };
        const auto take = [&](const CallRecord& call) {
            ++handed;
            return hand(number, call);
        };
        const auto found = isEnough() ? day->count(quarter) : day->records(quarter, want, take);
        if (!found) {
            leaveOut(slice.source.day, found.error());
            return false;
        }
        matches += counted ? 0 : found.value();
        return true;
    });
    const std::lock_guard lock(m_mutex);
    m_found[number].matches = matches;
}

// Waits while the slice has as many records as it may have before its turn.
bool Search::hand(std::size_t number, const CallRecord& call)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(
        lock, [&] { return m_found[number].records.size() < m_tuning.recordsAhead || m_enough || m_stop.now(); });
    if (m_stop.now())
        return false;
    if (!m_enough)
        m_found[number].records.push_back(call);
    if (number == m_turn && m_found[number].records.size() == 1)
        m_changed.notify_all();
    return true;
}

void Search::deliver()
{
    std::unique_lock lock(m_mutex);
    while (m_turn < m_slices.size() && !m_stop.now()) {
        Found& found = m_found[m_turn];
        if (found.records.empty()) {
            if (found.done || m_enough) { // nothing more of it is given
                ++m_turn;
                m_changed.notify_all();
                continue;
            }
            // Now and then: whoever cancels does not know of this.
            m_changed.wait_for(lock, std::chrono::milliseconds(50));
            continue;
        }
        std::vector<CallRecord> records;
        records.swap(found.records);
        m_changed.notify_all();
        lock.unlock();
        bool goOn = true;
        for (const CallRecord& call : records)
            if (goOn && !m_enough)
                goOn = give(call);
        lock.lock();
        if (!goOn)
            m_stop.ended = true;
        if (m_enough) {
            if (!m_query.count)
                m_stop.ended = true;
            for (Found& each : m_found)
                each.records.clear();
        }
        m_changed.notify_all();
    }
    m_changed.notify_all();
}

bool Search::give(const CallRecord& call)
{
    ++m_given;
    m_last = cursorAt(call, m_query.sortBy);
    const bool goOn = m_sink(call);
    if (m_query.limit != 0 && m_given >= m_query.limit)
        m_enough = true;
    return goOn;
}

// All lanes together keep the first places of what they find. A longer list takes another pass, from behind the last
// that was given: so it goes on where it was, whatever came meanwhile.
std::uint64_t Search::runSorted()
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

std::uint64_t Search::findPlaces(std::vector<CallCursor>& places, std::size_t most)
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
bool Search::giveAt(std::span<const CallCursor> places)
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

Result<void> fillHoldSets(const std::filesystem::path& directory, SearchPlan& plan)
{
    if (std::ranges::none_of(plan.tagSets, &SearchPlan::TagSet::legalHold))
        return {};
    const auto holds = readLegalHolds(directory);
    if (!holds)
        return holds.error();
    for (SearchPlan::TagSet& set : plan.tagSets)
        for (const auto& [call, text] : holds.value())
            if (set.legalHold && (set.pattern.empty() || fitsPattern(text, set.pattern)))
                set.keys.push_back(call.value);
    return {};
}

Result<void> fillTagSets(const std::filesystem::path& directory, SearchPlan& plan)
{
    if (auto filled = fillHoldSets(directory, plan); !filled)
        return filled;
    if (std::ranges::all_of(plan.tagSets, &SearchPlan::TagSet::legalHold))
        return {};
    auto reader = CallNoteReader::open(directory);
    if (!reader)
        return reader.error();
    if (!reader.value())
        return {}; // no call has a tag
    for (SearchPlan::TagSet& set : plan.tagSets) {
        if (set.legalHold)
            continue;
        auto keys = reader.value()->callsTagged(set.pattern);
        if (!keys)
            return keys.error();
        set.keys = std::move(keys.value());
    }
    return {};
}

}

Result<std::uint64_t> searchDirectory(const std::filesystem::path& directory, const CallQuery& query,
    const std::function<bool(const CallRecord&)>& sink, const std::atomic<bool>* cancelled,
    std::vector<Sentence>& notes, const SearchTuning& tuning)
{
    auto plan = planOf(query);
    if (!plan)
        return plan.error();
    if (auto filled = fillTagSets(directory, plan.value()); !filled)
        return filled.error();
    Search search(directory, query, sink, cancelled, std::move(plan.value()), tuning);
    auto result = search.run();
    for (Sentence& note : search.takeNotes())
        notes.push_back(std::move(note));
    return result;
}

}
