#include "engine/storage/directory_search.h"

#include "engine/storage/call_sets.h"
#include "engine/storage/search_run.h"

namespace callmon {

namespace {

constexpr std::size_t openDaysPerLane = 4;

}

Result<std::uint64_t> SearchRun::run()
{
    const bool byStart = m_plan.sortExpression.empty();
    const std::uint64_t matches = byStart ? runByStart() : runSorted();
    if (m_stop.cancelled && *m_stop.cancelled)
        return Error { "the search was cancelled" };
    return m_query.count ? std::max(matches, m_given) : m_given;
}

DaySearch* SearchRun::open(Lane& lane, const SearchSource& source)
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

void SearchRun::leaveOut(UtcDay day, const Error& error)
{
    if (m_stop.now()) // SQLite calls that an error
        return;
    const std::lock_guard lock(m_mutex);
    if (std::ranges::find(m_leftOut, day) != m_leftOut.end())
        return;
    m_leftOut.push_back(day);
    m_notes.push_back(sentence(TR("Engine", "Calls of %1 are left out: %2."), toString(day), error));
}

bool SearchRun::give(const CallRecord& call)
{
    ++m_given;
    m_last = cursorAt(call, m_query.sortBy);
    const bool goOn = m_sink(call);
    if (m_query.limit != 0 && m_given >= m_query.limit)
        m_enough = true;
    return goOn;
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
    SearchRun search(directory, query, sink, cancelled, std::move(plan.value()), tuning);
    auto result = search.run();
    for (Sentence& note : search.takeNotes())
        notes.push_back(std::move(note));
    return result;
}

}
