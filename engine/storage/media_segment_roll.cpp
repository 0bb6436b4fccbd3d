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
    while (m_kept.size() > m_mostKept) // it was more, or there was no limit
        removeOldest();
    while (!m_spares.empty() && m_kept.size() + m_spares.size() > m_mostKept) {
        ::unlink(m_spares.back().c_str());
        m_spares.pop_back();
    }
}

Result<std::unique_ptr<MediaSegment>> MediaSegmentRoll::begin(std::uint32_t number, Timestamp now)
{
    std::unique_ptr<MediaSegment> next = takeOverOldest(number, now);
    if (!next)
        next = takeSpare(number);
    if (!next) {
        auto created = MediaSegment::create(m_folder, number);
        if (!created)
            return created;
        next = std::move(created.value());
    }
    m_kept.push_back(number);
    return next;
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

std::filesystem::path MediaSegmentRoll::expire(std::uint32_t segment)
{
    if (m_kept.size() <= m_inUse || m_kept.front() != segment)
        return {};
    const auto path = segmentPath(m_folder, segment);
    auto expired = path;
    expired.replace_extension(".expired");
    if (::rename(path.c_str(), expired.c_str()) != 0)
        return {};
    m_kept.pop_front();
    return expired;
}

bool MediaSegmentRoll::addSpare(const std::filesystem::path& zeros)
{
    const auto spares = spareSegmentsIn(m_folder);
    const auto number = spares.empty() ? 1 : std::strtoul(spares.back().stem().c_str(), nullptr, 10) + 1;
    auto spare = segmentPath(m_folder, static_cast<std::uint32_t>(number));
    spare.replace_extension(".spare");
    if (::rename(zeros.c_str(), spare.c_str()) != 0)
        return false;
    m_spares.push_back(spare);
    return true;
}

// Nothing while there is room. Writes that are on their way go to the newest two at most.
std::unique_ptr<MediaSegment> MediaSegmentRoll::takeOverOldest(std::uint32_t number, Timestamp now)
{
    while (m_kept.size() > m_mostKept)
        removeOldest();
    if (m_kept.size() < m_mostKept)
        return nullptr;
    auto taken = MediaSegment::takeOver(m_folder, m_kept.front(), number, now);
    if (!taken) {
        removeOldest();
        return nullptr;
    }
    m_kept.pop_front();
    ++m_overwritten;
    return taken;
}

std::unique_ptr<MediaSegment> MediaSegmentRoll::takeSpare(std::uint32_t number)
{
    while (!m_spares.empty()) {
        const auto path = m_spares.front();
        m_spares.pop_front();
        if (auto taken = MediaSegment::beginInSpare(m_folder, path, number))
            return taken;
    }
    return nullptr;
}

void MediaSegmentRoll::removeOldest()
{
    ::unlink(segmentPath(m_folder, m_kept.front()).c_str());
    m_kept.pop_front();
    ++m_overwritten;
}

}
