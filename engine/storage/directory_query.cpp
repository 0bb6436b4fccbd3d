// DirectoryQuery: lists over days, of calls, alarms and service metrics, and what of them has expired.
#include "engine/storage/directory_query.h"

#include "engine/storage/day_files.h"
#include "engine/storage/directory_lock.h"
#include "engine/storage/directory_search.h"
#include "engine/storage/held_call.h"
#include "engine/storage/record_writer.h"
#include "engine/storage/retention_store.h"
#include "engine/storage/storage_error.h"
#include "shared/calls/kept_no_more.h"
#include "shared/calls/service_history.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <sys/stat.h>

namespace callmon {

namespace {

// Of calls that are on only those are in a list that are asked for by name and nothing else.
bool asksForNamesAlone(const CallQuery& query)
{
    return (query.key || !query.callId.empty()) && query.caller.empty() && query.callee.empty() && query.number.empty()
        && query.leg.empty() && !query.outcome && !query.trust && !query.recorded && query.recordingRule.empty()
        && !query.minMos && !query.maxMos && query.conditions.empty();
}

bool isAsked(const CallQuery& query, const CallRecord& call)
{
    return (!query.from || call.startedAt >= *query.from) && (!query.to || call.startedAt < *query.to)
        && (!query.after || comesBefore(*query.after, cursorAt(call, query.sortBy), query.newestFirst));
}

}

Result<DayReader*> DirectoryQuery::day(UtcDay day)
{
    const auto path = dayDatabasePath(m_directory, day);
    struct stat status { };
    const bool isThere = ::stat(path.c_str(), &status) == 0;
    m_days.remove_if([&](const OpenDay& open) { // it has expired since, or is another
        return open.day == day && (!isThere || open.file != status.st_ino);
    });
    if (!isThere)
        return static_cast<DayReader*>(nullptr);
    if (const auto found = std::ranges::find(m_days, day, &OpenDay::day); found != m_days.end()) {
        m_days.splice(m_days.begin(), m_days, found);
        return found->reader.get();
    }
    auto opened = DayReader::open(path);
    if (!opened)
        return opened.error();
    if (m_days.size() >= openDays)
        m_days.pop_back();
    m_days.push_front({ day, status.st_ino, std::move(opened.value()) });
    return m_days.front().reader.get();
}

DirectoryQuery* DirectoryQuery::held(CallKey call)
{
    const auto directory = heldDirectory(m_directory, call);
    std::error_code ignored;
    if (!std::filesystem::exists(directory, ignored)) {
        if (m_heldCall == call)
            m_held.reset();
        return nullptr;
    }
    if (!m_held || m_heldCall != call)
        m_held = std::make_unique<DirectoryQuery>(directory, nullptr, std::vector<Sentence>());
    m_heldCall = call;
    return m_held.get();
}

std::optional<Error> DirectoryQuery::whyThereIsNone(CallKey call) const
{
    if (const auto at = expiredAt(m_directory, ExpiredPart::Call, call.value))
        return Error { sentence(kept_no_more::deleted, std::to_string(call.value), *at) };
    const UtcDay day = dayOfCall(call);
    std::error_code ignored;
    if (!std::filesystem::exists(dayDatabasePath(m_directory, day), ignored))
        if (const auto at = expiredAt(m_directory, ExpiredPart::Day, day.number))
            return Error { sentence(kept_no_more::records, toString(day), *at) };
    return std::nullopt;
}

// Of the days that were asked for by their dates, the first ones; others have had no calls, or nobody misses them.
void DirectoryQuery::sayWhatExpired(const CallQuery& query)
{
    if (!query.from || query.key)
        return;
    const UtcDay first = dayOf(*query.from);
    std::error_code ignored;
    std::optional<Timestamp> last;
    UtcDay day = first;
    for (; day.number < first.number + mostExpiredDaysAsked; ++day.number) {
        if ((query.to && startOf(day) >= *query.to)
            || std::filesystem::exists(dayDatabasePath(m_directory, day), ignored))
            break;
        const auto at = expiredAt(m_directory, ExpiredPart::Day, day.number);
        if (!at)
            break;
        last = at;
    }
    if (!last)
        return;
    const UtcDay newest { day.number - 1 };
    if (newest == first)
        m_notes.push_back(sentence(
            TR("Engine", "The records of %1 expired and were deleted, the last at %2."), toString(first), *last));
    else
        m_notes.push_back(sentence(TR("Engine", "The records of %1 to %2 expired and were deleted, the last at %3."),
            toString(first), toString(newest), *last));
}

Result<std::uint64_t> DirectoryQuery::calls(
    const CallQuery& query, const std::function<bool(const CallRecord&)>& sink, const std::atomic<bool>* cancelled)
{
    m_tags.reset();
    if (auto tags = CallNoteReader::open(m_directory))
        m_tags = std::move(tags.value());
    else
        m_notes.push_back(sentence(TR("Engine", "Tags are left out: %1."), tags.error()));
    m_holds.clear();
    if (auto holds = readLegalHolds(m_directory))
        m_holds = std::move(holds.value());
    else
        m_notes.push_back(sentence(TR("Engine", "Legal holds are left out: %1."), holds.error()));
    // Asked before the databases, so that a call that ends meanwhile is in one of the two.
    std::vector<CallRecord> live;
    if (m_writer && asksForNamesAlone(query))
        live = m_writer->liveCalls(query);
    std::erase_if(live, [&](const CallRecord& call) { return !isAsked(query, call); });
    std::set<CallKey> givenLive; // by now they may be in a database, too
    std::uint64_t matches = 0;
    std::uint64_t twice = 0;
    std::uint64_t given = 0;
    bool stopped = false;
    const auto give = [&](const CallRecord& call) {
        std::erase_if(live, [&](const CallRecord& other) { return other.key == call.key; });
        ++given;
        stopped = !sink(call);
        return !stopped;
    };
    const auto giveLive = [&] {
        std::sort(live.begin(), live.end(), [&](const CallRecord& a, const CallRecord& b) {
            return query.newestFirst ? b.key < a.key : a.key < b.key;
        });
        for (const CallRecord& call : std::exchange(live, {})) {
            ++matches;
            givenLive.insert(call.key);
            if (!stopped && (query.limit == 0 || given < query.limit))
                give(call);
        }
    };
    if (query.newestFirst)
        giveLive();
    if (stopped)
        return matches;
    CallQuery rest = query;
    if (query.limit != 0 && given >= query.limit)
        rest.limit = 1; // is only counted
    else if (query.limit != 0)
        rest.limit -= given;
    const std::uint64_t most = query.limit;
    const auto giveSome = [&](const CallRecord& call) {
        if (givenLive.contains(call.key))
            return ++twice > 0;
        return most != 0 && given >= most ? true : give(call);
    };
    sayWhatExpired(query);
    const auto found = searchDirectory(m_directory, rest, giveSome, cancelled, m_notes);
    if (!found)
        return found.error();
    matches += found.value() - std::min(twice, found.value());
    if (!query.newestFirst)
        giveLive();
    if (matches == 0 && query.key)
        if (const auto why = whyThereIsNone(*query.key))
            return *why;
    return matches;
}

Result<std::uint64_t> DirectoryQuery::alarms(
    const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink, const std::atomic<bool>* cancelled)
{
    std::vector<UtcDay> days = storedDays(m_directory);
    std::erase_if(days, [&](UtcDay day) {
        return (query.id && day != dayOf(raiseTimeOf(*query.id))) || (query.from && day < dayOf(*query.from))
            || (query.to && day > dayOf(*query.to));
    });
    if (query.newestFirst)
        std::reverse(days.begin(), days.end());
    std::uint64_t matches = 0;
    std::uint64_t given = 0;
    bool stopped = false;
    for (const UtcDay each : days) {
        if (stopped)
            break;
        auto reader = day(each);
        if (reader && !reader.value())
            continue;
        const auto give = [&](const Alarm& alarm) {
            if (query.limit != 0 && given >= query.limit)
                return true;
            ++given;
            stopped = !sink(alarm);
            return !stopped;
        };
        const auto found = reader ? reader.value()->alarms(query, give, cancelled) : reader.error();
        if (cancelled && *cancelled)
            return Error { sentence(TR("Engine", "the search was cancelled")) };
        if (found)
            matches += found.value().matches;
        else
            m_notes.push_back(sentence(TR("Engine", "Alarms of %1 are left out: %2."), toString(each), found.error()));
    }
    return matches;
}

Result<void> DirectoryQuery::service(
    const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink, const std::atomic<bool>* cancelled)
{
    ServiceHistory history(query.stepMinutes, sink);
    for (const UtcDay each : storedDays(m_directory)) {
        if ((query.from && each < dayOf(*query.from)) || (query.to && each > dayOf(*query.to)))
            continue;
        auto reader = day(each);
        if (reader && !reader.value())
            continue;
        const auto found = reader ? reader.value()->serviceMinutes(
                               query, [&](const ServiceRow& row) { return history.add(row); }, cancelled)
                                  : reader.error();
        if (cancelled && *cancelled)
            return Error { sentence(TR("Engine", "the search was cancelled")) };
        if (!found)
            m_notes.push_back(
                sentence(TR("Engine", "Service metrics of %1 are left out: %2."), toString(each), found.error()));
        else if (found.value().stopped)
            return {};
    }
    history.finish();
    return {};
}

Result<std::unique_ptr<RecordQuery>> RecordQuery::open(
    const std::filesystem::path& directory, const RecordWriter* writer)
{
    std::error_code failed;
    std::filesystem::directory_iterator probe(directory, failed);
    if (failed) {
        errno = failed.value();
        return systemError(TR("Engine", "cannot read the data directory"), directory);
    }
    std::vector<Sentence> notes;
    std::error_code ignored;
    const bool journal = std::filesystem::exists(directory / "live.journal", ignored)
        || std::filesystem::exists(directory / "live.journal.old", ignored);
    if (!writer && journal && !DirectoryLock::isHeld(directory)) {
        auto recovered = RecordWriter::open(directory);
        if (recovered) {
            for (const std::string& note : recovered.value()->recoveryNotes())
                notes.push_back(plainText(note));
            if (auto closed = recovered.value()->close(); !closed)
                notes.push_back(closed.error().sentence);
        } else if (!DirectoryLock::isHeld(directory)) { // else an engine has started just now and does it
            notes.push_back(sentence(TR("Engine",
                                         "The engine that wrote here was killed, and the calls that were on then "
                                         "cannot be recovered now: %1."),
                recovered.error()));
        }
    }
    return std::unique_ptr<RecordQuery>(std::make_unique<DirectoryQuery>(directory, writer, std::move(notes)));
}

}
