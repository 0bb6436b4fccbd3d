// While calls under legal hold are still to be copied, copies what they have in segments that are to go out of those
// (held_media.h), so that a long call keeps no more of the recording log than what is still written to. Beside the
// keeper, on a thread of its own: giving back the space of a large day takes that one minutes, and segments may fill in
// less than a second.
#pragma once

#include "engine/storage/bell.h"
#include "engine/storage/folder_answers.h"
#include "engine/storage/held_media.h"
#include "engine/storage/keep_periods.h"
#include "engine/storage/storage_upkeep.h"
#include "shared/base/units.h"

#include <atomic>
#include <set>

namespace callmon {

class HeldMediaSaver {
public:
    struct Options {
        KeepPeriods::Age period; // of media
        std::function<Timestamp()> clock;
        std::function<bool()> awaitCommit; // false: the end is near
        std::function<void(const std::string&)> warn; // any thread
        std::chrono::milliseconds filesPatience = FolderAnswers::usualPatience;
    };
    HeldMediaSaver(std::filesystem::path directory, StorageUpkeep& upkeep, Options options);
    ~HeldMediaSaver();

    void start();
    void stop();

    // Any thread. Its copy waits; it does no longer, and nothing of it is saved any more when this returns.
    void watch(CallKey call);
    void forget(CallKey call);

    // The thread's, or where there is none anybody's: saves what one call has in segments that are to go, and lets
    // those go. False: there is nothing to save, or it could not be.
    bool step();
    std::uint64_t errors() const { return m_errors.load(std::memory_order_relaxed); }

private:
    struct Due {
        CallKey call;
        std::vector<std::uint32_t> segments;
    };
    void run();
    bool findDue();
    bool areToGo(const MediaLogWriter::ClosedSegments& segments);
    Result<void> save(CallKey call);
    Result<std::map<std::uint32_t, MediaLocation>> endsOf(CallKey call);

    std::filesystem::path m_directory;
    StorageUpkeep& m_upkeep;
    Options m_options;
    FolderAnswers m_files;
    std::vector<Due> m_due; // of step(); known to the last commit
    std::string m_lastError; // likewise

    std::mutex m_mutex; // held while one call is saved
    std::set<CallKey> m_watched;
    std::map<CallKey, HeldMediaWriter> m_copies;

    Bell m_bell;
    std::atomic<bool> m_stopping { false };
    std::atomic<std::uint64_t> m_errors { 0 };
    std::thread m_thread;
};

}
