// DiskLane: how chunks get their places and go to the disk.
#include "engine/storage/disk_lane.h"

#include "engine/storage/segment_files.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace callmon {

namespace {

constexpr std::size_t writeSize = MediaLog::writeSize;
constexpr std::chrono::milliseconds longestGathering { 100 }; // of a write; a kill costs what it holds
// A system call takes so many pieces of memory and no more (EINVAL). One is for what fills the last block.
constexpr std::size_t mostChunks = std::min<std::size_t>(writeSize / mediaBlockSize, IOV_MAX - 1);
alignas(mediaWriteAlignment) std::array<std::byte, mediaWriteAlignment> zeros {}; // iovec wants it writable

}

DiskLane::DiskLane(MediaLog& log, std::unique_ptr<MediaSegmentRoll> segments, std::unique_ptr<MediaDisk> disk)
    : m_log(log)
    , m_disk(std::move(disk))
    , m_files(log.patience.end)
    , m_roll(std::move(segments))
    , m_segments(*m_roll)
    , m_allocationStep(2 * writeSize)
    , m_waiting(&log.queueMemory)
    , m_writes(MediaDisk::writesAtOnce)
    , m_onTheirWay(&log.queueMemory)
{
    for (std::uint32_t i = 0; i < m_writes.size(); ++i) {
        m_writes[i].chunks.reserve(mostChunks);
        m_writes[i].ends.reserve(mostChunks);
        m_writes[i].memory.reserve(mostChunks + 1);
        m_idle.push_back(i);
    }
    if (!m_disk)
        m_disk = openMediaDisk(m_limits);
}

Result<void> DiskLane::open(bool afterCrash)
{
    if (const std::uint32_t number = m_segments.newest(); number != 0) {
        auto found = MediaSegment::reopen(m_segments.folder(), number, afterCrash);
        if (!found)
            return found.error();
        m_note = found.value().note;
        if (found.value().segment)
            m_segment = m_files.shared(std::move(found.value().segment));
    }
    if (!m_segment) {
        const NextSegment next = m_segments.another(++m_log.newestSegment); // which holds need is not known yet
        auto begun = MediaSegmentRoll::begin(next);
        if (!begun)
            return begun.error();
        m_segments.began(next.number);
        m_segment = m_files.shared(std::move(begun.value()));
    }
    m_end = m_segment->end();
    if (!m_segment->isDirect())
        m_limits += std::string(m_limits.empty() ? "" : " ") + "The file system of " + m_segments.folder().string()
            + " has no direct writes: media go through the page cache, which is slower.";
    return {};
}

void DiskLane::beginIn(std::unique_ptr<MediaSegment> segment)
{
    m_segments.began(segment->number());
    m_segment = m_files.shared(std::move(segment));
    m_end = m_segment->end();
}

void DiskLane::keepWaiting(std::uint32_t lane)
{
    for (const Held& held : m_waiting)
        if (m_log.chains.size() < MediaLog::mostStreams || m_log.chains.find(held.stream) != nullptr)
            m_log.chains[held.stream].lane = lane;
}

void DiskLane::addMoved(std::span<const Held> chunks)
{
    m_waiting.insert(m_waiting.end(), chunks.begin(), chunks.end());
    std::ranges::sort(m_waiting, {}, &Held::number);
}

void DiskLane::advance(bool hurry, bool othersTake)
{
    gather();
    const bool old = m_open && Clock::now() - m_writes[*m_open].since >= longestGathering;
    pump(old || (hurry && m_onTheirWay.empty()), othersTake);
}

bool DiskLane::takesChunks(Clock::time_point now)
{
    if (m_down && m_abandoned == 0 && !m_files.isAsked() && now - m_downSince >= m_log.patience.pause) {
        m_down = false;
        --m_log.lanesDown;
    }
    return !m_down && !m_leaving;
}

std::uint64_t DiskLane::firstUnsettled() const
{
    std::uint64_t first = m_waiting.empty() ? UINT64_MAX : m_waiting.front().number;
    if (m_open)
        first = std::min(first, m_writes[*m_open].least);
    for (const std::uint32_t write : m_onTheirWay)
        first = std::min(first, m_writes[write].least);
    return first;
}

void DiskLane::pump(bool partial, bool othersTake)
{
    m_othersTake = othersTake;
    m_leaving = m_leaving && othersTake;
    if (auto answer = m_files.answer())
        take(std::move(*answer));
    takeDone();
    lookAtTheTime(); // of what has not answered by now: the probe itself may have stood still
    do {
        gather();
        if (partial && m_open && !m_failing && !m_leaving)
            close();
    } while (takeDone());
    leave();
}

// Gives the waiting chunks their places and memory of the writes that they go with. What is full goes to the disk.
void DiskLane::gather()
{
    while (!m_waiting.empty() && !m_failing && !m_leaving) {
        const Held held = m_waiting.front();
        if (m_log.severalLanes && mustBeginSegmentFor(held.stream)) {
            m_segmentWanted = true;
            if (m_open)
                close();
        }
        if (!m_open && !openWrite())
            return;
        m_waiting.pop_front();
        Write& write = m_writes[*m_open];
        place(write, held);
        if (write.length + MediaChunk::size > writeSize || write.chunks.size() >= mostChunks)
            close();
        else if (write.chunks.empty()) // it was refused
            release(*std::exchange(m_open, std::nullopt));
    }
}

// Chains lead back to lower numbers: the stream came from another lane.
bool DiskLane::mustBeginSegmentFor(StreamKey stream)
{
    const MediaLog::Chain* const chain = m_log.chains.find(stream);
    return chain && chain->end.newest().segment > m_segment->number();
}

bool DiskLane::needsSegment() const
{
    return m_segmentWanted || (!m_staysInSegment && (m_segmentDue || m_end >= m_log.segmentSize));
}

bool DiskLane::needsFileSystem() const
{
    return needsSegment() || m_end + writeSize > m_segment->allocated();
}

// For a write. Else the file system is asked, whose answer comes to take().
bool DiskLane::hasRoom()
{
    if (m_files.isAsked())
        return false;
    if (!needsFileSystem())
        return true;
    if (!m_log.mayAsk)
        return false;
    m_filesLate = false;
    if (needsSegment()) {
        auto next =
            m_segments.next(m_log.newestSegment + 1, m_waiting.front().owned.chunk->firstArrival(), m_log.holds);
        sayHoldsNeedAll(!next);
        if (!next) {
            refuseWaiting();
            return false;
        }
        m_segmentAsked = ++m_log.newestSegment;
        m_files.begin(std::move(*next));
    } else {
        // In growing steps, so that little is taken where little is written, and then whole segments at once: taking
        // space for a file makes it wait for its writes.
        const std::uint64_t least = m_end + writeSize;
        m_files.allocate(
            m_segment, least, std::min(std::max(m_log.segmentSize + writeSize, least), m_end + m_allocationStep));
        m_allocationStep = std::min(2 * m_allocationStep, m_log.segmentSize + writeSize);
    }
    return false;
}

// What a hold needs is worth more than what comes now, which others take, or which is lost.
void DiskLane::sayHoldsNeedAll(bool allAreNeeded)
{
    if (std::exchange(m_holdsNeedAll, allAreNeeded) != allAreNeeded)
        m_log.lanesHeld += allAreNeeded ? 1 : -1ull;
    if (allAreNeeded && !m_log.error)
        m_log.error = Error { "the recording log of " + m_segments.folder().string()
            + " has reached its limit and what it may take beyond that, and legal holds that are still to be copied "
              "need all of it: nothing new is recorded there. Raise media-limit-gib, or see which holds wait "
              "(callmonctl hold list) and why" };
}

// A segment that cannot be begun now (disk full) is tried again at the next chance; the old one grows meanwhile.
void DiskLane::take(LaneFiles::Answer answer)
{
    if (!answer.segment) {
        if (!answer.space) {
            remember(ENOSPC, m_segment->path());
            refuseWaiting();
        }
        return;
    }
    auto& begun = *answer.segment;
    if (!begun) {
        if (m_log.newestSegment == m_segmentAsked)
            --m_log.newestSegment;
        if (!m_log.error)
            m_log.error = begun.error();
        m_segmentDue = false;
        m_staysInSegment = true;
        if (m_segmentWanted || m_end + writeSize >= UINT32_MAX)
            refuseWaiting();
        return;
    }
    ++m_log.segmentsBegun;
    m_segments.began(m_segmentAsked);
    m_segmentWanted = m_segmentDue = m_staysInSegment = false;
    m_segment = m_files.shared(std::move(begun.value()));
    m_end = m_segment->end();
    if (m_log.whenProtectedClose && !m_log.holds.empty() && m_segments.hasOldNeededBy(m_log.holds))
        m_log.whenProtectedClose();
}

bool DiskLane::openWrite()
{
    if (m_idle.empty() || !hasRoom())
        return false;
    m_staysInSegment = false;
    m_open = m_idle.back();
    m_idle.pop_back();
    Write& write = m_writes[*m_open];
    write.segment = m_segment;
    write.offset = m_end;
    write.length = write.written = 0;
    write.nextMemory = 0;
    write.least = UINT64_MAX;
    write.error = 0;
    write.complete = write.abandoned = false;
    write.since = Clock::now();
    return true;
}

void DiskLane::place(Write& write, const Held& held)
{
    if (m_log.chains.size() >= MediaLog::mostStreams && m_log.chains.find(held.stream) == nullptr)
        return settled(held, {});
    ChunkHeader& header = held.owned.chunk->header();
    m_log.chains[held.stream].end.add(
        header, { write.segment->number(), static_cast<std::uint32_t>(write.offset + write.length) });
    header.crc = crcOf(header, held.owned.chunk->bytes());
    const Bytes block = held.owned.chunk->block(write.segment->blockSize());
    write.memory.push_back({ const_cast<std::byte*>(block.data()), block.size() });
    write.length += block.size();
    if (!m_log.holds.empty())
        m_log.holds.note(held.stream.call, write.segment->number());
    write.chunks.push_back(held);
    write.least = std::min(write.least, held.number);
    write.ends.push_back(static_cast<std::uint32_t>(write.length));
}

void DiskLane::close()
{
    Write& write = m_writes[*m_open];
    if (const std::size_t rest = write.length % mediaWriteAlignment; rest != 0) {
        write.memory.push_back({ zeros.data(), mediaWriteAlignment - rest });
        write.length += mediaWriteAlignment - rest;
    }
    m_end = write.offset + write.length;
    m_onTheirWay.push_back(*std::exchange(m_open, std::nullopt));
    submit(write);
}

void DiskLane::submit(Write& write)
{
    write.since = Clock::now();
    const auto tag = static_cast<std::uint64_t>(&write - m_writes.data());
    m_disk->write(
        tag, write.segment->file(), std::span(write.memory).subspan(write.nextMemory), write.offset + write.written);
}

}
