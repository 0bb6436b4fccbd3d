// Appends media chunks to the segment files (media_format.h) of one folder or of several (media_folders.h), side by
// side: all chunks of a stream go to one, as long as its disk keeps up.
#pragma once

#include "engine/storage/disk_lane.h"
#include "engine/storage/folder_answers.h"
#include "engine/storage/media_folders.h"
#include "shared/calls/probe_status.h"

#include <mutex>

namespace callmon {

// Any thread; each call holds a lock, never while it waits for a disk or a file system. The chunks of a folder are
// written in the order they came, and settled in that order too: a place is told only when everything before it is
// complete.
class MediaLogWriter {
public:
    static constexpr std::uint64_t defaultSegmentSize = 256ull << 20;
    // What tests/bench/media_log_bench writes beside it to find the disk's own rate.
    static constexpr std::size_t writeSize = MediaLog::writeSize;

    struct Options {
        std::uint64_t segmentSize = defaultSegmentSize;
        // Of segments kept, in equal shares by the folders, three segments each at least: then the oldest makes room
        // for the newest. 0: all are.
        std::uint64_t mostBytes = 0;
        std::optional<std::vector<std::filesystem::path>> folders; // chooseMediaFolders()
        std::vector<std::unique_ptr<MediaDisk>> disks; // one for each folder, or fewer: the system's
        MediaPatience patience;
    };
    // Goes on behind the last chunk of each folder's last segment, or in a new one (MediaSegment::reopen).
    static Result<std::unique_ptr<MediaLogWriter>> open(
        const std::filesystem::path& directory, bool afterCrash, Options options);
    static Result<std::unique_ptr<MediaLogWriter>> open(const std::filesystem::path& directory, bool afterCrash,
        std::uint64_t segmentSize = defaultSegmentSize, std::unique_ptr<MediaDisk> disk = {},
        std::uint64_t mostBytes = 0);
    ~MediaLogWriter();

    // Takes the chunks until the disk has them, or has refused them for good. Takes back what is complete and hands the
    // disk its next writes: often, also without chunks. Those that fill no write wait for a tenth of a second, in a
    // `hurry` until the disk has nothing to do. A few chunks at once cost the caller microseconds, and a write that
    // became full its system call.
    void append(std::span<const OwnedChunk> chunks, bool hurry);
    // The same for a thread that cannot wait. False, and nothing done, when another holds the lock, or when a file
    // system is to be asked for a segment or for space: append() does that.
    bool tryAppend(std::span<const OwnedChunk> chunks, bool hurry);
    void flush(); // everything that was appended before is settled when this returns
    // To the disk itself, and unused space back to the file system; nothing may follow. One that does not answer is not
    // waited for.
    void finish();

    using Settled = SettledChunk;
    // Since the last time, of each stream in order; replaces what is there. The number of the first chunk that is not
    // settled yet; chunks are numbered from 0 as they are appended.
    std::uint64_t takeSettled(std::vector<Settled>& settled);
    std::uint64_t appended() const { return m_appended.load(std::memory_order_acquire); } // chunks; without the lock
    std::optional<Error> takeError(); // the first refusal of a disk since the last time
    void forget(StreamKey stream); // no chunk of it follows

    // Folders that were not there when this was opened, or did not answer, are looked at again; those that are there
    // now take media, too. What there is to say of it. One thread at a time.
    std::vector<std::string> joinFolders();

    // Upkeep (storage_upkeep.h). These wait for a file system, and no longer than for one that does not answer.
    std::vector<std::filesystem::path> folders();
    std::vector<std::filesystem::path> oldestSegments(); // but for folders that are down, and what holds need
    std::vector<std::filesystem::path> segments(); // in order
    // Until release() no segment takes over, and nothing expires, what has media of that call: `segments`, and
    // whichever get some from now on.
    void protect(CallKey call, std::span<const std::uint32_t> segments);
    void release(CallKey call);
    void release(CallKey call, std::span<const std::uint32_t> segments); // of these alone
    // Of the segments that are needed for that call those that nobody writes to any more.
    struct ClosedSegments {
        std::vector<std::uint32_t> numbers;
        bool roomIsShort = false; // where they lie: new segments take old ones over, or are about to
    };
    ClosedSegments closedSegmentsOf(CallKey call);
    // Called whenever a segment was begun and some that nobody writes to any more are protected; by whichever thread
    // then holds the lock, so it may not wait.
    void whenProtectedClose(std::function<void()> told);
    std::filesystem::path expire(const std::filesystem::path& segment);
    bool wantsSpare(const std::filesystem::path& folder);
    bool addSpare(const std::filesystem::path& zeros);
    // Zeros where this chunk was, on their way to the disk. Nothing: it is not there. False: that could not be written.
    std::optional<bool> erase(StreamKey stream, MediaLocation place);

    const std::vector<std::string>& notes() const { return m_notes; } // what opening found
    std::string limits() const; // what this disk or system cannot do, for the user; empty: nothing
    std::vector<NamedCounter> gauges() const;

private:
    using Clock = MediaLog::Clock;

    MediaLogWriter(std::uint64_t segmentSize, std::uint64_t mostBytes, MediaPatience patience);
    Result<void> openLanes(bool afterCrash, std::vector<std::unique_ptr<MediaDisk>> disks);
    void appendLocked(std::span<const OwnedChunk> chunks, bool hurry);
    std::uint32_t laneOf(StreamKey stream, Clock::time_point now);
    template <typename Work> void forEachLane(Work&& work); // and what one leaves to the others
    std::uint64_t settledUpTo() const;
    void mergeSettled();
    std::string join(const MediaFolder& folder, std::size_t most); // a sentence
    std::vector<std::filesystem::path> trimPast(); // what is to be removed
    DiskLane* laneWith(std::uint32_t segment);
    MediaSegmentRoll* rollWith(std::uint32_t segment);

    std::filesystem::path m_directory;
    std::optional<std::vector<std::filesystem::path>> m_wanted;
    std::uint64_t m_mostBytes;
    std::vector<std::string> m_notes;

    FileWorker m_pastFiles; // removes those of m_past
    FolderAnswers m_upkeepFiles;
    mutable std::mutex m_mutex; // all below but what is atomic
    std::vector<MediaFolder> m_folders;
    MediaLog m_log;
    std::vector<std::unique_ptr<DiskLane>> m_lanes; // of the folders in use
    std::vector<std::unique_ptr<MediaSegmentRoll>> m_past; // the others; none is begun there
    std::size_t m_mergedFrom; // so many settled chunks, when nobody takes them
    std::uint64_t m_segmentsSeen = UINT64_MAX; // begun, when m_past was last looked at

    std::atomic<std::uint64_t> m_appended { 0 };
};

}
