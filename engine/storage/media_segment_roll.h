// Which segment files the recording log has, and where the next one comes from: the oldest segment's file, when no more
// may be kept; else one that was written in advance; else a new one. A segment that a legal hold still needs stays.
#pragma once

#include "engine/storage/media_segment.h"
#include "engine/storage/waiting_holds.h"

#include <atomic>
#include <deque>
#include <optional>
#include <vector>

namespace callmon {

struct NextSegment { // and where it comes from
    std::filesystem::path folder;
    std::uint32_t number = 0;
    Timestamp now; // the time of the media that come
    std::vector<std::filesystem::path> removed; // older ones that go first
    std::optional<std::uint32_t> takenOver; // whose file becomes its own
    std::filesystem::path spare; // else that file, where this is not empty
};

// Its methods change what is known of the files; what asks the file system, which may take its time, says so.
class MediaSegmentRoll {
public:
    static constexpr std::size_t fewestKept = 3; // the newest, one that writes are still on their way to, and the next
    // So many segments are begun beyond the limit while calls under hold need all that may be kept: what the fastest
    // disks write while the media of those calls are copied.
    static constexpr std::size_t mostBeyond = 16;

    // `most` segments of `folder` are kept (mostKept()); what is too many goes with the next segment, when it is known
    // which are needed. Asks the file system. `writtenTo` false: there is no newest that may still be.
    MediaSegmentRoll(std::filesystem::path folder, std::size_t most, bool writtenTo = true);
    // Of so many bytes in so many folders, in each; 0 bytes: any.
    static std::size_t mostKept(std::uint64_t mostBytes, std::uint64_t segmentSize, std::size_t folders);

    std::uint32_t newest() const { return m_kept.empty() ? 0 : m_kept.back(); } // 0: there is none
    // `number`: above those that any folder has. What it says is removed or used has left the roll. Nothing: there may
    // be no more, also not beyond the limit, and holds need all that are there.
    std::optional<NextSegment> next(std::uint32_t number, Timestamp now, const WaitingHolds& holds);
    NextSegment another(std::uint32_t number); // however many there are
    // Asks the file system, and nothing else: any thread. Then began(), if it did.
    static Result<std::unique_ptr<MediaSegment>> begin(const NextSegment& next);
    void began(std::uint32_t number) { m_kept.push_back(number); }

    std::uint64_t overwritten() const { return m_overwritten.load(std::memory_order_relaxed); } // any thread
    // Files that segments will begin in that nobody has written yet; 0 without a limit.
    std::size_t neverWritten() const;

    std::vector<std::uint32_t> old() const; // oldest first, without those that may still be written to
    bool isNearlyFull() const { return m_mostKept != SIZE_MAX && m_kept.size() + 1 >= m_mostKept; }
    bool has(std::uint32_t segment) const;
    const std::filesystem::path& folder() const { return m_folder; }
    std::size_t size() const { return m_kept.size(); }
    std::deque<std::uint32_t> all() const { return m_kept; }
    bool hasOldNeededBy(const WaitingHolds& holds) const;
    // Of the old ones that no hold needs.
    std::optional<std::uint32_t> oldestFree(const WaitingHolds& holds) const;
    std::filesystem::path takeOldest(const WaitingHolds& holds); // of these, which is to be removed; empty: none
    // It is no segment any more, or is one again. False: it may be written to, or is none by now.
    bool takeOut(std::uint32_t segment);
    void putBack(std::uint32_t segment);
    bool wantsSpare() const { return m_mostKept != SIZE_MAX && m_kept.size() + m_spares.size() < m_mostKept; }
    // A file full of zeros gets a spare one's name; empty: it could not. Asks the file system. Then addSpare().
    static std::filesystem::path makeSpare(const std::filesystem::path& zeros);
    void addSpare(const std::filesystem::path& spare) { m_spares.push_back(spare); }

private:
    std::filesystem::path m_folder;
    std::deque<std::uint32_t> m_kept; // the newest last
    std::deque<std::filesystem::path> m_spares;
    std::size_t m_mostKept;
    std::size_t m_inUse; // of the newest
    std::atomic<std::uint64_t> m_overwritten { 0 };
};

}
