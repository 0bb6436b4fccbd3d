#include "engine/storage/media_segment.h"

#include "engine/storage/media_files.h"
#include "engine/storage/segment_files.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace callmon {

namespace {

// Where no space is taken in advance: so much is written before the free space is looked at again.
constexpr std::uint64_t lookedAtAgain = 16u << 20;

std::uint64_t sizeOf(int file)
{
    struct stat status { };
    return ::fstat(file, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::uint64_t roundedUp(std::uint64_t value, std::uint64_t step)
{
    return (value + step - 1) / step * step;
}

// Where bytes other than zero lie: first and behind the last.
struct Extent {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    bool empty() const { return end == 0; }
    void add(const Extent& other)
    {
        if (other.empty())
            return;
        first = empty() ? other.first : std::min(first, other.first);
        end = std::max(end, other.end);
    }
};

bool saysItIsAt(Bytes block, MediaLocation place)
{
    ChunkHeader header;
    if (block.size() < sizeof header)
        return false;
    std::memcpy(&header, block.data(), sizeof header);
    return header.magic == ChunkHeader::expectedMagic && header.here == place;
}

Extent nonZero(Bytes bytes, std::uint64_t offset)
{
    const auto isSet = [](std::byte byte) { return byte != std::byte {}; };
    const auto first = std::find_if(bytes.begin(), bytes.end(), isSet);
    if (first == bytes.end())
        return {};
    const auto last = std::find_if(bytes.rbegin(), bytes.rend(), isSet);
    return { offset + static_cast<std::uint64_t>(first - bytes.begin()),
        offset + static_cast<std::uint64_t>(bytes.rend() - last) };
}

}

void MediaSegment::learnBlockSize()
{
    m_blockSize = mediaBlockSize;
    struct statx status { };
    if (m_direct && ::statx(m_file.get(), "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) == 0
        && (status.stx_mask & STATX_DIOALIGN) != 0)
        m_blockSize = std::max<std::size_t>(m_blockSize, status.stx_dio_offset_align);
    if (m_blockSize > mediaWriteAlignment) { // no disk that we know of
        (void)::fcntl(m_file.get(), F_SETFL, 0); // without O_DIRECT
        m_direct = false;
        m_blockSize = mediaBlockSize;
    }
}

Result<std::unique_ptr<MediaSegment>> MediaSegment::create(const std::filesystem::path& folder, std::uint32_t number)
{
    std::unique_ptr<MediaSegment> segment(new MediaSegment);
    segment->m_path = segmentPath(folder, number);
    segment->m_number = number;
    segment->m_file = FileHandle(openMediaFile(segment->m_path, O_RDWR | O_CREAT | O_EXCL, segment->m_direct));
    if (!segment->m_file)
        return systemError(TR("Engine", "cannot create"), segment->m_path);
    segment->learnBlockSize();
    if (!segment->writeHeader({})) {
        const Error error = systemError(TR("Engine", "cannot write"), segment->m_path);
        ::unlink(segment->m_path.c_str());
        return error;
    }
    segment->m_allocated = segment->m_end;
    return segment;
}

std::unique_ptr<MediaSegment> MediaSegment::takeOver(
    const std::filesystem::path& folder, std::uint32_t old, std::uint32_t number, Timestamp now)
{
    std::unique_ptr<MediaSegment> segment(new MediaSegment);
    segment->m_path = segmentPath(folder, number);
    segment->m_number = number;
    segment->m_tookOver = true;
    const auto from = segmentPath(folder, old);
    {
        // Chunks of version 1 do not say where they belong.
        const FileHandle file(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file || !readSegmentHeader(file.get()))
            return nullptr;
    }
    SegmentHeader header;
    header.tookOver = old;
    header.tookOverAt = nanosecondsSinceEpoch(now);
    return segment->beginIn(from, header) ? std::move(segment) : nullptr;
}

std::unique_ptr<MediaSegment> MediaSegment::beginInSpare(
    const std::filesystem::path& folder, const std::filesystem::path& spare, std::uint32_t number)
{
    std::unique_ptr<MediaSegment> segment(new MediaSegment);
    segment->m_path = segmentPath(folder, number);
    segment->m_number = number;
    return segment->beginIn(spare, {}) ? std::move(segment) : nullptr;
}

// Renamed first: whoever looks for an old segment now finds none, and no chunk of it belongs to the new one.
bool MediaSegment::beginIn(const std::filesystem::path& existing, const SegmentHeader& header)
{
    if (::rename(existing.c_str(), m_path.c_str()) != 0)
        return false;
    m_file = FileHandle(openMediaFile(m_path, O_RDWR, m_direct));
    if (!m_file || !writeHeader(header)) {
        ::unlink(m_path.c_str());
        return false;
    }
    learnBlockSize();
    m_allocated = std::max(m_end, sizeOf(file()) / mediaWriteAlignment * mediaWriteAlignment);
    return true;
}

bool MediaSegment::writeHeader(const SegmentHeader& header)
{
    alignas(mediaWriteAlignment) std::array<std::byte, mediaWriteAlignment> block {};
    static_assert(SegmentHeader().headerSize == sizeof block);
    std::memcpy(block.data(), &header, sizeof header);
    m_end = block.size();
    return ::pwrite(file(), block.data(), block.size(), 0) == static_cast<ssize_t>(block.size());
}

Result<MediaSegment::Found> MediaSegment::reopen(
    const std::filesystem::path& folder, std::uint32_t number, bool afterCrash)
{
    Found found;
    std::unique_ptr<MediaSegment> segment(new MediaSegment);
    segment->m_path = segmentPath(folder, number);
    segment->m_number = number;
    segment->m_file = FileHandle(::open(segment->m_path.c_str(), O_RDWR | O_CLOEXEC));
    if (!segment->m_file)
        return systemError(TR("Engine", "cannot open"), segment->m_path);
    const auto header = readSegmentHeader(segment->file());
    if (!header) {
        segment->m_file = FileHandle();
        return found;
    }
    segment->m_tookOver = header->tookOver != 0;
    const std::uint64_t size = sizeOf(segment->file());
    segment->m_end = size;
    if (afterCrash && !segment->recoverEnd(size, found.note)) {
        segment->m_file = FileHandle();
        return found;
    }
    segment->m_file = FileHandle(openMediaFile(segment->m_path, O_RDWR, segment->m_direct));
    if (!segment->m_file)
        return systemError(TR("Engine", "cannot open"), segment->m_path);
    segment->learnBlockSize();
    segment->m_end = segment->m_allocated = roundedUp(segment->m_end, mediaWriteAlignment);
    found.segment = std::move(segment);
    return found;
}

// Blocks that are neither chunks nor zeros: at the end a torn write, further in front damage.
bool MediaSegment::recoverEnd(std::uint64_t size, std::string& note)
{
    std::uint64_t at = SegmentHeader().headerSize;
    std::uint64_t good = at;
    Extent strange; // behind the last whole chunk
    bool damaged = false;
    std::uint64_t damagedAt = 0;
    StoredChunk chunk;
    std::vector<std::byte> window(1u << 20);
    std::uint64_t windowAt = 0;
    std::size_t windowSize = 0;
    while (at < size) {
        if (at < windowAt || at >= windowAt + windowSize) {
            const ssize_t got = ::pread(file(), window.data(), window.size(), static_cast<off_t>(at));
            if (got <= 0)
                break;
            windowAt = at;
            windowSize = static_cast<std::size_t>(got);
        }
        const std::size_t inWindow = static_cast<std::size_t>(at - windowAt);
        const Bytes block = Bytes(window).subspan(inWindow, std::min(mediaBlockSize, windowSize - inWindow));
        const Extent bytes = nonZero(block, at);
        if (!bytes.empty() && (!m_tookOver || saysItIsAt(block, { m_number, static_cast<std::uint32_t>(at) }))) {
            if (readChunk(file(), { m_number, static_cast<std::uint32_t>(at) }, chunk) == ChunkState::Whole) {
                if (!strange.empty() && !damaged) {
                    damaged = true;
                    damagedAt = strange.first / mediaBlockSize * mediaBlockSize;
                }
                strange = {};
                at += roundedUp(sizeof chunk.header + chunk.bytes.size(), mediaBlockSize);
                good = at;
                continue;
            }
            if (!m_tookOver) // else it is what the file held before
                strange.add(bytes);
        }
        at += mediaBlockSize;
    }
    const std::string name = m_path.filename().string();
    if (damaged) {
        note = "Media segment " + name + " is damaged at byte " + std::to_string(damagedAt)
            + "; it is left as it is and a new segment begun.";
        return false;
    }
    if (::ftruncate(file(), static_cast<off_t>(good)) != 0)
        return false;
    if (!strange.empty())
        note = "Media segment " + name + " ended in a torn write: " + std::to_string(strange.end - strange.first)
            + " bytes cut off.";
    m_end = good;
    return true;
}

bool MediaSegment::allocate(std::uint64_t least, std::uint64_t size)
{
    if (least <= m_allocated)
        return true;
    if (m_allocationRefused)
        size = std::min(size, least + lookedAtAgain);
    if (const auto space = mediaSpaceAt(m_path)) {
        if (space->free < space->keptForRecords + (size - m_allocated))
            size = least;
        if (space->free < space->keptForRecords + (size - m_allocated))
            return false;
    }
    // Where space cannot be taken in advance (file system, quota, file size limit) the writes find out how much is
    // left.
    if (!m_allocationRefused
        && ::fallocate(m_file.get(), 0, static_cast<off_t>(m_allocated), static_cast<off_t>(size - m_allocated)) != 0) {
        m_allocationRefused = true;
        size = std::min(size, least + lookedAtAgain);
    }
    m_allocated = size;
    return true;
}

void MediaSegment::sync()
{
    ::fdatasync(m_file.get());
}

void MediaSegment::giveBackSpace()
{
    if (m_file && (m_allocated > m_end || m_allocationRefused)
        && ::ftruncate(m_file.get(), static_cast<off_t>(m_end)) == 0)
        m_allocated = m_end;
}

}
