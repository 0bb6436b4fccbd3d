// DirectoryWriter: ended calls and full blocks of points go to the databases of their days.
#include "engine/storage/day_files.h"
#include "engine/storage/directory_writer.h"
#include "engine/storage/quality_block.h"
#include "engine/storage/storage_error.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t mostWaitingCalls = 200'000; // ended, in memory, while the databases cannot be written

std::size_t storablePoints(const WriterCall& entry, const WriterStream& stream)
{
    return entry.complete ? stream.points.size() : stream.points.size() / qualityBlockPoints * qualityBlockPoints;
}

bool hasRowsToStore(const WriterCall& entry)
{
    return (entry.complete && entry.known)
        || std::any_of(entry.streams.begin(), entry.streams.end(),
            [&](const WriterStream& stream) { return storablePoints(entry, stream) > 0; });
}

}

DayWriter* DirectoryWriter::dayWriter(UtcDay day)
{
    const auto found = std::find_if(m_days.begin(), m_days.end(), [&](const auto& open) { return open.first == day; });
    if (found != m_days.end()) {
        m_days.splice(m_days.begin(), m_days, found);
        return found->second.get();
    }
    auto opened = DayWriter::open(dayDatabasePath(m_directory, day));
    if (!opened) {
        remember(opened.error());
        return nullptr;
    }
    if (!opened.value()->movedAside().empty()) {
        ++m_counters.dayDatabasesCorrupt;
        remember({ "the database of " + toString(day) + " was damaged; it is kept as "
            + opened.value()->movedAside().string() + " and a new one begun" });
    }
    if (m_days.size() >= openDays)
        m_days.pop_back();
    m_days.emplace_front(day, std::move(opened.value()));
    return m_days.front().second.get();
}

void DirectoryWriter::closeDay(UtcDay day)
{
    m_days.remove_if([&](const auto& open) { return open.first == day; });
}

void DirectoryWriter::storeDays()
{
    std::vector<Listed> calls;
    forEachAhead(std::span(m_changed), [&](const Listed& listed) {
        listed.entry->complete = listed.entry->ended && listed.entry->mediaUpTo <= m_settledUpTo;
        if (hasRowsToStore(*listed.entry))
            calls.push_back(listed);
    });
    std::sort(calls.begin(), calls.end(), [](const Listed& a, const Listed& b) { return a.key < b.key; });
    bool allStored = true;
    for (auto first = calls.begin(); first != calls.end();) {
        const UtcDay day = dayOfCall(first->key);
        const auto last =
            std::find_if(first, calls.end(), [&](const Listed& other) { return dayOfCall(other.key) != day; });
        if (!storeDay(day, { first, last })) {
            ++m_counters.recordWriteErrors;
            allStored = false;
        }
        first = last;
    }
    if (!allStored)
        dropWhatWaitsTooLong();
    sweep();
}

void DirectoryWriter::forget(CallKey key, const WriterCall& entry)
{
    m_messages->forget(key);
    for (const WriterStream& stream : entry.streams)
        if (stream.newest.lastChunk || stream.newest.packetsDropped > 0)
            m_media->forget({ key, stream.index });
}

// Stored calls leave the table, and only here: until then pointers to them are good.
void DirectoryWriter::sweep()
{
    const std::lock_guard lock(m_mutex);
    m_newest = {};
    std::erase_if(m_changed, [&](const Listed& listed) {
        if (!listed.entry->stored)
            return false;
        forget(listed.key, *listed.entry);
        m_live.erase(listed.key);
        return true;
    });
}

bool DirectoryWriter::storeDay(UtcDay day, std::span<const Listed> calls)
{
    DayWriter* const writer = dayWriter(day);
    if (!writer)
        return false;
    bool good = writer->begin();
    for (std::size_t i = 0; good && i < calls.size(); ++i)
        good = storeEntry(*writer, calls[i].key, *calls[i].entry);
    if (good)
        good = writer->commit();
    if (!good) {
        const Error error = writer->error();
        const bool damaged = writer->isDamaged();
        writer->rollback();
        if (damaged) {
            closeDay(day);
            const auto aside = moveAside(dayDatabasePath(m_directory, day), "corrupt");
            ++m_counters.dayDatabasesCorrupt;
            remember({ error.what + "; the file is kept as " + aside.string() + " and a new one begun" });
        } else {
            remember(error);
        }
        return false;
    }
    const std::lock_guard lock(m_mutex);
    for (const Listed& listed : calls)
        settle(listed.key, *listed.entry);
    return true;
}

// What an earlier run left under the same key goes first, so that a capture read twice gives each row once.
bool DirectoryWriter::prepareRows(DayWriter& day, CallKey key, WriterCall& entry)
{
    std::optional<std::string> storedCallId;
    if (!day.findCall(key, storedCallId))
        return false;
    if (entry.recovered) {
        // Killed between the database's commit and the journal's: what the database has is final.
        entry.storedBefore = storedCallId.has_value();
        std::vector<QualityPoint> earlier;
        if (entry.storedBefore)
            return true;
        if (!day.readQuality(key, earlier) || !day.removeCall(key))
            return false;
        for (const QualityPoint& point : earlier)
            entry.stream(point.stream.index).points.push_back(point);
        for (WriterStream& stream : entry.streams) {
            const auto byTime = [](const QualityPoint& a, const QualityPoint& b) { return a.at < b.at; };
            std::stable_sort(stream.points.begin(), stream.points.end(), byTime);
            const auto sameTime = [](const QualityPoint& a, const QualityPoint& b) { return a.at == b.at; };
            stream.points.erase(std::unique(stream.points.begin(), stream.points.end(), sameTime), stream.points.end());
            stream.pointsBefore = stream.points.size(); // the record has them already
        }
        return true;
    }
    entry.replaces = storedCallId && entry.known && *storedCallId != entry.record.callId.view();
    return !storedCallId || day.removeCall(key);
}

bool DirectoryWriter::storeEntry(DayWriter& day, CallKey key, WriterCall& entry)
{
    const auto done = [&](DayWriter::Put put) {
        m_counters.recordsRefused += put == DayWriter::Put::Refused;
        return put != DayWriter::Put::Failed;
    };
    if (!entry.inDatabase && !prepareRows(day, key, entry))
        return false;
    if (entry.storedBefore)
        return true;
    for (const WriterStream& stream : entry.streams) {
        auto points = std::span(stream.points).first(storablePoints(entry, stream));
        for (; !points.empty(); points = points.subspan(std::min(points.size(), qualityBlockPoints)))
            if (!done(day.quality(points.first(std::min(points.size(), qualityBlockPoints)))))
                return false;
        if (entry.complete && stream.newest.known && !done(day.stream(storedForm(stream), stream.newest.lastChunk)))
            return false;
    }
    return !(entry.complete && entry.known) || done(day.call(storedForm(entry), entry.messages.last));
}

void DirectoryWriter::settle(CallKey key, WriterCall& entry)
{
    m_counters.callsReplaced += std::exchange(entry.replaces, false);
    entry.inDatabase = true;
    for (WriterStream& stream : entry.streams) {
        const std::size_t stored = storablePoints(entry, stream);
        stream.wentToDatabase(stored);
        m_counters.qualityPointsStored += entry.storedBefore ? 0 : stored;
        m_counters.streamsStored += entry.complete && stream.newest.known && !entry.storedBefore;
    }
    if (!entry.complete)
        return;
    m_counters.callsStored += !entry.storedBefore;
    m_counters.callsRecovered += entry.recovered && !entry.storedBefore;
    if (entry.inJournal)
        m_batch.ended(key);
    entry.stored = true;
}

void DirectoryWriter::dropWhatWaitsTooLong()
{
    std::vector<Listed> waiting;
    for (const Listed& listed : m_changed)
        if (listed.entry->complete && !listed.entry->stored)
            waiting.push_back(listed);
    if (waiting.size() <= mostWaitingCalls)
        return;
    std::sort(waiting.begin(), waiting.end(), [](const Listed& a, const Listed& b) { return a.key < b.key; });
    waiting.resize(waiting.size() - mostWaitingCalls);
    for (const Listed& listed : waiting) {
        ++m_counters.recordsDropped;
        listed.entry->stored = true;
    }
}

}
