// Which segment files the recording log has, and where the next one comes from: the oldest segment's file, when no more
// may be kept; else one that was written in advance; else a new one.
#pragma once

#include "engine/storage/media_segment.h"

#include <atomic>
#include <deque>
#include <vector>

namespace callmon {

class MediaSegmentRoll {
public:
    static constexpr std::size_t fewestKept = 3; // the newest, one that writes are still on their way to, and the next

    // `most` segments of `folder` are kept (mostKept()). Removes the oldest that are too many.
    // `writtenTo` false: there is no newest that may still be.
    MediaSegmentRoll(std::filesystem::path folder, std::size_t most, bool writtenTo = true);
    // Of so many bytes in so many folders, in each; 0 bytes: any.
    static std::size_t mostKept(std::uint64_t mostBytes, std::uint64_t segmentSize, std::size_t folders);

    std::uint32_t newest() const { return m_kept.empty() ? 0 : m_kept.back(); } // 0: there is none
    // `number`: above those that any folder has. `now`: the time of the media that come.
    Result<std::unique_ptr<MediaSegment>> begin(std::uint32_t number, Timestamp now);

    std::uint64_t overwritten() const { return m_overwritten.load(std::memory_order_relaxed); } // any thread
    // Files that segments will begin in that nobody has written yet; 0 without a limit.
    std::size_t neverWritten() const;

    std::vector<std::uint32_t> old() const; // oldest first, without those that may still be written to
    bool has(std::uint32_t segment) const;
    const std::filesystem::path& folder() const { return m_folder; }
    std::size_t size() const { return m_kept.size(); }
    void removeOldest();
    // The oldest is no segment any more: its file's new name; empty when another is the oldest, or it could not be.
    std::filesystem::path expire(std::uint32_t segment);
    bool wantsSpare() const { return m_mostKept != SIZE_MAX && m_kept.size() + m_spares.size() < m_mostKept; }
    bool addSpare(const std::filesystem::path& zeros); // a file full of zeros, which gets a spare one's name

private:
    std::unique_ptr<MediaSegment> takeOverOldest(std::uint32_t number, Timestamp now);
    std::unique_ptr<MediaSegment> takeSpare(std::uint32_t number);

    std::filesystem::path m_folder;
    std::deque<std::uint32_t> m_kept; // the newest last
    std::deque<std::filesystem::path> m_spares;
    std::size_t m_mostKept;
    std::size_t m_inUse; // of the newest
    std::atomic<std::uint64_t> m_overwritten { 0 };
};

}
