// Appends media chunks to the segment files (media_format.h): from where they were filled, gathered into large writes,
// several on their way at once.
#pragma once

#include "engine/storage/chain_end.h"
#include "engine/storage/chunk_owner.h"
#include "engine/storage/flat_table.h"
#include "engine/storage/media_disk.h"
#include "engine/storage/media_segment_roll.h"
#include "shared/calls/probe_status.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <memory_resource>
#include <mutex>
#include <optional>

namespace callmon {

// Any thread; each call holds a lock, never while it waits for the disk. Chunks are written in the order they came, and
// settled in that order too: a place is told only when everything before it is complete.
class MediaLogWriter {
public:
    static constexpr std::uint64_t defaultSegmentSize = 256ull << 20;
    // What tests/bench/media_log_bench writes beside it to find the disk's own rate.
    static constexpr std::size_t writeSize = 1u << 20;

    // Goes on behind the last chunk of the last segment, or in a new one (MediaSegment::reopen). `mostBytes` of
    // segments are kept, three at least: then the oldest makes room for the newest. 0: all are.
    static Result<std::unique_ptr<MediaLogWriter>> open(const std::filesystem::path& directory, bool afterCrash,
        std::uint64_t segmentSize = defaultSegmentSize, std::unique_ptr<MediaDisk> disk = {},
        std::uint64_t mostBytes = 0);
    ~MediaLogWriter();

    // Takes the chunks until the disk has them, or has refused them for good. Takes back what is complete and hands the
    // disk its next writes: often, also without chunks. Those that fill no write wait for a tenth of a second, in a
    // `hurry` until the disk has nothing to do. A few chunks at once cost the caller microseconds, and a write that
    // became full its system call.
    void append(std::span<const OwnedChunk> chunks, bool hurry);
    // The same for a thread that cannot wait. False, and nothing done, when another holds the lock, or when the file
    // system is to be asked for a segment or for space, which takes milliseconds: append() does that.
    bool tryAppend(std::span<const OwnedChunk> chunks, bool hurry);
    void flush(); // everything that was appended before is settled when this returns
    void finish(); // to the disk itself, and unused space back to the file system; nothing may follow

    struct Settled {
        StreamKey stream;
        MediaLocation place; // nowhere: the disk refused it
        std::uint32_t packets = 0;
        std::uint32_t bytes = 0;
    };
    // Since the last time, in order; replaces what is there. The number of the first chunk that is not settled yet;
    // chunks are numbered from 0 as they are appended.
    std::uint64_t takeSettled(std::vector<Settled>& settled);
    std::uint64_t appended() const { return m_appended.load(std::memory_order_acquire); } // chunks; without the lock
    std::optional<Error> takeError(); // the first refusal of the disk since the last time
    void forget(StreamKey stream); // no chunk of it follows

    // Upkeep (storage_upkeep.h); each holds the lock for one call of the file system.
    std::vector<std::uint32_t> oldSegments();
    std::filesystem::path expire(std::uint32_t segment);
    bool wantsSpare();
    bool addSpare(const std::filesystem::path& zeros);
    // Zeros where this chunk was, on their way to the disk. Nothing: it is not there. False: that could not be written.
    std::optional<bool> erase(StreamKey stream, MediaLocation place);

    const std::vector<std::string>& notes() const { return m_notes; } // what opening found
    std::string limits() const; // what this disk or system cannot do, for the user; empty: nothing
    std::vector<NamedCounter> gauges() const; // without the lock

private:
    using Clock = std::chrono::steady_clock;
    struct Held { // with what is asked for when it is settled: by then the chunk has left the cache
        OwnedChunk owned;
        std::uint64_t number = 0;
        StreamKey stream;
        std::uint32_t packets = 0;
        std::uint32_t bytes = 0;
    };
    struct Write { // one gathered write
        std::shared_ptr<MediaSegment> segment;
        std::vector<Held> chunks;
        std::vector<std::uint32_t> ends; // of each, behind its block, from `offset` on
        std::vector<iovec> memory;
        std::size_t nextMemory = 0; // those in front are written
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
        std::uint64_t written = 0;
        int error = 0;
        bool complete = false;
        Clock::time_point since;
    };

    MediaLogWriter(std::filesystem::path directory, std::uint64_t segmentSize, std::unique_ptr<MediaDisk> disk,
        std::uint64_t mostBytes);
    void appendLocked(std::span<const OwnedChunk> chunks, bool hurry);
    void pump(bool partial); // `partial`: also what fills no write
    std::uint64_t settledUpTo() const;
    void gather();
    bool needsFileSystem() const; // to open() the next write
    bool open();
    void place(Write& write, const Held& held);
    void close();
    void submit(Write& write);
    void take(MediaDisk::Done done);
    void settle();
    void settleChunks(Write& write);
    void goBackTo(Write& failed);
    void unchain(std::span<const Held> chunks);
    void release(std::uint32_t index);
    bool beginSegment();
    void refuseWaiting();
    void settled(const Held& held, MediaLocation place);

    std::filesystem::path m_directory;
    std::uint64_t m_segmentSize;
    std::vector<std::string> m_notes;
    std::string m_limits;

    std::mutex m_mutex; // all below but the gauges
    std::unique_ptr<MediaDisk> m_disk;
    std::shared_ptr<MediaSegment> m_segment;
    MediaSegmentRoll m_segments;
    std::uint64_t m_end = 0; // of what was handed to the disk, in m_segment
    std::uint64_t m_allocationStep = 2 * writeSize;
    // Blocks of the queues below are used again: the capture thread may be the one that fills them, and is not to wait
    // for another thread's allocation.
    std::pmr::unsynchronized_pool_resource m_queueMemory;
    std::pmr::deque<Held> m_waiting { &m_queueMemory }; // for a write to gather them
    std::vector<Write> m_writes;
    std::vector<std::uint32_t> m_idle; // of m_writes
    bool m_mayWait = true; // the thread that holds the lock
    std::optional<std::uint32_t> m_open; // of m_writes: the one that gathers
    std::pmr::deque<std::uint32_t> m_onTheirWay { &m_queueMemory }; // of m_writes, in order
    bool m_failing = false; // nothing new until all that is on its way is back
    static constexpr std::size_t usualStreams = 1u << 18;
    FlatTable<StreamKey, ChainEnd> m_chains { usualStreams }; // with the newest chunk that was given a place
    static constexpr std::size_t usuallySettled = 1u << 16; // a second of 52,000 calls between two takeSettled()
    std::vector<Settled> m_settled;
    std::optional<Error> m_error;

    std::atomic<std::uint64_t> m_appended { 0 };
    std::atomic<std::uint64_t> m_writeErrors { 0 }, m_chunksHeld { 0 }, m_longestWriteMs { 0 };
};

}
