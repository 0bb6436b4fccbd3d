// One folder of the recording log, for writing: its chunks are gathered into large writes, several on their way at
// once, and settled in order. What it cannot write goes to another lane, where there is one that can.
#pragma once

#include "engine/storage/chain_end.h"
#include "engine/storage/chunk_owner.h"
#include "engine/storage/flat_table.h"
#include "engine/storage/lane_files.h"
#include "engine/storage/media_disk.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory_resource>
#include <optional>
#include <utility>

namespace callmon {

struct SettledChunk {
    StreamKey stream;
    MediaLocation place; // nowhere: the disk refused it
    std::uint32_t packets = 0;
    std::uint32_t bytes = 0;
};

struct MediaPatience { // with a folder; shorter in tests
    std::chrono::milliseconds backlog { 1'000 }; // of chunks for which no write is free
    std::chrono::milliseconds write { 5'000 }; // where there is another; then what is on its way counts as lost
    std::chrono::milliseconds onlyWrite { 60'000 }; // the same, where there is none
    std::chrono::milliseconds files { 5'000 }; // then the file system counts as hanging
    std::chrono::milliseconds pause { 30'000 }; // until it is tried again
    std::chrono::milliseconds end { 10'000 }; // at the end, with a file system; then it is left to itself
};

// What the lanes of one log have in common, under the log's lock.
struct MediaLog {
    using Clock = std::chrono::steady_clock;
    struct Chain {
        ChainEnd end;
        std::uint32_t lane = 0; // where all its chunks are that are not settled
    };
    struct Held { // with what is asked for when it is settled: by then the chunk has left the cache
        OwnedChunk owned;
        std::uint64_t number = 0;
        StreamKey stream;
        std::uint32_t packets = 0;
        std::uint32_t bytes = 0;
    };

    static constexpr std::size_t usualStreams = 1u << 18;
    static constexpr std::size_t mostStreams = 1u << 20; // more than the tracker's largest table

    static constexpr std::size_t writeSize = 1u << 20;

    std::uint64_t segmentSize = 0;
    std::uint32_t newestSegment = 0; // of all folders
    bool severalLanes = false;
    MediaPatience patience;
    FlatTable<StreamKey, Chain> chains { usualStreams }; // with the newest chunk that was given a place
    WaitingHolds holds;
    std::vector<SettledChunk> settled;
    std::optional<Error> error; // the first
    bool mayAsk = true; // the thread that holds the lock: a file system, which takes memory and wakes a thread
    // Blocks of the lanes' queues are used again: the capture thread may be the one that fills them, and is not to wait
    // for another thread's allocation.
    std::pmr::unsynchronized_pool_resource queueMemory;

    std::atomic<std::uint64_t> writeErrors { 0 }, chunksHeld { 0 }, longestWriteMs { 0 }, chunksMoved { 0 },
        lanesDown { 0 }, lanesHeld { 0 };
    std::uint64_t segmentsBegun = 0;
    std::function<void()> whenProtectedClose; // by the thread that holds the lock: it may not wait

    void tell(const Held& held, MediaLocation place)
    {
        settled.push_back({ held.stream, place, held.packets, held.bytes });
    }
    void giveBack(const Held& held)
    {
        chunksHeld.fetch_sub(1, std::memory_order_relaxed);
        held.owned.owner->giveBack(held.owned.chunk);
    }
};

// One thread at a time. Nothing here waits for the disk or for its file system.
class DiskLane {
public:
    using Clock = MediaLog::Clock;
    using Held = MediaLog::Held;

    DiskLane(MediaLog& log, std::unique_ptr<MediaSegmentRoll> segments, std::unique_ptr<MediaDisk> disk);
    // Goes on behind the last chunk of the folder's last segment, or in a new one. This waits.
    Result<void> open(bool afterCrash);
    void beginIn(std::unique_ptr<MediaSegment> segment); // or in this one. One of the two, once, before all below.
    void keepWaiting(std::uint32_t lane); // another joins: chunks of what waits here stay in this lane
    const std::string& note() const { return m_note; } // what opening found
    const std::string& limits() const { return m_limits; } // of this disk, for the user; empty: nothing
    MediaSegmentRoll& segments() { return m_segments; }
    const MediaSegmentRoll& segments() const { return m_segments; }

    void add(const Held& held) { m_waiting.push_back(held); }
    void addMoved(std::span<const Held> chunks); // by other lanes
    // Takes back what is complete and hands the disk its next writes. `partial`: also what fills no write.
    // `othersTake`: another lane takes what this one cannot write.
    void pump(bool partial, bool othersTake);
    // The same; what fills no write waits for a tenth of a second, in a `hurry` until the disk has nothing to do.
    void advance(bool hurry, bool othersTake);
    // Since the last time; this lane then takes none of their streams' chunks.
    std::vector<Held> takeMoving() { return std::exchange(m_moving, {}); }
    bool takesChunks(Clock::time_point now); // false: for some time, other lanes do

    // For the next chunk, and has not asked it yet.
    bool wantsFileSystem() const { return !m_down && !m_open && !m_files.isAsked() && needsFileSystem(); }
    bool isDown() const { return m_down; }
    bool hasAbandoned() const { return m_abandoned > 0; }
    std::uint64_t firstUnsettled() const; // number of a chunk; UINT64_MAX: all are
    std::future<void> finish() { return m_files.finish(m_segment); }
    const std::shared_ptr<std::timed_mutex>& takingOver() const { return m_files.takingOver(); }

private:
    struct Write { // one gathered write
        std::shared_ptr<MediaSegment> segment;
        std::vector<Held> chunks;
        std::vector<std::uint32_t> ends; // of each, behind its block, from `offset` on
        std::vector<iovec> memory;
        std::size_t nextMemory = 0; // those in front are written
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
        std::uint64_t written = 0;
        std::uint64_t least = UINT64_MAX; // number of its chunks
        int error = 0;
        bool complete = false;
        bool abandoned = false; // its chunks count as lost; only their memory is waited for
        Clock::time_point since;
    };

    void gather();
    bool needsSegment() const;
    bool needsFileSystem() const; // to openWrite()
    bool hasRoom();
    void sayHoldsNeedAll(bool allAreNeeded);
    void take(LaneFiles::Answer answer);
    bool openWrite();
    void place(Write& write, const Held& held);
    void close();
    void submit(Write& write);
    void take(MediaDisk::Done done);
    void settle();
    void settleChunks(Write& write);
    void goBackTo(Write& failed);
    void putBack(std::vector<Held> chunks);
    void unchain(std::span<const Held> chunks);
    void release(std::uint32_t index);
    void refuseWaiting();
    void settled(const Held& held, MediaLocation place);
    void remember(int error, const std::filesystem::path& path);
    bool mustBeginSegmentFor(StreamKey stream);
    void giveUp(std::uint32_t index);
    bool takeDone(); // false: nothing
    void lookAtTheTime();
    void lookAtTheFileSystem(Clock::time_point now);
    void sayItDoesNotAnswer();
    void abandon();
    void leave();
    std::vector<Held> openChunks(); // which are to be written elsewhere

    MediaLog& m_log;
    std::unique_ptr<MediaDisk> m_disk;
    LaneFiles m_files; // outlives the segments, which are closed there
    std::shared_ptr<MediaSegment> m_segment;
    std::unique_ptr<MediaSegmentRoll> m_roll;
    MediaSegmentRoll& m_segments; // it
    std::string m_note, m_limits;
    std::uint64_t m_end = 0; // of what was handed to the disk, in m_segment
    std::uint64_t m_allocationStep;
    bool m_segmentWanted = false; // a new one, and no chunk goes to this one any more
    bool m_segmentDue = false; // a new one, where one can be begun
    std::uint32_t m_segmentAsked = 0; // its number
    bool m_staysInSegment = false; // for the next write: none could be begun
    bool m_filesLate = false; // that the file system does not answer is counted
    bool m_holdsNeedAll = false; // so that no segment can be begun
    std::pmr::deque<Held> m_waiting; // for a write to gather them, in the order of their numbers
    std::vector<Write> m_writes;
    std::vector<std::uint32_t> m_idle; // of m_writes
    std::optional<std::uint32_t> m_open; // of m_writes: the one that gathers
    std::pmr::deque<std::uint32_t> m_onTheirWay; // of m_writes, in order
    bool m_failing = false; // nothing new until all that is on its way is back
    bool m_othersTake = false;
    bool m_leaving = false; // likewise, and then what waits goes to other lanes
    bool m_down = false; // they have it
    Clock::time_point m_downSince;
    std::optional<Clock::time_point> m_backlogSince;
    std::size_t m_abandoned = 0; // writes
    std::vector<Held> m_moving;
};

}
