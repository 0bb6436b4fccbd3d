#include "engine/storage/media_log_writer.h"

#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <thread>
#include <utility>

namespace callmon {

namespace {

constexpr std::chrono::microseconds diskWait { 200 };
constexpr std::chrono::milliseconds longestGathering { 100 }; // of a write; a kill costs what it holds
// A system call takes so many pieces of memory and no more (EINVAL). One is for what fills the last block.
constexpr std::size_t mostChunks = std::min<std::size_t>(MediaLogWriter::writeSize / mediaBlockSize, IOV_MAX - 1);
constexpr std::size_t mostStreams = 1u << 20; // chains remembered: more than the tracker's largest table
alignas(mediaWriteAlignment) std::array<std::byte, mediaWriteAlignment> zeros {}; // iovec wants it writable

bool isOutOfSpace(int error)
{
    return error == ENOSPC || error == EFBIG || error == EDQUOT;
}

}

MediaLogWriter::MediaLogWriter(
    std::filesystem::path directory, std::uint64_t segmentSize, std::unique_ptr<MediaDisk> disk)
    : m_directory(std::move(directory))
    , m_segmentSize(segmentSize)
    , m_disk(std::move(disk))
    , m_writes(MediaDisk::writesAtOnce)
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

Result<std::unique_ptr<MediaLogWriter>> MediaLogWriter::open(
    const std::filesystem::path& directory, bool afterCrash, std::uint64_t segmentSize, std::unique_ptr<MediaDisk> disk)
{
    std::error_code failed;
    std::filesystem::create_directories(directory / "media", failed);
    if (failed)
        return Error { "cannot create " + (directory / "media").string() + ": " + failed.message() };
    std::unique_ptr<MediaLogWriter> log(new MediaLogWriter(directory, segmentSize, std::move(disk)));
    std::uint32_t number = MediaSegment::last(directory);
    if (number != 0) {
        auto found = MediaSegment::reopen(directory, number, afterCrash);
        if (!found)
            return found.error();
        if (!found.value().note.empty())
            log->m_notes.push_back(found.value().note);
        log->m_segment = std::move(found.value().segment);
    }
    if (!log->m_segment || log->m_segment->end() >= segmentSize) {
        auto begun = MediaSegment::create(directory, number + 1);
        if (!begun)
            return begun.error();
        log->m_segment = std::move(begun.value());
    }
    log->m_end = log->m_segment->end();
    if (!log->m_segment->isDirect())
        log->m_limits += std::string(log->m_limits.empty() ? "" : " ")
            + "The data directory's file system has no direct writes: media go through the page cache, which is "
              "slower.";
    return log;
}

MediaLogWriter::~MediaLogWriter()
{
    flush();
}

void MediaLogWriter::append(MediaChunk* chunk, ChunkOwner& owner)
{
    const std::lock_guard lock(m_mutex);
    m_chunksHeld.fetch_add(1, std::memory_order_relaxed);
    if (m_waiting.empty())
        m_waitingSince = Clock::now();
    m_waiting.push_back({ chunk, &owner, m_appended.load(std::memory_order_relaxed) });
    m_appended.fetch_add(1, std::memory_order_release);
    m_waitingBytes += sizeof(ChunkHeader) + chunk->bytes().size();
    if (m_waitingBytes >= writeSize)
        pump(false);
}

void MediaLogWriter::poll(bool hurry)
{
    const std::lock_guard lock(m_mutex);
    const bool old = !m_waiting.empty() && Clock::now() - m_waitingSince >= longestGathering;
    pump(old || (hurry && m_onTheirWay.empty()));
}

void MediaLogWriter::flush()
{
    std::unique_lock lock(m_mutex);
    const std::uint64_t upTo = appended();
    for (;;) {
        pump(settledUpTo() < upTo);
        if (settledUpTo() >= upTo)
            return;
        lock.unlock();
        std::this_thread::sleep_for(diskWait);
        lock.lock();
    }
}

void MediaLogWriter::finish()
{
    const std::lock_guard lock(m_mutex);
    m_segment->giveBackSpace();
    m_segment->sync();
}

std::uint64_t MediaLogWriter::takeSettled(std::vector<Settled>& settled)
{
    settled.clear();
    const std::lock_guard lock(m_mutex);
    settled.swap(m_settled);
    return settledUpTo();
}

std::uint64_t MediaLogWriter::settledUpTo() const
{
    if (!m_onTheirWay.empty())
        return m_writes[m_onTheirWay.front()].chunks.front().number;
    return m_waiting.empty() ? appended() : m_waiting.front().number;
}

std::optional<Error> MediaLogWriter::takeError()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_error, std::nullopt);
}

void MediaLogWriter::forget(StreamKey stream)
{
    const std::lock_guard lock(m_mutex);
    m_chains.erase(stream);
}

std::string MediaLogWriter::limits() const
{
    return m_limits;
}

std::vector<NamedCounter> MediaLogWriter::gauges() const
{
    return { { "media_write_errors", m_writeErrors.load(std::memory_order_relaxed) },
        { "media_chunks_on_their_way", m_chunksHeld.load(std::memory_order_relaxed) },
        { "media_write_longest_ms", m_longestWriteMs.load(std::memory_order_relaxed) } };
}

void MediaLogWriter::pump(bool partial)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (auto done = m_disk->done(); done; done = m_disk->done()) {
            take(*done);
            moved = true;
        }
        settle();
        while (!m_failing && !m_idle.empty() && (m_waitingBytes >= writeSize || (partial && !m_waiting.empty()))) {
            const std::uint32_t index = m_idle.back();
            begin(m_writes[index]);
            if (m_writes[index].chunks.empty()) // what waited was refused
                continue;
            m_waitingSince = Clock::now();
            m_idle.pop_back();
            m_onTheirWay.push_back(index);
            submit(m_writes[index]);
            moved = true;
        }
    }
}

// A segment that cannot be begun now (disk full) is tried again at the next chance; the old one grows meanwhile.
bool MediaLogWriter::beginSegment()
{
    auto begun = MediaSegment::create(m_directory, m_segment->number() + 1);
    if (!begun) {
        if (!m_error)
            m_error = begun.error();
        return m_end + writeSize < UINT32_MAX;
    }
    if (!m_segment->isDirect())
        m_segment->sync(); // else it is on the disk already
    m_segment = std::move(begun.value());
    m_end = m_segment->end();
    return true;
}

// Gives the waiting chunks their places and gathers them.
void MediaLogWriter::begin(Write& write)
{
    if (m_end >= m_segmentSize && !beginSegment())
        return refuseWaiting();
    // In growing steps, so that little is taken where little is written, and then whole segments at once: taking space
    // for a file makes it wait for its writes.
    if (const std::uint64_t least = m_end + writeSize; least > m_segment->allocated()) {
        if (!m_segment->allocate(
                least, std::min(std::max(m_segmentSize + writeSize, least), m_end + m_allocationStep))) {
            ++m_writeErrors;
            if (!m_error) {
                errno = ENOSPC;
                m_error = systemError("cannot write media to", m_segment->path());
            }
            return refuseWaiting();
        }
        m_allocationStep = std::min(2 * m_allocationStep, m_segmentSize + writeSize);
    }
    write.segment = m_segment;
    write.offset = m_end;
    write.length = write.written = 0;
    write.nextMemory = 0;
    write.error = 0;
    write.complete = false;
    while (!m_waiting.empty() && write.length + MediaChunk::size <= writeSize && write.chunks.size() < mostChunks) {
        const Held held = m_waiting.front();
        m_waiting.pop_front();
        m_waitingBytes -= sizeof(ChunkHeader) + held.chunk->bytes().size();
        ChunkHeader& header = held.chunk->header();
        const StreamKey stream = held.chunk->stream();
        auto known = m_chains.find(stream);
        if (known == m_chains.end()) {
            if (m_chains.size() >= mostStreams) {
                refuse(held);
                continue;
            }
            known = m_chains.emplace(stream, Chain {}).first;
        }
        header.previous = known->second.given;
        header.here = { m_segment->number(), static_cast<std::uint32_t>(write.offset + write.length) };
        known->second.given = header.here;
        header.crc = crcOf(header, held.chunk->bytes());
        const Bytes block = held.chunk->block(m_segment->blockSize());
        write.memory.push_back({ const_cast<std::byte*>(block.data()), block.size() });
        write.length += block.size();
        write.chunks.push_back(held);
        write.ends.push_back(static_cast<std::uint32_t>(write.length));
    }
    if (const std::size_t rest = write.length % mediaWriteAlignment; rest != 0) {
        write.memory.push_back({ zeros.data(), mediaWriteAlignment - rest });
        write.length += mediaWriteAlignment - rest;
    }
    m_end = write.offset + write.length;
}

void MediaLogWriter::submit(Write& write)
{
    write.since = Clock::now();
    const auto tag = static_cast<std::uint64_t>(&write - m_writes.data());
    m_disk->write(
        tag, write.segment->file(), std::span(write.memory).subspan(write.nextMemory), write.offset + write.written);
}

void MediaLogWriter::take(MediaDisk::Done done)
{
    Write& write = m_writes[done.tag];
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - write.since).count();
    if (const auto took = static_cast<std::uint64_t>(ms); took > m_longestWriteMs.load(std::memory_order_relaxed))
        m_longestWriteMs.store(took, std::memory_order_relaxed);
    if (done.result == -EINTR || done.result == -EAGAIN) {
        submit(write);
        return;
    }
    if (done.result <= 0) {
        write.error = done.result == 0 ? ENOSPC : static_cast<int>(-done.result);
    } else {
        auto wrote = static_cast<std::uint64_t>(done.result);
        write.written += wrote;
        if (write.written < write.length) { // on with the rest
            for (; wrote >= write.memory[write.nextMemory].iov_len; ++write.nextMemory)
                wrote -= write.memory[write.nextMemory].iov_len;
            iovec& first = write.memory[write.nextMemory];
            first.iov_base = static_cast<std::byte*>(first.iov_base) + wrote;
            first.iov_len -= wrote;
            submit(write);
            return;
        }
    }
    write.complete = true;
}

// In the order they were written. A write that failed takes the places of all behind it with it: those chunks are still
// here, and are written anew.
void MediaLogWriter::settle()
{
    while (!m_onTheirWay.empty()) {
        Write& write = m_writes[m_onTheirWay.front()];
        if (!write.complete)
            return;
        if (write.error != 0) {
            m_failing = true;
            for (const std::uint32_t other : m_onTheirWay)
                if (!m_writes[other].complete)
                    return;
        }
        settleChunks(write);
        if (write.error != 0)
            goBackTo(write);
        release(m_onTheirWay.front());
        m_onTheirWay.pop_front();
        m_failing = false;
    }
}

// The chunks that it holds from its beginning to where it broke off are whole.
void MediaLogWriter::settleChunks(Write& write)
{
    std::uint64_t end = write.offset;
    for (std::size_t i = 0; i < write.chunks.size(); ++i) {
        const Held& held = write.chunks[i];
        if (write.error != 0 && write.ends[i] > write.written) {
            refuse(held);
            continue;
        }
        const ChunkHeader& header = held.chunk->header();
        if (const auto chain = m_chains.find(held.chunk->stream()); chain != m_chains.end())
            chain->second.settled = header.here;
        settled(held, header.here);
        end = write.offset + write.ends[i];
    }
    write.segment->setEnd(write.error == 0 ? write.offset + write.length : end);
}

void MediaLogWriter::goBackTo(const Write& failed)
{
    ++m_writeErrors;
    if (!m_error) {
        errno = failed.error;
        m_error = systemError("cannot write media to", failed.segment->path());
    }
    std::vector<Held> again;
    for (auto behind = m_onTheirWay.begin() + 1; behind != m_onTheirWay.end(); ++behind) {
        again.insert(again.end(), m_writes[*behind].chunks.begin(), m_writes[*behind].chunks.end());
        release(*behind);
    }
    m_onTheirWay.resize(1);
    for (const Held& held : again) {
        m_waitingBytes += sizeof(ChunkHeader) + held.chunk->bytes().size();
        if (const auto chain = m_chains.find(held.chunk->stream()); chain != m_chains.end())
            chain->second.given = chain->second.settled;
    }
    m_waiting.insert(m_waiting.begin(), again.begin(), again.end());
    m_end = (m_segment->end() + mediaWriteAlignment - 1) / mediaWriteAlignment * mediaWriteAlignment;
    // Where there is no space there may be some later. A place that cannot be written is left for good.
    if (!isOutOfSpace(failed.error))
        (void)beginSegment();
}

void MediaLogWriter::release(std::uint32_t index)
{
    Write& write = m_writes[index];
    write.chunks.clear();
    write.ends.clear();
    write.memory.clear();
    write.segment.reset();
    m_idle.push_back(index);
}

void MediaLogWriter::refuse(const Held& held)
{
    if (const auto chain = m_chains.find(held.chunk->stream()); chain != m_chains.end())
        chain->second.given = chain->second.settled;
    settled(held, {});
}

void MediaLogWriter::refuseWaiting()
{
    for (const Held& held : m_waiting)
        refuse(held);
    m_waiting.clear();
    m_waitingBytes = 0;
}

void MediaLogWriter::settled(const Held& held, MediaLocation place)
{
    m_settled.push_back(
        { held.chunk->stream(), place, held.chunk->packets(), static_cast<std::uint32_t>(held.chunk->bytes().size()) });
    m_chunksHeld.fetch_sub(1, std::memory_order_relaxed);
    held.owner->giveBack(held.chunk);
}

}
