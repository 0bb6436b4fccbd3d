// SearchRun: calls in the order of their start, given while they are found.
#include "engine/storage/search_run.h"

namespace callmon {

namespace {

constexpr std::size_t slicesAhead = 2; // per lane, of the one whose turn it is

}

// Lanes take one slice after the other, and this thread gives what they find in the slices' order.
std::uint64_t SearchRun::runByStart()
{
    onLanes([this] { findByStart(); });
    std::uint64_t matches = 0;
    for (const Found& found : m_found)
        matches += found.matches;
    return matches;
}

void SearchRun::findByStart()
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

void SearchRun::searchSlice(Lane& lane, const SearchSlice& slice, std::size_t number)
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
bool SearchRun::hand(std::size_t number, const CallRecord& call)
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

void SearchRun::deliver()
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

}
