#include "engine/storage/directory_writer.h"

#include "engine/storage/day_files.h"
#include "engine/storage/quality_block.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>

namespace callmon {

namespace {

constexpr std::size_t mostUnknownCalls = 4096;
constexpr std::size_t mostWaitingPoints = 3600; // an hour of a stream's, while the databases cannot be written
constexpr std::size_t expectedAtOnce = 32; // chunks whose entries are asked for ahead

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
