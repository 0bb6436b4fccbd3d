// The RecordWriter of a data directory.
#pragma once

#include "engine/storage/day_writer.h"
#include "engine/storage/directory_lock.h"
#include "engine/storage/media_log_writer.h"
#include "engine/storage/message_log_writer.h"
#include "engine/storage/record_writer.h"
#include "engine/storage/storage_upkeep.h"
#include "engine/storage/writer_table.h"
#include "shared/base/utc_time.h"

#include <atomic>
#include <list>
#include <mutex>

namespace callmon {

// Each commit goes: ended calls and full blocks of points to the day databases, then what is left, the calls that are
// on, to the journal. Whatever a kill cuts off, the step before it holds the truth: a call
// is in the journal until it is in its database, and a place in the journal is that of a chunk already written.
class DirectoryWriter final : public RecordWriter, public StorageUpkeep {
public:
    struct Tuning { // smaller in tests
        std::uint64_t segmentSize = MediaLogWriter::defaultSegmentSize;
        std::uint64_t mostMediaBytes = 0; // any
        std::optional<std::vector<std::filesystem::path>> mediaFolders; // chooseMediaFolders()
        MediaPatience mediaPatience;
        std::uint64_t messageSegmentSize = MessageLogWriter::defaultSegmentSize;
        unsigned commitsPerJournal = 60;
        std::uint64_t smallestJournal = 4u << 20; // a journal below this is not worth turning
    };
    static Result<std::unique_ptr<DirectoryWriter>> open(
        const std::filesystem::path& directory, Tuning tuning, std::unique_ptr<MediaDisk> disk = {});
    ~DirectoryWriter() override;

    void liveCall(const CallRecord& call) override;
    void stream(const StreamRecord& stream) override;
    void quality(const QualityPoint& point) override;
    using RecordWriter::media;
    void media(std::span<const OwnedChunk> chunks, bool hurry) override { m_media->append(chunks, hurry); }
    bool tryMedia(std::span<const OwnedChunk> chunks, bool hurry) override { return m_media->tryAppend(chunks, hurry); }
    void callEnded(const CallRecord& call) override;
    void callLost(CallKey call) override;
    void expect(std::span<const StreamKey> streams) override { m_live.prefetch(streams); }
    void message(const MessageHead& head, Bytes text) override { m_messages->append(head, text); }
    void callForgotten(CallKey call) override { m_messages->forget(call); }
    void alarm(const Alarm& alarm) override;
    void acknowledge(const AlarmAcknowledgement& acknowledgement) override;
    void endOpenAlarms(Timestamp at) override;
    void serviceMinute(const ServiceRow& row) override;
    void openServiceMinute(std::vector<ServiceRow> rows) override { m_openMinute = std::move(rows); }
    Result<void> commitSettled() override;
    Result<void> commit() override;
    Result<void> close() override;

    std::vector<std::string> recoveryNotes() const override { return m_notes; }
    std::string limits() const override { return m_media->limits(); }
    std::vector<NamedCounter> counters() const override;
    std::vector<CallRecord> liveCalls(const CallQuery& query) const override;
    std::vector<StreamRecord> liveStreams(CallKey call) const override;
    std::vector<QualityPoint> liveQuality(CallKey call) const override;
    std::optional<MediaPlace> liveMessageEnd(CallKey call) const override;
    std::optional<MediaPlace> liveMediaEnd(StreamKey stream) const override;

    StorageUpkeep* upkeep() override { return this; }
    // In directory_writer_upkeep.cpp.
    void atNextCommit(std::function<void()> job) override;
    bool releaseDay(UtcDay day) override;
    void renewJournal() override;
    std::uint64_t journalsRenewed() const override { return m_journalsRenewed.load(std::memory_order_acquire); }
    bool isLive(CallKey call) const override;
    std::vector<CallKey> liveCallsOf(std::string_view number) const override;
    std::vector<std::filesystem::path> mediaFolders() override;
    std::vector<std::string> joinMediaFolders() override { return m_media->joinFolders(); }
    std::vector<std::filesystem::path> mediaSegments() override { return m_media->segments(); }
    void protectMedia(CallKey call, std::span<const std::uint32_t> segments) override
    {
        m_media->protect(call, segments);
    }
    void unprotectMedia(CallKey call) override { m_media->release(call); }
    void unprotectMedia(CallKey call, std::span<const std::uint32_t> segments) override
    {
        m_media->release(call, segments);
    }
    MediaLogWriter::ClosedSegments closedMediaOf(CallKey call) override { return m_media->closedSegmentsOf(call); }
    void whenProtectedMediaClose(std::function<void()> told) override { m_media->whenProtectedClose(std::move(told)); }
    std::optional<std::map<std::uint32_t, MediaLocation>> liveMediaEnds(CallKey call) const override;
    std::vector<std::filesystem::path> oldestMediaSegments() override { return m_media->oldestSegments(); }
    std::filesystem::path expireMediaSegment(const std::filesystem::path& segment) override
    {
        return m_media->expire(segment);
    }
    bool wantsSpareMedia(const std::filesystem::path& folder) override { return m_media->wantsSpare(folder); }
    bool addSpareMedia(const std::filesystem::path& zeros) override { return m_media->addSpare(zeros); }
    Erased eraseMedia(StreamKey stream, MediaLocation place) override;

private:
    static constexpr const char* journalName = "live.journal";
    static constexpr const char* oldJournalName = "live.journal.old";

    DirectoryWriter(std::filesystem::path directory, Tuning tuning);
    Result<void> recover(std::unique_ptr<MediaDisk> disk);
    void readJournals();
    WriterCall* entryFor(CallKey key, bool callGiven);
    void list(CallKey key, WriterCall& entry);
    void forget(CallKey key, const WriterCall& entry); // leaves the table to the caller
    void sweep();

    void takeSettledMedia();
    void flushMessages();
    void storeAlarms();
    void storeMinutes();
    bool storeMinutes(std::vector<ServiceRow>& rows);
    void storeDays();
    struct Listed { // places in the table are stable
        CallKey key;
        WriterCall* entry = nullptr;
    };
    bool storeDay(UtcDay day, std::span<const Listed> calls);
    bool storeEntry(DayWriter& day, CallKey key, WriterCall& entry);
    bool prepareRows(DayWriter& day, CallKey key, WriterCall& entry);
    void settle(CallKey key, WriterCall& entry); // its rows are in the database
    void dropWhatWaitsTooLong();
    DayWriter* dayWriter(UtcDay day);
    void closeDay(UtcDay day);

    void writeJournal();
    void journalEntry(CallKey key, const WriterCall& entry, bool whole);
    void turnJournal();
    void runJobs();
    void remember(const Error& error);

    struct Counters {
        std::atomic<std::uint64_t> callsStored { 0 }, callsReplaced { 0 }, callsRecovered { 0 }, streamsStored { 0 },
            qualityPointsStored { 0 }, mediaPacketsStored { 0 }, mediaBytesStored { 0 }, mediaPacketsNotWritten { 0 },
            recordWriteErrors { 0 }, recordsRefused { 0 }, recordsWithoutCall { 0 }, recordsDropped { 0 },
            journalWriteErrors { 0 }, dayDatabasesCorrupt { 0 }, alarmsNotStored { 0 }, minutesNotStored { 0 };
    };

    std::filesystem::path m_directory;
    Tuning m_tuning;
    DirectoryLock m_lock;
    std::vector<std::string> m_notes;
    Counters m_counters;

    mutable std::mutex m_mutex; // held to change m_live, and by other threads to read it
    WriterTable m_live;
    std::vector<Listed> m_changed;
    Listed m_newest; // asked for last: what comes of a stream comes together
    std::size_t m_unknownCalls = 0; // entries of which only streams, points or media came

    std::optional<MessageLogWriter> m_messages; // the thread's that calls all but media()
    std::vector<MessageLogWriter::Changed> m_changedMessages;
    std::unique_ptr<MediaLogWriter> m_media;
    std::vector<MediaLogWriter::Settled> m_settled;
    std::uint64_t m_settledUpTo = 0; // chunks, by their number in the log

    static constexpr std::size_t openDays = 4;
    std::list<std::pair<UtcDay, std::unique_ptr<DayWriter>>> m_days; // newest use first

    JournalBatch m_batch;
    std::optional<JournalFile> m_journal;
    unsigned m_commitsSinceTurn = 0;
    std::vector<CallKey> m_toResend; // into the new journal, before the old one may go
    bool m_oldJournalThere = false;
    bool m_renewalWanted = false;
    bool m_renewing = false; // the old journal is from before the last renewJournal()
    std::atomic<std::uint64_t> m_journalsRenewed { 0 };

    std::mutex m_jobsMutex;
    std::vector<std::function<void()>> m_jobs; // for the next commit
    bool m_noMoreCommits = false; // nor anything else by the thread that committed

    std::vector<Alarm> m_alarms; // to be stored, oldest change first
    std::vector<AlarmAcknowledgement> m_acknowledgements;
    std::vector<ServiceRow> m_minutes; // to be stored
    std::vector<ServiceRow> m_openMinute; // likewise, after those

    std::optional<Error> m_error; // first of this commit
    bool m_closed = false;
};

}
