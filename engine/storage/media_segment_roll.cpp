#include "engine/storage/media_segment_roll.h"

#include "engine/storage/media_preparation.h"
#include "engine/storage/segment_files.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace callmon {

std::size_t MediaSegmentRoll::mostKept(std::uint64_t mostBytes, std::uint64_t segmentSize, std::size_t folders)
{
    return mostBytes == 0 ? SIZE_MAX : std::max<std::size_t>(fewestKept, mostBytes / segmentSize / folders);
}

MediaSegmentRoll::MediaSegmentRoll(std::filesystem::path folder, std::size_t most, bool writtenTo)
    : m_folder(std::move(folder))
    , m_mostKept(most)
    , m_inUse(writtenTo ? fewestKept - 1 : 0)
{
    const auto kept = segmentsIn(m_folder);
    m_kept.assign(kept.begin(), kept.end());
    const auto spares = spareSegmentsIn(m_folder);
    m_spares.assign(spares.begin(), spares.end());
    while (!m_spares.empty() && m_kept.size() + m_spares.size() > m_mostKept) {
        ::unlink(m_spares.back().c_str());
        m_spares.pop_back();
    }
}

// Takes over nothing while there is room. Writes that are on their way go to the newest two at most.
std::optional<NextSegment> MediaSegmentRoll::next(std::uint32_t number, Timestamp now, const WaitingHolds& holds)
{
    if (m_kept.size() < m_mostKept)
        return another(number);
    NextSegment next { m_folder, number, now, {}, {}, {} };
    while (m_kept.size() >= m_mostKept) { // more than one when there was no limit, or a larger one, or holds needed all
        const auto oldest = oldestFree(holds);
        if (!oldest)
            break;
        if (next.takenOver)
            next.removed.push_back(segmentPath(m_folder, *next.takenOver));
        next.takenOver = oldest;
        (void)takeOut(*oldest);
        ++m_overwritten;
    }
    if (next.takenOver)
        return next;
    return m_kept.size() < m_mostKept + mostBeyond ? std::optional(another(number)) : std::nullopt;
}

NextSegment MediaSegmentRoll::another(std::uint32_t number)
{
    NextSegment next { m_folder, number, {}, {}, {}, {} };
    if (!m_spares.empty()) {
        next.spare = m_spares.front();
        m_spares.pop_front();
    }
    return next;
}

Result<std::unique_ptr<MediaSegment>> MediaSegmentRoll::begin(const NextSegment& next)
{
    for (const auto& removed : next.removed)
        ::unlink(removed.c_str());
    std::unique_ptr<MediaSegment> begun;
    if (next.takenOver) {
        begun = MediaSegment::takeOver(next.folder, *next.takenOver, next.number, next.now);
        if (!begun)
            ::unlink(segmentPath(next.folder, *next.takenOver).c_str());
    } else if (!next.spare.empty()) {
        begun = MediaSegment::beginInSpare(next.folder, next.spare, next.number);
    }
    if (!begun)
        return MediaSegment::create(next.folder, next.number);
    return begun;
}

std::size_t MediaSegmentRoll::neverWritten() const
{
    const std::size_t written = m_kept.size() + m_spares.size();
    return m_mostKept == SIZE_MAX || written >= m_mostKept ? 0 : m_mostKept - written;
}

std::vector<std::uint32_t> MediaSegmentRoll::old() const
{
    const std::size_t inUse = std::min(m_kept.size(), m_inUse);
    return { m_kept.begin(), m_kept.end() - static_cast<std::ptrdiff_t>(inUse) };
}

bool MediaSegmentRoll::has(std::uint32_t segment) const
{
    return std::ranges::binary_search(m_kept, segment);
}

bool MediaSegmentRoll::takeOut(std::uint32_t segment)
{
    const auto found = std::ranges::lower_bound(m_kept, segment);
    if (found == m_kept.end() || *found != segment || static_cast<std::size_t>(m_kept.end() - found) <= m_inUse)
        return false;
    m_kept.erase(found);
    return true;
}

void MediaSegmentRoll::putBack(std::uint32_t segment)
{
    m_kept.insert(std::ranges::lower_bound(m_kept, segment), segment);
}

std::filesystem::path MediaSegmentRoll::makeSpare(const std::filesystem::path& zeros)
{
    const auto folder = zeros.parent_path();
    const auto spares = spareSegmentsIn(folder);
    const auto number = spares.empty() ? 1 : std::strtoul(spares.back().stem().c_str(), nullptr, 10) + 1;
    auto spare = segmentPath(folder, static_cast<std::uint32_t>(number));
    spare.replace_extension(".spare");
    if (::rename(zeros.c_str(), spare.c_str()) != 0)
        return {};
    return spare;
}

bool MediaSegmentRoll::hasOldNeededBy(const WaitingHolds& holds) const
{
    const std::size_t old = m_kept.size() - std::min(m_kept.size(), m_inUse);
    return std::any_of(m_kept.begin(), m_kept.begin() + static_cast<std::ptrdiff_t>(old),
        [&](std::uint32_t segment) { return holds.need(segment); });
}

std::optional<std::uint32_t> MediaSegmentRoll::oldestFree(const WaitingHolds& holds) const
{
    const std::size_t old = m_kept.size() - std::min(m_kept.size(), m_inUse);
    for (std::size_t i = 0; i < old; ++i)
        if (!holds.need(m_kept[i]))
            return m_kept[i];
    return std::nullopt;
}

std::filesystem::path MediaSegmentRoll::takeOldest(const WaitingHolds& holds)
{
    const auto oldest = oldestFree(holds);
    if (!oldest || !takeOut(*oldest))
        return {};
    ++m_overwritten;
    return segmentPath(m_folder, *oldest);
}

}
