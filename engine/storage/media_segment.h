// One segment file of the recording log, for writing: its space taken in advance, its end found again after a crash.
#pragma once

#include "engine/storage/media_format.h"
#include "shared/base/file_handle.h"
#include "shared/base/result.h"

#include <memory>
#include <string>

namespace callmon {

class MediaSegment {
public:
    // `folder`: that of the segment files (media_folders.h).
    static Result<std::unique_ptr<MediaSegment>> create(const std::filesystem::path& folder, std::uint32_t number);
    // In the file of an older one, which is gone then: its space is taken and written already, so writes to it cost the
    // disk half. Nothing when that cannot be done (other version); `now` is the time of the media that come.
    static std::unique_ptr<MediaSegment> takeOver(
        const std::filesystem::path& folder, std::uint32_t old, std::uint32_t number, Timestamp now);
    // In a file that was written in advance (media_preparation.h), which has its name then; nothing when it cannot be
    // had.
    static std::unique_ptr<MediaSegment> beginInSpare(
        const std::filesystem::path& folder, const std::filesystem::path& spare, std::uint32_t number);
    // Of an existing one; nothing when it cannot be gone on with (other version, damaged): begin the next then.
    // With `afterCrash` it is read first, and what follows its last whole chunk is cut off.
    struct Found {
        std::unique_ptr<MediaSegment> segment;
        std::string note; // what was found; empty when nothing
    };
    static Result<Found> reopen(const std::filesystem::path& folder, std::uint32_t number, bool afterCrash);
    ~MediaSegment() { giveBackSpace(); }

    int file() const { return m_file.get(); }
    std::uint32_t number() const { return m_number; }
    const std::filesystem::path& path() const { return m_path; }
    bool isDirect() const { return m_direct; } // writes pass by the page cache
    std::size_t blockSize() const { return m_blockSize; } // of the disk: lengths and places of writes
    std::uint64_t end() const { return m_end; } // of the chunks written
    void setEnd(std::uint64_t end) { m_end = end; }
    std::uint64_t allocated() const { return m_allocated; }
    // Takes space up to `least` from the file system, up to `size` where that can be had; allocated() then says how
    // far. False: what is left is for the records, which are small and worth more.
    bool allocate(std::uint64_t least, std::uint64_t size);
    void giveBackSpace(); // what lies behind end()
    void sync();

private:
    MediaSegment() = default;
    bool beginIn(const std::filesystem::path& existing, const SegmentHeader& header); // false: that file is gone now
    void learnBlockSize();
    bool writeHeader(const SegmentHeader& header);
    bool recoverEnd(std::uint64_t size, std::string& note); // false: damaged, leave it alone

    std::filesystem::path m_path;
    FileHandle m_file;
    std::uint32_t m_number = 0;
    bool m_direct = false;
    std::size_t m_blockSize = mediaBlockSize;
    std::uint64_t m_end = 0;
    std::uint64_t m_allocated = 0;
    bool m_allocationRefused = false;
    bool m_tookOver = false; // there are older bytes behind m_end
};

}
