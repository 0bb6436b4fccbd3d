#include "engine/storage/media_log_writer.h"

#include "engine/storage/segment_files.h"
#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
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

MediaLogWriter::MediaLogWriter(std::filesystem::path directory, std::uint64_t segmentSize,
    std::unique_ptr<MediaDisk> disk, std::uint64_t mostBytes)
    : m_directory(std::move(directory))
    , m_segmentSize(segmentSize)
    , m_disk(std::move(disk))
    , m_segments(m_directory, segmentSize, mostBytes)
    , m_writes(MediaDisk::writesAtOnce)
{
    for (std::uint32_t i = 0; i < m_writes.size(); ++i) {
        m_writes[i].chunks.reserve(mostChunks);
        m_writes[i].ends.reserve(mostChunks);
        m_writes[i].memory.reserve(mostChunks + 1);
        m_idle.push_back(i);
    }
    m_settled.reserve(usuallySettled);
    if (!m_disk)
        m_disk = openMediaDisk(m_limits);
}

Result<std::unique_ptr<MediaLogWriter>> MediaLogWriter::open(const std::filesystem::path& directory, bool afterCrash,
    std::uint64_t segmentSize, std::unique_ptr<MediaDisk> disk, std::uint64_t mostBytes)
{
    std::error_code failed;
    std::filesystem::create_directories(directory / "media", failed);
    if (failed)
        return Error { "cannot create " + (directory / "media").string() + ": " + failed.message() };
    std::unique_ptr<MediaLogWriter> log(new MediaLogWriter(directory, segmentSize, std::move(disk), mostBytes));
    if (const std::uint32_t number = log->m_segments.newest(); number != 0) {
        auto found = MediaSegment::reopen(directory, number, afterCrash);
        if (!found)
            return found.error();
        if (!found.value().note.empty())
            log->m_notes.push_back(found.value().note);
        log->m_segment = std::move(found.value().segment);
    }
    if (!log->m_segment) {
        auto begun = log->m_segments.begin({});
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

void MediaLogWriter::append(std::span<const OwnedChunk> chunks, bool hurry)
{
    const std::lock_guard lock(m_mutex);
    appendLocked(chunks, hurry);
}

bool MediaLogWriter::tryAppend(std::span<const OwnedChunk> chunks, bool hurry)
{
    const std::unique_lock lock(m_mutex, std::try_to_lock);
    if (!lock || (!m_open && needsFileSystem()))
        return false;
    m_mayWait = false;
    appendLocked(chunks, hurry);
    m_mayWait = true;
    return true;
}

// In stages, as the processing core goes about its packets: the headers are cold here, and what they lead to.
void MediaLogWriter::appendLocked(std::span<const OwnedChunk> chunks, bool hurry)
{
    for (const OwnedChunk& owned : chunks)
        __builtin_prefetch(owned.chunk);
    for (const OwnedChunk& owned : chunks)
        m_chains.prefetch(owned.chunk->stream());
    for (const OwnedChunk& owned : chunks) {
        const MediaChunk& chunk = *owned.chunk;
        m_waiting.push_back({ owned, m_appended.load(std::memory_order_relaxed), chunk.stream(), chunk.packets(),
            static_cast<std::uint32_t>(chunk.bytes().size()) });
        m_appended.fetch_add(1, std::memory_order_release);
    }
    m_chunksHeld.fetch_add(chunks.size(), std::memory_order_relaxed);
    gather();
    const bool old = m_open && Clock::now() - m_writes[*m_open].since >= longestGathering;
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
    settled.reserve(usuallySettled); // it is the capture thread's list next
    const std::lock_guard lock(m_mutex);
    settled.swap(m_settled);
    return settledUpTo();
}

std::uint64_t MediaLogWriter::settledUpTo() const
{
    if (!m_onTheirWay.empty())
        return m_writes[m_onTheirWay.front()].chunks.front().number;
    if (m_open)
        return m_writes[*m_open].chunks.front().number;
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

std::vector<std::uint32_t> MediaLogWriter::oldSegments()
{
    const std::lock_guard lock(m_mutex);
    return m_segments.old();
}

std::filesystem::path MediaLogWriter::expire(std::uint32_t segment)
{
    const std::lock_guard lock(m_mutex);
    return m_segments.expire(segment);
}

bool MediaLogWriter::wantsSpare()
{
    const std::lock_guard lock(m_mutex);
    return m_segments.wantsSpare();
}

bool MediaLogWriter::addSpare(const std::filesystem::path& zeros)
{
    const std::lock_guard lock(m_mutex);
    return m_segments.addSpare(zeros);
}

// Under the lock, so that no segment takes the file over meanwhile. The writes of the log are whole pages: none that is
// on its way shares one with a chunk that is settled.
std::optional<bool> MediaLogWriter::erase(StreamKey stream, MediaLocation place)
{
    const std::lock_guard lock(m_mutex);
    if (!m_segments.has(place.segment))
        return std::nullopt;
    const FileHandle file(::open(mediaSegmentPath(m_directory, place.segment).c_str(), O_RDWR | O_CLOEXEC));
    StoredChunk chunk;
    if (!file || readChunk(file.get(), place, chunk) == ChunkState::Missing || chunk.header.callKey != stream.call.value
        || chunk.header.streamIndex != stream.index)
        return std::nullopt;
    const std::vector<std::byte> nothing(sizeof chunk.header + chunk.header.bytes);
    return ::pwrite(file.get(), nothing.data(), nothing.size(), place.offset) == static_cast<ssize_t>(nothing.size());
}

std::string MediaLogWriter::limits() const
{
    const std::size_t files = m_segments.neverWritten();
    if (files == 0)
        return m_limits;
    return m_limits + (m_limits.empty() ? "" : " ") + std::to_string(files)
        + " files of the recording log will be written for the first time, which takes the disk twice as long; "
          "callmon-engine --prepare-media with the same options does that while no engine runs.";
}

std::vector<NamedCounter> MediaLogWriter::gauges() const
{
    return { { "media_write_errors", m_writeErrors.load(std::memory_order_relaxed) },
        { "media_chunks_on_their_way", m_chunksHeld.load(std::memory_order_relaxed) },
        { "media_segments_overwritten", m_segments.overwritten() },
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
        gather();
        if (partial && m_open && !m_failing) {
            close();
            moved = true;
        }
    }
}

// Gives the waiting chunks their places and memory of the writes that they go with. What is full goes to the disk.
void MediaLogWriter::gather()
{
    while (!m_waiting.empty() && !m_failing && (m_open || open())) {
        const Held held = m_waiting.front();
        m_waiting.pop_front();
        Write& write = m_writes[*m_open];
        place(write, held);
        if (write.length + MediaChunk::size > writeSize || write.chunks.size() >= mostChunks)
            close();
        else if (write.chunks.empty()) // it was refused
            release(*std::exchange(m_open, std::nullopt));
    }
}

// A segment that cannot be begun now (disk full) is tried again at the next chance; the old one grows meanwhile.
bool MediaLogWriter::beginSegment()
{
    auto begun = m_segments.begin(m_waiting.empty() ? Timestamp {} : m_waiting.front().owned.chunk->firstArrival());
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

bool MediaLogWriter::needsFileSystem() const
{
    return m_end >= m_segmentSize || m_end + writeSize > m_segment->allocated();
}

bool MediaLogWriter::open()
{
    if (m_idle.empty() || (!m_mayWait && needsFileSystem()))
        return false;
    if (m_end >= m_segmentSize && !beginSegment()) {
        refuseWaiting();
        return false;
    }
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
            refuseWaiting();
            return false;
        }
        m_allocationStep = std::min(2 * m_allocationStep, m_segmentSize + writeSize);
    }
    m_open = m_idle.back();
    m_idle.pop_back();
    Write& write = m_writes[*m_open];
    write.segment = m_segment;
    write.offset = m_end;
    write.length = write.written = 0;
    write.nextMemory = 0;
    write.error = 0;
    write.complete = false;
    write.since = Clock::now();
    return true;
}

void MediaLogWriter::place(Write& write, const Held& held)
{
    if (m_chains.size() >= mostStreams && m_chains.find(held.stream) == nullptr)
        return settled(held, {});
    ChunkHeader& header = held.owned.chunk->header();
    m_chains[held.stream].add(
        header, { write.segment->number(), static_cast<std::uint32_t>(write.offset + write.length) });
    header.crc = crcOf(header, held.owned.chunk->bytes());
    const Bytes block = held.owned.chunk->block(write.segment->blockSize());
    write.memory.push_back({ const_cast<std::byte*>(block.data()), block.size() });
    write.length += block.size();
    write.chunks.push_back(held);
    write.ends.push_back(static_cast<std::uint32_t>(write.length));
}

void MediaLogWriter::close()
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
        if (write.error != 0)
            goBackTo(write);
        else
            settleChunks(write);
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
        if (write.error != 0 && write.ends[i] > write.written) {
            settled(write.chunks[i], {});
            continue;
        }
        const auto place = static_cast<std::uint32_t>(write.offset + (i == 0 ? 0 : write.ends[i - 1]));
        settled(write.chunks[i], { write.segment->number(), place });
        end = write.offset + write.ends[i];
    }
    write.segment->setEnd(write.error == 0 ? write.offset + write.length : end);
}

void MediaLogWriter::goBackTo(Write& failed)
{
    ++m_writeErrors;
    if (!m_error) {
        errno = failed.error;
        m_error = systemError("cannot write media to", failed.segment->path());
    }
    std::vector<Held> again;
    if (m_open)
        m_onTheirWay.push_back(*std::exchange(m_open, std::nullopt));
    for (auto behind = m_onTheirWay.begin() + 1; behind != m_onTheirWay.end(); ++behind) {
        again.insert(again.end(), m_writes[*behind].chunks.begin(), m_writes[*behind].chunks.end());
        release(*behind);
    }
    m_onTheirWay.resize(1);
    unchain(again);
    const auto whole = std::ranges::upper_bound(failed.ends, failed.written) - failed.ends.begin();
    unchain(std::span(failed.chunks).subspan(static_cast<std::size_t>(whole)));
    settleChunks(failed);
    m_waiting.insert(m_waiting.begin(), again.begin(), again.end());
    m_end = (m_segment->end() + mediaWriteAlignment - 1) / mediaWriteAlignment * mediaWriteAlignment;
    // Where there is no space there may be some later. A place that cannot be written is left for good.
    if (!isOutOfSpace(failed.error))
        (void)beginSegment();
}

void MediaLogWriter::unchain(std::span<const Held> chunks)
{
    for (auto held = chunks.rbegin(); held != chunks.rend(); ++held)
        if (ChainEnd* const end = m_chains.find(held->stream))
            end->takeBack(held->owned.chunk->header());
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

void MediaLogWriter::refuseWaiting()
{
    for (const Held& held : m_waiting)
        settled(held, {});
    m_waiting.clear();
}

void MediaLogWriter::settled(const Held& held, MediaLocation place)
{
    m_settled.push_back({ held.stream, place, held.packets, held.bytes });
    m_chunksHeld.fetch_sub(1, std::memory_order_relaxed);
    held.owned.owner->giveBack(held.owned.chunk);
}

}
