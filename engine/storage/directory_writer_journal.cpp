// The journal's side of DirectoryWriter: writing it, turning it over, and reading what a dead writer left.
#include "engine/storage/day_files.h"
#include "engine/storage/directory_writer.h"
#include "engine/storage/media_log_reader.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <map>
#include <utility>

namespace callmon {

namespace {

constexpr std::size_t resentPerCommit = 1000;

std::string counted(std::uint64_t count, const char* one, const char* many)
{
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

// A stream's snapshot is ten times as long as a point: it is left out while the points say the same.
bool snapshotIsDue(const WriterStream& stream)
{
    return stream.recordChanged && !stream.followsFromJournal();
}

}

// `whole`: also what an older journal already has.
void DirectoryWriter::journalEntry(CallKey key, const WriterCall& entry, bool whole)
{
    if (entry.known && (whole || entry.changed))
        m_batch.call(entry.record, entry.messages);
    for (const WriterStream& stream : entry.streams) {
        if (whole || snapshotIsDue(stream))
            m_batch.stream({ key, stream.index }, stream.newest);
        else if (stream.placeChanged)
            m_batch.place({ key, stream.index }, stream.newest);
        m_batch.quality(std::span(stream.points).subspan(whole ? 0 : stream.pointsInJournal));
    }
}

void DirectoryWriter::writeJournal()
{
    forEachAhead(std::span(m_changed), [&](const Listed& listed) { journalEntry(listed.key, *listed.entry, false); });
    const std::size_t slice = std::min(m_toResend.size(), std::max(resentPerCommit, m_live.size() / 20));
    const auto resent = std::span(m_toResend).last(slice);
    for (const CallKey key : resent)
        if (const auto found = m_live.find(key); found != m_live.end())
            journalEntry(key, found->second, true);

    const auto appended = m_journal->append(m_batch);
    m_batch.clear();
    if (!appended) {
        ++m_counters.journalWriteErrors;
        remember(appended.error());
        return; // everything stays marked as changed, for the next commit
    }
    const std::lock_guard lock(m_mutex);
    const auto mark = [](WriterCall& entry, bool whole) {
        entry.changed = false;
        entry.inJournal = true;
        for (WriterStream& stream : entry.streams)
            stream.wentToJournal(whole || snapshotIsDue(stream));
    };
    for (const CallKey key : resent)
        if (const auto found = m_live.find(key); found != m_live.end())
            mark(found->second, true);
    forEachAhead(std::span(m_changed), [&](const Listed& listed) {
        mark(*listed.entry, false);
        listed.entry->listed = listed.entry->ended; // its rows are still to be stored
    });
    std::erase_if(m_changed, [](const Listed& listed) { return !listed.entry->listed; });
    m_toResend.resize(m_toResend.size() - slice);
    turnJournal();
}

// A journal only grows, so after a while a new one is begun. The old one stays until the calls that are on have been
// written anew, some at each commit; a reader takes both, the old one first.
void DirectoryWriter::turnJournal()
{
    std::error_code failed;
    if (m_oldJournalThere) {
        if (m_toResend.empty())
            m_oldJournalThere = !std::filesystem::remove(m_directory / oldJournalName, failed) && failed;
        if (!m_oldJournalThere && std::exchange(m_renewing, false))
            m_journalsRenewed.fetch_add(1, std::memory_order_release);
        return;
    }
    ++m_commitsSinceTurn;
    if (!m_renewalWanted
        && (m_commitsSinceTurn < m_tuning.commitsPerJournal || m_journal->size() < m_tuning.smallestJournal))
        return;
    const auto current = m_directory / journalName;
    std::filesystem::rename(current, m_directory / oldJournalName, failed);
    if (failed)
        return;
    auto fresh = JournalFile::create(current);
    if (!fresh) { // disk full: go on with the one there is
        std::filesystem::rename(m_directory / oldJournalName, current, failed);
        ++m_counters.journalWriteErrors;
        remember(fresh.error());
        return;
    }
    m_journal = std::move(fresh.value());
    m_commitsSinceTurn = 0;
    m_oldJournalThere = true;
    m_renewing = std::exchange(m_renewalWanted, false);
    for (const auto& [key, entry] : m_live)
        m_toResend.push_back(key);
}

void DirectoryWriter::readJournals()
{
    // Last places of each stream's media, newest last. After a power cut the newest chunks may be missing, though the
    // journal names them: then an older one is where the recording ends.
    constexpr std::size_t placesKept = 64;
    std::map<StreamKey, std::vector<MediaLocation>> places;
    const auto keepPlace = [&](StreamKey key, MediaLocation place) {
        auto& kept = places[key];
        if (place && (kept.empty() || kept.back() != place))
            kept.push_back(place);
        if (kept.size() > placesKept)
            kept.erase(kept.begin());
    };
    JournalReader reader;
    reader.call = [&](const CallRecord& call, const JournalMessages& messages) {
        WriterCall& entry = m_live[call.key];
        entry.record = call;
        entry.messages = messages;
        entry.known = true;
    };
    reader.stream = [&](StreamKey key, const JournalStream& stream) {
        WriterStream& known = m_live[key.call].stream(key.index);
        known.newest = stream;
        known.pointsBefore = known.points.size();
        keepPlace(key, stream.lastChunk);
    };
    reader.place = [&](StreamKey key, const JournalStream& stream) {
        JournalStream& known = m_live[key.call].stream(key.index).newest;
        known.packetsDropped = stream.packetsDropped;
        known.lastChunk = stream.lastChunk;
        keepPlace(key, stream.lastChunk);
    };
    reader.quality = [&](const QualityPoint& point) {
        m_live[point.stream.call].stream(point.stream.index).points.push_back(point);
    };
    reader.ended = [&](CallKey key) {
        m_live.erase(key);
        places.erase(places.lower_bound({ key, 0 }), places.upper_bound({ key, UINT32_MAX }));
    };
    for (const char* name : { oldJournalName, journalName }) {
        const auto report = reader.read(m_directory / name);
        if (report.outcome == JournalReader::Outcome::OtherVersion
            || report.outcome == JournalReader::Outcome::Unreadable) {
            const auto aside = moveAside(m_directory / name, "unread");
            m_notes.push_back(std::string("The journal ") + name
                + " cannot be read by this version of the program; it is kept as " + aside.filename().string()
                + ". Calls that were on when it was written are not recovered.");
        }
        if (report.bytesCut > 0)
            m_notes.push_back(std::string("The journal ") + name
                + " ended in a torn write: " + counted(report.bytesCut, "byte", "bytes") + " left out.");
        if (report.recordsRefused > 0)
            m_notes.push_back(std::string("The journal ") + name + " held "
                + counted(report.recordsRefused, "record", "records") + " that made no sense; left out.");
    }
    MediaLogReader media(m_directory);
    for (auto& [key, entry] : m_live)
        for (WriterStream& stream : entry.streams) {
            const auto& kept = places[{ key, stream.index }];
            const auto whole = std::find_if(kept.rbegin(), kept.rend(), [&, call = key](MediaLocation place) {
                return media.mayBeChunkOf({ call, stream.index }, place);
            });
            stream.newest.lastChunk = whole == kept.rend() ? MediaLocation {} : *whole;
            if (stream.newest.known)
                addSeconds(stream.newest.record, stream.pointsAfter());
            stream.pointsBefore = stream.points.size();
        }
}

// Can be killed at any point and run again: the journals go last, and what is in its database is passed over.
Result<void> DirectoryWriter::recover(std::unique_ptr<MediaDisk> disk)
{
    const auto current = m_directory / journalName;
    const auto old = m_directory / oldJournalName;
    std::error_code ignored;
    const bool crashed = std::filesystem::exists(current, ignored) || std::filesystem::exists(old, ignored);
    MediaLogWriter::Options options;
    options.segmentSize = m_tuning.segmentSize;
    options.mostBytes = m_tuning.mostMediaBytes;
    options.folders = m_tuning.mediaFolders;
    options.patience = m_tuning.mediaPatience;
    options.disks.push_back(std::move(disk));
    auto media = MediaLogWriter::open(m_directory, crashed, std::move(options));
    if (!media)
        return media.error();
    m_media = std::move(media.value());
    auto messages = MessageLogWriter::open(m_directory, crashed, m_tuning.messageSegmentSize);
    if (!messages)
        return messages.error();
    m_messages.emplace(std::move(messages.value()));
    m_notes = m_media->notes();
    if (!crashed)
        return {};
    readJournals();
    for (auto at = m_live.begin(); at != m_live.end();) {
        if (!at->second.known) {
            ++m_counters.recordsWithoutCall;
            at = m_live.erase(at);
            continue;
        }
        at->second.recovered = true;
        endByProbeStop(at->second);
        list(at->first, at->second);
        ++at;
    }
    storeDays();
    if (const auto error = std::exchange(m_error, std::nullopt)) {
        if (!m_live.empty())
            return Error { "cannot store the calls that a killed engine left in " + m_directory.string() + ": "
                + error->what };
        m_notes.push_back(error->what); // a damaged database moved aside, and a new one begun
    }
    m_changed.clear();
    m_batch.clear();
    m_notes.insert(m_notes.begin(),
        "The engine that wrote here was killed: "
            + counted(m_counters.callsRecovered, "call that was", "calls that were")
            + " on stored as ended by the probe, with " + counted(m_counters.streamsStored, "stream", "streams")
            + " and " + counted(m_counters.qualityPointsStored, "quality point", "quality points") + ".");
    for (const auto& [day, writer] : m_days)
        writer->checkpoint();
    std::filesystem::remove(old, ignored);
    std::filesystem::remove(current, ignored);
    return {};
}

std::vector<NamedCounter> DirectoryWriter::counters() const
{
    const Counters& c = m_counters;
    std::vector<NamedCounter> all { { "calls_stored", c.callsStored }, { "calls_replaced", c.callsReplaced },
        { "calls_recovered", c.callsRecovered }, { "streams_stored", c.streamsStored },
        { "quality_points_stored", c.qualityPointsStored }, { "media_packets_stored", c.mediaPacketsStored },
        { "media_bytes_stored", c.mediaBytesStored }, { "media_packets_not_written", c.mediaPacketsNotWritten },
        { "record_write_errors", c.recordWriteErrors }, { "journal_write_errors", c.journalWriteErrors },
        { "alarms_not_stored", c.alarmsNotStored }, { "service_minutes_not_stored", c.minutesNotStored },
        { "records_refused", c.recordsRefused }, { "records_dropped", c.recordsDropped },
        { "records_without_call", c.recordsWithoutCall }, { "day_databases_corrupt", c.dayDatabasesCorrupt } };
    const auto gauges = m_media->gauges();
    all.insert(all.end(), gauges.begin(), gauges.end());
    const auto messages = m_messages->counters();
    all.insert(all.end(), messages.begin(), messages.end());
    return all;
}

std::vector<CallRecord> DirectoryWriter::liveCalls(const CallQuery& query) const
{
    std::vector<CallRecord> calls;
    if (!query.key && query.callId.empty())
        return calls;
    const std::lock_guard lock(m_mutex);
    const auto add = [&](const WriterCall& entry) {
        if (entry.known && (query.callId.empty() || entry.record.callId == std::string_view(query.callId)))
            calls.push_back(storedForm(entry));
    };
    if (query.key) { // asked for again and again, by who listens to the call: not among all of them
        if (const auto found = m_live.find(*query.key); found != m_live.end())
            add(found->second);
        return calls;
    }
    for (const auto& [key, entry] : m_live)
        add(entry);
    return calls;
}

std::vector<StreamRecord> DirectoryWriter::liveStreams(CallKey call) const
{
    std::vector<StreamRecord> streams;
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_live.find(call); found != m_live.end())
        for (const WriterStream& stream : found->second.streams)
            if (stream.newest.known)
                streams.push_back(storedForm(stream));
    return streams;
}

std::vector<QualityPoint> DirectoryWriter::liveQuality(CallKey call) const
{
    std::vector<QualityPoint> points;
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_live.find(call); found != m_live.end())
        for (const WriterStream& stream : found->second.streams)
            points.insert(points.end(), stream.points.begin(), stream.points.end());
    return points;
}

std::optional<RecordWriter::MediaPlace> DirectoryWriter::liveMessageEnd(CallKey call) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_live.find(call);
    if (found == m_live.end() || !found->second.known)
        return std::nullopt;
    return MediaPlace { found->second.messages.last.segment, found->second.messages.last.offset };
}

std::optional<RecordWriter::MediaPlace> DirectoryWriter::liveMediaEnd(StreamKey key) const
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_live.find(key.call); found != m_live.end())
        for (const WriterStream& stream : found->second.streams)
            if (stream.index == key.index && stream.newest.lastChunk)
                return MediaPlace { stream.newest.lastChunk.segment, stream.newest.lastChunk.offset };
    return std::nullopt;
}

}
