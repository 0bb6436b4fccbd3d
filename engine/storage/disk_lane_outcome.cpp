// DiskLane: what becomes of its writes. They are done, or fail, or are not answered.
#include "engine/storage/disk_lane.h"

#include "engine/storage/storage_error.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace callmon {

namespace {

bool isOutOfSpace(int error)
{
    return error == ENOSPC || error == EFBIG || error == EDQUOT;
}

}

bool DiskLane::takeDone()
{
    bool any = false;
    for (auto done = m_disk->done(); done; done = m_disk->done()) {
        take(*done);
        any = true;
    }
    settle();
    return any;
}

// A lane that cannot keep up, or whose disk does not answer, is left to itself while others do better.
void DiskLane::lookAtTheTime()
{
    if (m_onTheirWay.empty() && m_waiting.empty())
        m_backlogSince.reset();
    if (m_down || (m_onTheirWay.empty() && m_waiting.empty()))
        return;
    const auto now = Clock::now();
    lookAtTheFileSystem(now);
    const auto patience = m_othersTake ? m_log.patience.write : m_log.patience.onlyWrite;
    if (!m_onTheirWay.empty() && now - m_writes[m_onTheirWay.front()].since > patience)
        abandon();
    if (!m_othersTake) {
        if (m_idle.empty() && m_onTheirWay.empty()) { // all are the disk's, which does not answer
            sayItDoesNotAnswer();
            refuseWaiting();
        }
        return;
    }
    if (m_waiting.empty() || !m_idle.empty())
        m_backlogSince.reset();
    else if (!m_backlogSince)
        m_backlogSince = now;
    else if (now - *m_backlogSince > m_log.patience.backlog)
        m_leaving = true;
}

// What waits for it has no place yet: others take it. Where there are none it is lost, as on a full disk, so that
// memory and the calls do not wait, too.
void DiskLane::lookAtTheFileSystem(Clock::time_point now)
{
    if (!m_files.isAsked() || m_waiting.empty() || now - m_files.askedAt() <= m_log.patience.files)
        return;
    if (!std::exchange(m_filesLate, true))
        ++m_log.writeErrors;
    sayItDoesNotAnswer();
    refuseWaiting();
}

void DiskLane::sayItDoesNotAnswer()
{
    if (!m_log.error)
        m_log.error = Error { "the disk of " + m_segment->path().string() + " does not answer" };
}

// What is on its way counts as lost, so that the chains lead past it and nobody waits for it; its memory is the disk's
// until that answers.
void DiskLane::abandon()
{
    ++m_log.writeErrors;
    sayItDoesNotAnswer();
    putBack(openChunks());
    for (auto index = m_onTheirWay.rbegin(); index != m_onTheirWay.rend(); ++index)
        unchain(m_writes[*index].chunks);
    for (const std::uint32_t index : m_onTheirWay) {
        Write& write = m_writes[index];
        for (const Held& held : write.chunks)
            m_log.tell(held, {});
        ++m_abandoned;
        write.abandoned = true;
        if (write.complete)
            giveUp(index);
    }
    m_onTheirWay.clear();
    m_failing = false;
    m_leaving = m_othersTake;
    m_segmentWanted = true;
}

void DiskLane::giveUp(std::uint32_t index)
{
    for (const Held& held : m_writes[index].chunks)
        m_log.giveBack(held);
    release(index);
    --m_abandoned;
}

void DiskLane::leave()
{
    if (!m_leaving || !m_onTheirWay.empty())
        return;
    putBack(openChunks());
    m_moving.insert(m_moving.end(), m_waiting.begin(), m_waiting.end());
    m_log.chunksMoved += m_waiting.size();
    m_waiting.clear();
    m_backlogSince.reset();
    m_leaving = false;
    m_down = true;
    m_downSince = Clock::now();
    ++m_log.lanesDown;
}

std::vector<DiskLane::Held> DiskLane::openChunks()
{
    if (!m_open)
        return {};
    std::vector<Held> chunks(std::move(m_writes[*m_open].chunks));
    unchain(chunks);
    release(*std::exchange(m_open, std::nullopt));
    return chunks;
}

void DiskLane::take(MediaDisk::Done done)
{
    Write& write = m_writes[done.tag];
    if (write.abandoned)
        return giveUp(static_cast<std::uint32_t>(done.tag));
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - write.since).count();
    if (const auto took = static_cast<std::uint64_t>(ms); took > m_log.longestWriteMs.load(std::memory_order_relaxed))
        m_log.longestWriteMs.store(took, std::memory_order_relaxed);
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
// here, and are written anew. Its own are where another lane takes them.
void DiskLane::settle()
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
void DiskLane::settleChunks(Write& write)
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

void DiskLane::goBackTo(Write& failed)
{
    remember(failed.error, failed.segment->path());
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
    if (m_othersTake) { // nothing is lost
        again.insert(again.begin(), failed.chunks.begin() + whole, failed.chunks.end());
        failed.chunks.resize(static_cast<std::size_t>(whole));
        failed.ends.resize(static_cast<std::size_t>(whole));
        m_leaving = true;
    }
    settleChunks(failed);
    putBack(std::move(again));
    m_end = (m_segment->end() + mediaWriteAlignment - 1) / mediaWriteAlignment * mediaWriteAlignment;
    // Where there is no space there may be some later. A place that cannot be written is left for good.
    if (isOutOfSpace(failed.error))
        return;
    (m_leaving ? m_segmentWanted : m_segmentDue) = true;
}

void DiskLane::putBack(std::vector<Held> chunks)
{
    m_waiting.insert(m_waiting.begin(), chunks.begin(), chunks.end());
    if (m_log.severalLanes)
        std::ranges::sort(m_waiting, {}, &Held::number);
}

void DiskLane::remember(int error, const std::filesystem::path& path)
{
    ++m_log.writeErrors;
    if (m_log.error)
        return;
    errno = error;
    m_log.error = systemError(TR("Engine", "cannot write media to"), path);
}

void DiskLane::unchain(std::span<const Held> chunks)
{
    for (auto held = chunks.rbegin(); held != chunks.rend(); ++held)
        if (MediaLog::Chain* const chain = m_log.chains.find(held->stream))
            chain->end.takeBack(held->owned.chunk->header());
}

void DiskLane::release(std::uint32_t index)
{
    Write& write = m_writes[index];
    write.chunks.clear();
    write.ends.clear();
    write.memory.clear();
    write.segment.reset();
    m_idle.push_back(index);
}

void DiskLane::refuseWaiting()
{
    if (m_waiting.empty())
        return;
    if (m_othersTake) {
        m_leaving = true;
        return;
    }
    for (const Held& held : m_waiting)
        settled(held, {});
    m_waiting.clear();
}

void DiskLane::settled(const Held& held, MediaLocation place)
{
    m_log.tell(held, place);
    m_log.giveBack(held);
}

}
