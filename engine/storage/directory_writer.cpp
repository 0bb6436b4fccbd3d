#include "engine/storage/directory_writer.h"

#include "engine/storage/day_files.h"
#include "engine/storage/quality_block.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>

namespace callmon {

namespace {

constexpr std::size_t mostUnknownCalls = 4096;
// While the databases cannot be written: an hour of points a stream, and this many ended calls, wait in memory.
constexpr std::size_t mostWaitingPoints = 3600;
constexpr std::size_t mostWaitingCalls = 200'000;
constexpr std::size_t expectedAtOnce = 32; // chunks whose entries are asked for ahead

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

DirectoryWriter::DirectoryWriter(std::filesystem::path directory, Tuning tuning)
    : m_directory(std::move(directory))
    , m_tuning(tuning)
{
}

DirectoryWriter::~DirectoryWriter()
{
    if (!m_closed)
        (void)close().has_value();
}

Result<std::unique_ptr<RecordWriter>> RecordWriter::open(
    const std::filesystem::path& directory, std::uint64_t mostMediaBytes, MediaFolderPaths mediaFolders)
{
    DirectoryWriter::Tuning tuning;
    tuning.mostMediaBytes = mostMediaBytes;
    tuning.mediaFolders = std::move(mediaFolders);
    auto writer = DirectoryWriter::open(directory, tuning);
    if (!writer)
        return writer.error();
    return std::unique_ptr<RecordWriter>(std::move(writer.value()));
}

void RecordWriter::media(const MediaChunk& chunk)
{
    struct Heap : ChunkOwner {
        void giveBack(MediaChunk* copy) override { delete copy; }
    };
    static Heap heap; // without state
    const OwnedChunk copy { new MediaChunk(chunk), &heap };
    media({ &copy, 1 }, false);
}

Result<std::unique_ptr<DirectoryWriter>> DirectoryWriter::open(
    const std::filesystem::path& directory, Tuning tuning, std::unique_ptr<MediaDisk> disk)
{
    std::error_code failed;
    if (std::filesystem::create_directories(directory, failed)) // calls are private: not for every user of the machine
        std::filesystem::permissions(directory, std::filesystem::perms(0750), failed);
    if (failed) {
        errno = failed.value();
        return systemError(TR("Engine", "cannot create the data directory"), directory);
    }
    std::unique_ptr<DirectoryWriter> writer(new DirectoryWriter(directory, tuning));
    writer->m_closed = true; // nothing to close until it is open
    auto lock = DirectoryLock::take(directory);
    if (!lock)
        return lock.error();
    writer->m_lock = std::move(lock.value());
    if (auto recovered = writer->recover(std::move(disk)); !recovered)
        return recovered.error();
    auto journal = JournalFile::create(directory / journalName);
    if (!journal)
        return journal.error();
    writer->m_journal = std::move(journal.value());
    writer->m_closed = false;
    return writer;
}

WriterCall* DirectoryWriter::entryFor(CallKey key, bool callGiven)
{
    if (m_newest.entry == nullptr || m_newest.key != key) {
        WriterCall* const found = m_live.at(key);
        if (found == nullptr) {
            if (!callGiven && m_unknownCalls >= mostUnknownCalls) {
                ++m_counters.recordsWithoutCall;
                return nullptr;
            }
            m_unknownCalls += !callGiven;
            m_newest = { key, &m_live[key] };
            return m_newest.entry;
        }
        m_newest = { key, found };
    }
    if (callGiven && !m_newest.entry->known && m_unknownCalls > 0)
        --m_unknownCalls;
    return m_newest.entry;
}

void DirectoryWriter::list(CallKey key, WriterCall& entry)
{
    if (!entry.listed)
        m_changed.push_back({ key, &entry });
    entry.listed = true;
}

void DirectoryWriter::liveCall(const CallRecord& call)
{
    const std::lock_guard lock(m_mutex);
    WriterCall& entry = *entryFor(call.key, true);
    if (!entry.known)
        m_messages->tellAgain(call.key); // of those that came before
    entry.record = call;
    entry.known = entry.changed = true;
    list(call.key, entry);
}

void DirectoryWriter::callEnded(const CallRecord& call)
{
    const std::lock_guard lock(m_mutex);
    WriterCall& entry = *entryFor(call.key, true);
    if (!entry.known)
        m_messages->tellAgain(call.key); // of those that came before
    entry.record = call;
    entry.known = entry.changed = entry.ended = true;
    entry.mediaUpTo = m_media->appended();
    for (WriterStream& stream : entry.streams) // its last snapshot has all of it
        stream.pointsBefore = stream.points.size();
    list(call.key, entry);
}

void DirectoryWriter::callLost(CallKey call)
{
    const std::lock_guard lock(m_mutex);
    WriterCall* const entry = m_live.at(call);
    if (entry == nullptr || !entry->known)
        return; // nothing is known of it
    endByProbeStop(*entry);
    entry->changed = true;
    entry->mediaUpTo = m_media->appended();
    list(call, *entry);
}

void DirectoryWriter::stream(const StreamRecord& record)
{
    const std::lock_guard lock(m_mutex);
    if (WriterCall* entry = entryFor(record.key.call, false)) {
        WriterStream& stream = entry->stream(record.key.index);
        stream.newest.record = record;
        stream.newest.known = stream.recordChanged = true;
        stream.pointsBefore = stream.points.size();
        list(record.key.call, *entry);
    }
}

void DirectoryWriter::quality(const QualityPoint& point)
{
    const std::lock_guard lock(m_mutex);
    if (WriterCall* entry = entryFor(point.stream.call, false)) {
        WriterStream& stream = entry->stream(point.stream.index);
        if (stream.points.size() >= mostWaitingPoints && m_counters.recordWriteErrors > 0) {
            ++m_counters.recordsDropped;
            return;
        }
        if (stream.points.capacity() == 0)
            stream.points.reserve(qualityBlockPoints);
        stream.points.push_back(point);
        if (stream.snapshotUpTo && point.at > *stream.snapshotUpTo)
            stream.inJournal.add(point);
        list(point.stream.call, *entry);
    }
}

void DirectoryWriter::remember(const Error& error)
{
    if (!m_error)
        m_error = error;
}

Result<void> DirectoryWriter::commitSettled()
{
    runJobs();
    takeSettledMedia();
    flushMessages();
    storeAlarms();
    storeMinutes();
    storeDays();
    writeJournal();
    if (const auto error = std::exchange(m_error, std::nullopt))
        return *error;
    return {};
}

Result<void> DirectoryWriter::commit()
{
    m_media->flush();
    return commitSettled();
}

// What the disk refused is counted, and the calls go on as text.
void DirectoryWriter::takeSettledMedia()
{
    m_settledUpTo = m_media->takeSettled(m_settled);
    if (const auto error = m_media->takeError())
        remember(*error);
    const std::lock_guard lock(m_mutex);
    std::vector<StreamKey> ahead;
    for (std::size_t i = 0; i < m_settled.size(); ++i) {
        if (i % expectedAtOnce == 0) {
            ahead.clear();
            for (std::size_t next = i; next < std::min(i + expectedAtOnce, m_settled.size()); ++next)
                ahead.push_back(m_settled[next].stream);
            m_live.prefetch(ahead);
        }
        const MediaLogWriter::Settled& chunk = m_settled[i];
        (chunk.place ? m_counters.mediaPacketsStored : m_counters.mediaPacketsNotWritten) += chunk.packets;
        if (chunk.place)
            m_counters.mediaBytesStored += chunk.bytes;
        WriterCall* const entry = entryFor(chunk.stream.call, false);
        if (!entry) {
            m_media->forget(chunk.stream);
            continue;
        }
        WriterStream& stream = entry->stream(chunk.stream.index);
        if (chunk.place)
            stream.newest.lastChunk = chunk.place;
        else
            stream.newest.packetsDropped += chunk.packets;
        stream.placeChanged = true;
        list(chunk.stream.call, *entry);
    }
}

void DirectoryWriter::flushMessages()
{
    if (const auto flushed = m_messages->flush(); !flushed)
        remember(flushed.error());
    m_messages->takeChanged(m_changedMessages);
    const std::lock_guard lock(m_mutex);
    for (const MessageLogWriter::Changed& changed : m_changedMessages) {
        const auto found = m_live.find(changed.call);
        if (found == m_live.end()) // not yet a call
            continue;
        found->second.messages = { changed.last, changed.notWritten };
        found->second.changed = true;
        list(changed.call, found->second);
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

Result<void> DirectoryWriter::close()
{
    if (std::exchange(m_closed, true))
        return {};
    Result<void> result = commit();
    {
        const std::lock_guard lock(m_mutex);
        for (auto at = m_live.begin(); at != m_live.end();) {
            if (!at->second.known) {
                ++m_counters.recordsWithoutCall;
                std::erase_if(m_changed, [&](const Listed& listed) { return listed.key == at->first; });
                at = m_live.erase(at);
                continue;
            }
            endByProbeStop(at->second);
            list(at->first, at->second);
            ++at;
        }
        m_newest = {};
    }
    if (auto last = commit(); !last && result)
        result = last;
    for (const auto& [day, writer] : m_days)
        writer->checkpoint();
    m_days.clear();
    m_media->finish();
    if (m_live.empty()) { // else the journal still holds what could not be stored: the next start tries again
        std::error_code ignored;
        m_journal.reset();
        std::filesystem::remove(m_directory / journalName, ignored);
        std::filesystem::remove(m_directory / oldJournalName, ignored);
    }
    m_lock = DirectoryLock();
    while (!m_noMoreCommits) {
        runJobs();
        const std::lock_guard lock(m_jobsMutex);
        m_noMoreCommits = m_jobs.empty();
    }
    return result;
}

}
