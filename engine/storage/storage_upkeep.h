// What whoever deletes for good needs of the writer, which goes on writing meanwhile.
#pragma once

#include "engine/storage/media_log_writer.h"
#include "shared/base/utc_time.h"
#include "shared/calls/media_chunk.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callmon {

class StorageUpkeep {
public:
    virtual ~StorageUpkeep() = default;

    // Any thread. `job` is run by the thread that commits, when it begins its next commit: milliseconds at most. Here,
    // at once, when the writer was closed: an engine that has read a capture stays for others to look at it.
    virtual void atNextCommit(std::function<void()> job) = 0;

    // Within such a job. The day's database is closed here, and may be moved; false: calls of that day are on.
    virtual bool releaseDay(UtcDay day) = 0;
    // Within such a job: begins a new journal, so that nothing is left of calls that are over once journalsRenewed()
    // (any thread) has gone up; that takes some commits.
    virtual void renewJournal() = 0;
    virtual std::uint64_t journalsRenewed() const = 0;

    // Any thread: what is in memory, so not all in the day's database yet.
    virtual bool isLive(CallKey call) const = 0;
    virtual std::vector<CallKey> liveCallsOf(std::string_view number) const = 0;

    // One thread at a time. Media folders that are not there, or did not answer, are looked at again: what came of it.
    virtual std::vector<std::string> joinMediaFolders() = 0;

    // Any thread. Where media segments lie; all of them, in the order of each folder; and of each folder the oldest,
    // but for those that may still be written to and those that are protected.
    virtual std::vector<std::filesystem::path> mediaFolders() = 0;
    virtual std::vector<std::filesystem::path> mediaSegments() = 0;
    virtual std::vector<std::filesystem::path> oldestMediaSegments() = 0;
    // No file of these segments goes, for age or size, nor of any that gets media of this call from now on, until it is
    // unprotected. When nothing else can make room the log grows beyond its limit, by MediaSegmentRoll::mostBeyond
    // segments in each folder; then nothing new is recorded, which is counted.
    virtual void protectMedia(CallKey call, std::span<const std::uint32_t> segments) = 0;
    virtual void unprotectMedia(CallKey call) = 0;
    virtual void unprotectMedia(CallKey call, std::span<const std::uint32_t> segments) = 0; // of these alone
    // Of the segments that are protected for this call those that nobody writes to any more.
    virtual MediaLogWriter::ClosedSegments closedMediaOf(CallKey call) = 0;
    // Tells that there may be more of these than before: on any thread, which may not wait. Nothing: nobody is told.
    virtual void whenProtectedMediaClose(std::function<void()> told) = 0;
    // Of a call that is on the last chunk of each stream, as far as commits know it. Nothing: it is not on.
    virtual std::optional<std::map<std::uint32_t, MediaLocation>> liveMediaEnds(CallKey call) const = 0;
    // One of them leaves the log: its file's new name, or nothing when it is not among the oldest by now.
    virtual std::filesystem::path expireMediaSegment(const std::filesystem::path& segment) = 0;
    // Whether the log would begin a segment in a file of that folder that is full of zeros; and such a file, which gets
    // another name.
    virtual bool wantsSpareMedia(const std::filesystem::path& folder) = 0;
    virtual bool addSpareMedia(const std::filesystem::path& zeros) = 0;
    enum class Erased { Done, Gone, Failed }; // Gone: there is no such chunk any more
    virtual Erased eraseMedia(StreamKey stream, MediaLocation place) = 0; // zeros in the place of the chunk
};

}
