#include "engine/storage/media_log_writer.h"

#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace callmon {

namespace {

std::uint32_t lastSegment(const std::filesystem::path& directory)
{
    std::uint32_t last = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory / "media", ignored)) {
        const std::string stem = entry.path().stem().string();
        const bool digits = stem.size() >= 6 && stem.size() <= 9
            && std::all_of(stem.begin(), stem.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (entry.path().extension() == ".log" && digits)
            last = std::max(last, static_cast<std::uint32_t>(std::stoul(stem)));
    }
    return last;
}

std::uint64_t sizeOf(int file)
{
    struct stat status { };
    return ::fstat(file, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

bool isWholeSegmentHeader(int file)
{
    SegmentHeader header;
    return ::pread(file, &header, sizeof header, 0) == static_cast<ssize_t>(sizeof header)
        && header.magic == SegmentHeader::expectedMagic && header.version == SegmentHeader::currentVersion
        && header.headerSize == sizeof header;
}

// Is there a whole chunk anywhere from here on? Then the damage is not a torn tail.
bool wholeChunkFollows(int file, std::uint64_t offset, std::uint64_t size)
{
    std::vector<std::byte> window(1u << 20);
    std::vector<std::byte> bytes;
    ChunkHeader header;
    const std::uint32_t magic = ChunkHeader::expectedMagic;
    const auto* pattern = reinterpret_cast<const std::byte*>(&magic);
    while (offset + sizeof(ChunkHeader) <= size) {
        const ssize_t got = ::pread(file, window.data(), window.size(), static_cast<off_t>(offset));
        if (got < static_cast<ssize_t>(sizeof magic))
            return false;
        const auto end = window.begin() + got;
        for (auto at = window.begin(); (at = std::search(at, end, pattern, pattern + sizeof magic)) != end; ++at)
            if (readChunk(file, static_cast<std::uint32_t>(offset + static_cast<std::uint64_t>(at - window.begin())),
                    header, bytes))
                return true;
        offset += static_cast<std::uint64_t>(got) - (sizeof magic - 1);
    }
    return false;
}

}

Result<MediaLogWriter> MediaLogWriter::open(
    const std::filesystem::path& directory, bool afterCrash, std::uint64_t segmentSize)
{
    MediaLogWriter log;
    log.m_directory = directory;
    log.m_segmentSize = segmentSize;
    std::error_code failed;
    std::filesystem::create_directories(directory / "media", failed);
    if (failed)
        return Error { "cannot create " + (directory / "media").string() + ": " + failed.message() };
    log.m_segment = lastSegment(directory);
    if (log.m_segment != 0) {
        const auto path = mediaSegmentPath(directory, log.m_segment);
        log.m_file = FileHandle(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        if (!log.m_file)
            return systemError("cannot open", path);
        log.m_written = sizeOf(log.m_file.get());
        if (!isWholeSegmentHeader(log.m_file.get()))
            log.m_file = FileHandle();
        else if (afterCrash)
            log.recoverTail();
    }
    if (!log.m_file || log.m_written >= segmentSize)
        if (auto begun = log.beginSegment(log.m_segment + 1); !begun)
            return begun.error();
    log.m_pending.reserve(gatherSize + sizeof(ChunkHeader) + MediaChunk::capacity);
    return log;
}

Result<void> MediaLogWriter::beginSegment(std::uint32_t number)
{
    const auto path = mediaSegmentPath(m_directory, number);
    FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!file)
        return systemError("cannot create", path);
    const SegmentHeader header;
    if (::pwrite(file.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
        const Error error = systemError("cannot write", path);
        ::unlink(path.c_str());
        return error;
    }
    sync(); // the segment that is left
    m_file = std::move(file);
    m_segment = number;
    m_written = sizeof header;
    return {};
}

void MediaLogWriter::recoverTail()
{
    std::uint64_t good = sizeof(SegmentHeader);
    ChunkHeader header;
    std::vector<std::byte> bytes;
    while (good < m_written && readChunk(m_file.get(), static_cast<std::uint32_t>(good), header, bytes))
        good += sizeof header + header.bytes;
    if (good >= m_written)
        return;
    const std::string name = mediaSegmentPath(m_directory, m_segment).filename().string();
    if (wholeChunkFollows(m_file.get(), good + 1, m_written)) {
        m_note = "Media segment " + name + " is damaged at byte " + std::to_string(good)
            + "; it is left as it is and a new segment begun.";
        m_file = FileHandle();
        return;
    }
    m_tailBytesCut = m_written - good;
    if (::ftruncate(m_file.get(), static_cast<off_t>(good)) != 0) {
        m_file = FileHandle();
        m_tailBytesCut = 0;
        return;
    }
    m_written = good;
    m_note = "Media segment " + name + " ended in a torn write: " + std::to_string(m_tailBytesCut) + " bytes cut off.";
}

MediaLocation MediaLogWriter::append(const MediaChunk& chunk, MediaLocation previous)
{
    // A segment that cannot be begun now (disk full) is tried again at the next chance; the old one grows meanwhile.
    if (m_pending.empty() && m_written >= m_segmentSize)
        (void)beginSegment(m_segment + 1).has_value();
    ChunkHeader header;
    header.bytes = static_cast<std::uint32_t>(chunk.bytes().size());
    header.callKey = chunk.stream().call.value;
    header.streamIndex = chunk.stream().index;
    header.packets = chunk.packets();
    header.firstArrival = nanosecondsSinceEpoch(chunk.firstArrival());
    header.previous = previous;
    header.crc = crcOf(header, chunk.bytes());
    const MediaLocation location { m_segment, static_cast<std::uint32_t>(m_written + m_pending.size()) };
    const Bytes headerBytes = std::as_bytes(std::span(&header, 1));
    m_pending.insert(m_pending.end(), headerBytes.begin(), headerBytes.end());
    m_pending.insert(m_pending.end(), chunk.bytes().begin(), chunk.bytes().end());
    return location;
}

Result<void> MediaLogWriter::flush()
{
    std::size_t done = 0;
    while (done < m_pending.size()) {
        const ssize_t wrote = ::pwrite(
            m_file.get(), m_pending.data() + done, m_pending.size() - done, static_cast<off_t>(m_written + done));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            const Error error = systemError("cannot write media to", mediaSegmentPath(m_directory, m_segment));
            m_pending.clear();
            // What could not be cut off is overwritten by the next attempt, which begins at the same place.
            (void)!::ftruncate(m_file.get(), static_cast<off_t>(m_written));
            return error;
        }
        done += static_cast<std::size_t>(wrote);
    }
    m_written += done;
    m_pending.clear();
    return {};
}

void MediaLogWriter::sync()
{
    if (m_file)
        ::fdatasync(m_file.get());
}

}
