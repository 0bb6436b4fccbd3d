// MediaLogWriter: its folders and segments, for whoever deletes for good while the log is written to.
#include "engine/storage/media_log_writer.h"

#include "engine/storage/media_preparation.h"
#include "engine/storage/segment_files.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace callmon {

namespace {

std::optional<bool> eraseChunk(const std::filesystem::path& path, StreamKey stream, MediaLocation place)
{
    const FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    StoredChunk chunk;
    if (!file || readChunk(file.get(), place, chunk) == ChunkState::Missing || chunk.header.callKey != stream.call.value
        || chunk.header.streamIndex != stream.index)
        return std::nullopt;
    const std::vector<std::byte> nothing(sizeof chunk.header + chunk.header.bytes);
    return ::pwrite(file.get(), nothing.data(), nothing.size(), place.offset) == static_cast<ssize_t>(nothing.size());
}

}

std::vector<std::filesystem::path> MediaLogWriter::folders()
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::filesystem::path> paths;
    for (const MediaFolder& folder : m_folders)
        paths.push_back(folder.path);
    return paths;
}

std::vector<std::string> MediaLogWriter::joinFolders()
{
    std::vector<MediaFolder> left;
    std::size_t inUse = 0;
    {
        const std::lock_guard lock(m_mutex);
        std::ranges::copy_if(m_folders, std::back_inserter(left), [](const auto& folder) { return !folder.isThere; });
        inUse = static_cast<std::size_t>(std::ranges::count_if(m_folders, &MediaFolder::inUse));
    }
    const auto mayAnswer = [](const MediaFolder& folder) { return !FolderAnswers::isSilent(folder.path); };
    if (std::ranges::none_of(left, mayAnswer))
        return {};
    const auto chosen = chooseMediaFolders(m_directory, m_wanted, m_log.patience.files);
    if (!chosen)
        return { chosen.error().what };
    std::vector<std::string> said;
    for (const MediaFolder& now : chosen.value().folders)
        if (now.isThere && std::ranges::find(left, now.path, &MediaFolder::path) != left.end())
            said.push_back(join(now, MediaSegmentRoll::mostKept(m_mostBytes, m_log.segmentSize, inUse)));
    return said;
}

// Its last segment is left as it is, torn or not: chains lead past what is no chunk, and it goes with the oldest.
std::string MediaLogWriter::join(const MediaFolder& folder, std::size_t most)
{
    const auto failed = [&](const std::string& why) {
        return "The media directory " + folder.path.string() + " is there again, but takes no media: " + why
            + "; this is tried again.";
    };
    using Roll = std::shared_ptr<std::unique_ptr<MediaSegmentRoll>>; // a question's answer is copied
    const auto roll = m_upkeepFiles.ask<Roll>(folder.path, [folder, most] {
        return std::make_shared<std::unique_ptr<MediaSegmentRoll>>(folder.inUse
                ? std::make_unique<MediaSegmentRoll>(folder.path, most)
                : std::make_unique<MediaSegmentRoll>(folder.path, SIZE_MAX, false));
    });
    if (!roll)
        return failed("it does not answer");
    std::unique_ptr<MediaSegmentRoll> segments = std::move(**roll);
    std::unique_lock lock(m_mutex);
    m_log.newestSegment = std::max(m_log.newestSegment, segments->newest());
    if (!folder.inUse) {
        m_past.push_back(std::move(segments));
    } else {
        const NextSegment next = segments->another(++m_log.newestSegment);
        lock.unlock();
        using Begun = std::shared_ptr<Result<std::unique_ptr<MediaSegment>>>;
        const auto begun = m_upkeepFiles.ask<Begun>(folder.path,
            [next] { return std::make_shared<Result<std::unique_ptr<MediaSegment>>>(MediaSegmentRoll::begin(next)); });
        if (!begun || !**begun)
            return failed(begun ? (*begun)->error().what : "it does not answer");
        std::string limits;
        auto disk = openMediaDisk(limits);
        lock.lock();
        if (!m_log.severalLanes)
            m_lanes.front()->keepWaiting(0);
        m_lanes.push_back(std::make_unique<DiskLane>(m_log, std::move(segments), std::move(disk)));
        m_lanes.back()->beginIn(std::move((*begun)->value()));
        m_log.severalLanes = true;
    }
    for (MediaFolder& known : m_folders)
        if (known.path == folder.path)
            known.isThere = true;
    return "The media directory " + folder.path.string() + " is there again: what was recorded in it can be heard"
        + (folder.inUse ? ", and it takes media." : ".");
}

DiskLane* MediaLogWriter::laneWith(std::uint32_t segment)
{
    for (const auto& lane : m_lanes)
        if (lane->segments().has(segment))
            return lane.get();
    return nullptr;
}

MediaSegmentRoll* MediaLogWriter::rollWith(std::uint32_t segment)
{
    if (DiskLane* const lane = laneWith(segment))
        return &lane->segments();
    for (const auto& past : m_past)
        if (past->has(segment))
            return past.get();
    return nullptr;
}

std::vector<std::filesystem::path> MediaLogWriter::oldestSegments()
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::filesystem::path> oldest;
    const auto add = [&](const MediaSegmentRoll& roll) {
        if (const auto first = roll.oldestFree(m_log.holds))
            oldest.push_back(segmentPath(roll.folder(), *first));
    };
    for (const auto& lane : m_lanes)
        if (!lane->isDown())
            add(lane->segments());
    for (const auto& past : m_past)
        add(*past);
    return oldest;
}

std::vector<std::filesystem::path> MediaLogWriter::segments()
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::filesystem::path> paths;
    const auto add = [&](const MediaSegmentRoll& roll) {
        for (const std::uint32_t segment : roll.all())
            paths.push_back(segmentPath(roll.folder(), segment));
    };
    for (const auto& lane : m_lanes)
        add(lane->segments());
    for (const auto& past : m_past)
        add(*past);
    return paths;
}

void MediaLogWriter::protect(CallKey call, std::span<const std::uint32_t> segments)
{
    const std::lock_guard lock(m_mutex);
    m_log.holds.add(call, segments);
}

void MediaLogWriter::release(CallKey call)
{
    const std::lock_guard lock(m_mutex);
    m_log.holds.remove(call);
}

void MediaLogWriter::release(CallKey call, std::span<const std::uint32_t> segments)
{
    const std::lock_guard lock(m_mutex);
    m_log.holds.remove(call, segments);
}

void MediaLogWriter::whenProtectedClose(std::function<void()> told)
{
    const std::lock_guard lock(m_mutex);
    m_log.whenProtectedClose = std::move(told);
}

MediaLogWriter::ClosedSegments MediaLogWriter::closedSegmentsOf(CallKey call)
{
    ClosedSegments closed;
    const std::lock_guard lock(m_mutex);
    const auto add = [&](const MediaSegmentRoll& roll, bool roomIsShort) {
        for (const std::uint32_t segment : roll.old())
            if (m_log.holds.isNeededBy(call, segment)) {
                closed.numbers.push_back(segment);
                closed.roomIsShort = closed.roomIsShort || roomIsShort;
            }
    };
    for (const auto& lane : m_lanes)
        add(lane->segments(), lane->segments().isNearlyFull());
    for (const auto& past : m_past)
        add(*past, m_mostBytes != 0);
    return closed;
}

std::filesystem::path MediaLogWriter::expire(const std::filesystem::path& segment)
{
    const std::uint32_t number = segmentNumber(segment);
    std::unique_lock lock(m_mutex);
    MediaSegmentRoll* const roll = rollWith(number);
    if (!roll || m_log.holds.need(number) || !roll->takeOut(number))
        return {};
    const auto path = segmentPath(roll->folder(), number);
    lock.unlock();
    auto expired = path;
    expired.replace_extension(".expired");
    const auto renamed = m_upkeepFiles.ask<bool>(
        roll->folder(), [path, expired] { return ::rename(path.c_str(), expired.c_str()) == 0; });
    if (renamed.value_or(true)) // else it is no segment any more, once its disk answers
        return renamed ? expired : std::filesystem::path();
    lock.lock();
    roll->putBack(number);
    return {};
}

bool MediaLogWriter::wantsSpare(const std::filesystem::path& folder)
{
    const std::lock_guard lock(m_mutex);
    return std::ranges::any_of(m_lanes,
        [&](const auto& lane) { return lane->segments().folder() == folder && lane->segments().wantsSpare(); });
}

bool MediaLogWriter::addSpare(const std::filesystem::path& zeros)
{
    if (!wantsSpare(zeros.parent_path()))
        return false;
    const auto spare = m_upkeepFiles.ask<std::filesystem::path>(
        zeros.parent_path(), [zeros] { return MediaSegmentRoll::makeSpare(zeros); });
    if (!spare || spare->empty())
        return false;
    const std::lock_guard lock(m_mutex);
    for (const auto& lane : m_lanes) // none leaves
        if (lane->segments().folder() == zeros.parent_path())
            lane->segments().addSpare(*spare);
    return true;
}

// No segment may take the file over meanwhile; one that has by then gave it another name. The writes of the log are
// whole pages: none that is on its way shares one with a chunk that is settled.
std::optional<bool> MediaLogWriter::erase(StreamKey stream, MediaLocation place)
{
    std::unique_lock lock(m_mutex);
    const DiskLane* const lane = laneWith(place.segment);
    const auto takingOver = lane ? lane->takingOver() : nullptr; // else it is a folder of before: none is begun there
    const MediaSegmentRoll* const roll = rollWith(place.segment);
    if (!roll)
        return std::nullopt;
    const auto folder = roll->folder();
    const auto patience = m_log.patience.files;
    lock.unlock();
    const auto erased = m_upkeepFiles.ask<std::optional<bool>>(
        folder, [stream, place, takingOver, patience, path = segmentPath(folder, place.segment)] {
            std::unique_lock<std::timed_mutex> held;
            if (takingOver && !(held = std::unique_lock(*takingOver, patience)))
                return std::optional(false);
            return eraseChunk(path, stream, place);
        });
    return erased.value_or(false);
}

}
