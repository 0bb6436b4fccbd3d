// What stays, what goes, and when: retention periods, legal holds, deletion on request. Beside the writer, on a thread
// of its own; each of its steps is short, so that neither inserts nor capture wait for it.
#pragma once

#include "engine/storage/bell.h"
#include "engine/storage/call_note_store.h"
#include "engine/storage/clock_guard.h"
#include "engine/storage/folder_answers.h"
#include "engine/storage/held_media_saver.h"
#include "engine/storage/keep_periods.h"
#include "engine/storage/record_keeping.h"
#include "engine/storage/retention_store.h"
#include "engine/storage/storage_upkeep.h"
#include "engine/storage/turn_mutex.h"
#include "shared/calls/probe_status.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace callmon {

class RecordQuery;
class RecordWriter;

// Any thread, once it is open: one thing at a time.
class RecordKeeper final : public RecordKeeping {
public:
    struct Clocks { // a test's own
        std::function<Timestamp()> wall;
        std::function<Nanoseconds()> steady;
    };
    struct Options {
        KeepPeriods periods;
        bool commits = false; // nobody else does, so that what is to be done on the committing thread is done here
        Clocks clocks; // empty: the machine's
        std::function<void(const std::string&)> warn; // a sentence for the log; may be empty
        std::chrono::milliseconds filesPatience = FolderAnswers::usualPatience; // with a folder of media
    };
    // Of a directory that `writer` writes to, which outlives this.
    static Result<std::unique_ptr<RecordKeeper>> open(
        const std::filesystem::path& directory, RecordWriter& writer, Options options);
    ~RecordKeeper() override;

    void start(); // the thread: copies that are waiting, and what goes by age
    void stop(); // before the writer goes; what is under way ends at its next step

    Result<Hold> hold(CallKey call, const std::string& reason, const std::string& who) override;
    Result<Hold> release(CallKey call, const std::string& reason, const std::string& who) override;
    Result<std::vector<Hold>> holds() override;
    Result<DeletionReport> deleteNumber(
        const DeletionRequest& request, const std::atomic<bool>* cancelled = nullptr) override;
    Result<RetentionClock> clock() override;
    Result<RetentionClock> confirmClock() override;

    // One thing that is due by age, by size, or for a hold that waits, as the threads of start() do it: tens of
    // milliseconds, but for returning space to the file system (SQLite's VACUUM of a past day). False: nothing is due.
    bool step();

    // "media_segments_expired", "message_segments_expired", "days_expired", "quality_days_expired", "calls_held",
    // "calls_deleted", "notes_expired", "retention_errors", "retention_folders_silent"
    std::vector<NamedCounter> counters() const;

private:
    RecordKeeper(std::filesystem::path directory, RecordWriter& writer, StorageUpkeep& upkeep, Options options,
        RetentionStore store, CallNoteStore notes, ClockGuard guard);

    void run();
    bool keepOne();
    Timestamp now() const { return m_options.clocks.wall(); }
    void warn(const std::string& sentence) const;
    void fail(const Error& error); // counted, and said once
    // Runs it when the writer commits. Nothing: this is being stopped.
    template <typename T> std::optional<T> atNextCommit(std::function<T(StorageUpkeep&)> job);

    // In record_holds.cpp.
    Result<void> takeUpHolds(); // of the runs before
    void readWaitingHolds(); // of this step
    bool copyOneWaiting();
    Result<void> copyNow(Hold& hold); // and keeps that it is held
    Result<void> markCopied(Hold& hold);
    void noteThatItWaits(CallKey call); // for its copy
    void protect(CallKey call); // what is to be copied of it
    std::uint32_t lastMediaSegmentOf(CallKey call); // of one that is over; UINT32_MAX: it is not known
    bool isNeededByHold(const std::filesystem::path& messages); // a segment of them
    bool isNeededByHold(UtcDay day);

    // In record_expiry.cpp.
    bool clockIsTrusted();
    void joinMediaFolders();
    template <typename T>
    std::optional<T> askFor(const std::filesystem::path& folder, std::function<T()> work); // and says that it is silent
    bool expireMedia();
    bool expireMessages(bool clockIsTrusted);
    bool expireDay();
    bool removeDay(UtcDay day);
    bool expireNotes();
    bool foldExpired();
    void sayWhatWent();

    // In expired_files.cpp.
    bool clearOneExpiredFile();
    bool beginClearing(const std::filesystem::path& folder);
    void cannotDelete(const std::filesystem::path& file, const Error& error);

    // In quality_expiry.cpp.
    bool expireQuality();
    bool qualityIsTooLarge(); // or not all of it is measured yet
    std::uint64_t measuredQuality(UtcDay day);
    bool dropQuality(UtcDay day);
    bool returnQualitySpace(); // of a day whose series went in an earlier run, which may have been killed before this
    void returnSpace(Database& day);

    // In call_eraser.cpp.
    struct Erasing; // one run of deleteNumber()
    void eraseDay(UtcDay day, Erasing& erasing);
    std::size_t eraseSome(std::span<const CallKey> calls, Erasing& erasing); // of the day at work: so many, the first
    Result<void> readHeld(Erasing& erasing);
    void fail(DeletedCall& call, const Error& error);
    Result<void> noteUnfinished(Erasing& erasing); // the day at work
    void eraseContent(DeletedCall& call, Erasing& erasing);
    void eraseRows(DeletedCall& call, Erasing& erasing);
    void eraseAlarms(Erasing& erasing);
    void eraseMedia(DeletedCall& call, Erasing& erasing);
    void eraseMessages(DeletedCall& call, Erasing& erasing);

    // In deletion_traces.cpp.
    bool finishOneDeletion();
    void finishDeletions(std::vector<Sentence>& notes);
    bool compactDay(UnfinishedDay day, std::vector<Sentence>& notes);
    bool writeAnew(Database& day); // without m_mutex meanwhile, which takes minutes
    void renewJournal(Erasing& erasing);
    bool waitForNewJournal();
    void finishNotes(Erasing& erasing);
    void noteWhatStays(Erasing& erasing);

    std::filesystem::path m_directory;
    RecordWriter& m_writer;
    StorageUpkeep& m_upkeep;
    Options m_options;

    std::mutex m_dayFiles; // held by who writes the database of a day anew; before m_mutex, or tried only
    TurnMutex m_mutex; // held for one thing at a time, none of which waits for a disk for ever; all below
    RetentionStore m_store;
    CallNoteStore m_notes;
    bool m_notesMayBeOld = true; // a day went, or a hold
    ClockGuard m_guard;
    FolderAnswers m_files; // of the media folders
    std::optional<std::vector<Hold>> m_waiting; // in this step, of calls that are not copied yet; nothing: not known
    std::set<std::filesystem::path> m_silent; // those that did not answer, and that was said
    std::int64_t m_clockConfirmations = 0;
    bool m_clockDoubted = false; // and said
    std::optional<Nanoseconds> m_foldersJoinedAt; // by the steady clock
    std::vector<std::string> m_joinSaid; // the last time
    Timestamp m_clockNoted;
    std::string m_lastError;
    struct Clearing; // a file that is being filled with zeros
    std::shared_ptr<Clearing> m_clearing; // also whoever is writing to it
    std::set<std::filesystem::path> m_undeletable; // expired files that could not be deleted, for a while
    Nanoseconds m_undeletableSince {}; // by the steady clock
    std::map<UtcDay, std::uint64_t> m_qualityBytes; // of days that grow no more
    std::set<UtcDay> m_qualitySpaceSeen; // whether that of their series is returned
    std::uint64_t m_toldMedia = 0, m_toldMessages = 0, m_toldDays = 0, m_toldQuality = 0;

    Bell m_bell;
    std::atomic<bool> m_stopping { false };
    std::atomic<bool> m_holdsWait { false };
    std::thread m_thread;
    HeldMediaSaver m_saver; // its own lock is taken under this one's, and never the other way round

    std::atomic<std::uint64_t> m_mediaExpired { 0 }, m_messagesExpired { 0 }, m_daysExpired { 0 },
        m_qualityExpired { 0 }, m_held { 0 }, m_deleted { 0 }, m_notesExpired { 0 }, m_errors { 0 },
        m_foldersSilent { 0 };
};

}
