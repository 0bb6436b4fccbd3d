// Appends media chunks to the segment files (media_format.h), gathered into large writes.
#pragma once

#include "engine/storage/file_handle.h"
#include "engine/storage/media_format.h"
#include "shared/base/result.h"

#include <string>
#include <vector>

namespace callmon {

class MediaLogWriter {
public:
    // A segment is left for the next one once a flush has taken it past this size.
    static constexpr std::uint64_t defaultSegmentSize = 256ull << 20;
    static constexpr std::size_t gatherSize = 4u << 20; // written at once when commits are further apart

    // Goes on behind the last chunk of the last segment. With `afterCrash` that segment is read first: a torn tail is
    // cut off (tailBytesCut), and one that is damaged further in front is left alone and a new one begun.
    static Result<MediaLogWriter> open(
        const std::filesystem::path& directory, bool afterCrash, std::uint64_t segmentSize = defaultSegmentSize);

    // Queues the chunk and says where it will be once flush() has succeeded. Call flush() when wantsFlush().
    MediaLocation append(const MediaChunk& chunk, MediaLocation previous);
    bool wantsFlush() const { return m_pending.size() >= gatherSize; }
    // All that is queued, or nothing: on an error the queue is dropped and every place given since the last flush is
    // void; the segment ends where it ended before, so that a later attempt can succeed.
    Result<void> flush();
    void sync(); // to the disk itself: at close

    std::uint64_t tailBytesCut() const { return m_tailBytesCut; }
    const std::string& note() const { return m_note; } // what opening found; empty when nothing

private:
    Result<void> beginSegment(std::uint32_t number);
    void recoverTail();

    std::filesystem::path m_directory;
    std::uint64_t m_segmentSize = defaultSegmentSize;
    FileHandle m_file;
    std::uint32_t m_segment = 0;
    std::uint64_t m_written = 0; // the segment's good size
    std::vector<std::byte> m_pending;
    std::uint64_t m_tailBytesCut = 0;
    std::string m_note;
};

}
