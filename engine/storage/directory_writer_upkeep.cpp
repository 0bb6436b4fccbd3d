// What whoever deletes for good asks of a DirectoryWriter.
#include "engine/storage/day_files.h"
#include "engine/storage/directory_writer.h"

#include <algorithm>
#include <utility>

namespace callmon {

void DirectoryWriter::atNextCommit(std::function<void()> job)
{
    {
        const std::lock_guard lock(m_jobsMutex);
        if (!m_noMoreCommits)
            return m_jobs.push_back(std::move(job));
    }
    job(); // all is stored, and the thread that committed has gone
}

void DirectoryWriter::runJobs()
{
    std::vector<std::function<void()>> jobs;
    {
        const std::lock_guard lock(m_jobsMutex);
        jobs.swap(m_jobs);
    }
    for (const auto& job : jobs)
        job();
}

void DirectoryWriter::renewJournal()
{
    m_renewalWanted = true;
    if (m_noMoreCommits && !m_journal) // removed: nothing is left in it
        m_journalsRenewed.fetch_add(1, std::memory_order_release);
}

bool DirectoryWriter::releaseDay(UtcDay day)
{
    const auto ofDay = [&](const auto& call) { return dayOfCall(call.first) == day; };
    if (std::any_of(std::as_const(m_live).begin(), std::as_const(m_live).end(), ofDay))
        return false;
    closeDay(day);
    return true;
}

bool DirectoryWriter::isLive(CallKey call) const
{
    const std::lock_guard lock(m_mutex);
    return m_live.find(call) != m_live.end();
}

std::optional<std::map<std::uint32_t, MediaLocation>> DirectoryWriter::liveMediaEnds(CallKey call) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_live.find(call);
    if (found == m_live.end())
        return std::nullopt;
    std::map<std::uint32_t, MediaLocation> ends;
    for (const WriterStream& stream : found->second.streams)
        if (stream.newest.lastChunk)
            ends[stream.index] = stream.newest.lastChunk;
    return ends;
}

std::vector<CallKey> DirectoryWriter::liveCallsOf(std::string_view number) const
{
    std::vector<CallKey> calls;
    const std::lock_guard lock(m_mutex);
    for (const auto& [key, entry] : m_live) {
        const CallRecord& call = entry.record;
        if (call.caller == number || call.callee == number || call.assertedIdentity == number
            || call.diversion == number || call.transferTarget == number)
            calls.push_back(key);
    }
    std::sort(calls.begin(), calls.end());
    return calls;
}

std::vector<std::filesystem::path> DirectoryWriter::mediaFolders()
{
    return m_media->folders();
}

StorageUpkeep::Erased DirectoryWriter::eraseMedia(StreamKey stream, MediaLocation place)
{
    const auto erased = m_media->erase(stream, place);
    return !erased ? Erased::Gone : *erased ? Erased::Done : Erased::Failed;
}

}
