#include "engine/storage/media_segment_roll.h"

#include "engine/storage/media_preparation.h"
#include "engine/storage/segment_files.h"

#include <algorithm>
#include <unistd.h>

namespace callmon {

MediaSegmentRoll::MediaSegmentRoll(std::filesystem::path directory, std::uint64_t segmentSize, std::uint64_t mostBytes)
    : m_directory(std::move(directory))
{
    const auto kept = segmentsIn(m_directory / "media");
    m_kept.assign(kept.begin(), kept.end());
    const auto spares = spareSegmentsIn(m_directory / "media");
    m_spares.assign(spares.begin(), spares.end());
    if (mostBytes != 0)
        m_mostKept = std::max<std::size_t>(fewestKept, mostBytes / segmentSize);
    while (m_kept.size() > m_mostKept) // it was more, or there was no limit
        removeOldest();
    while (!m_spares.empty() && m_kept.size() + m_spares.size() > m_mostKept) {
        ::unlink(m_spares.back().c_str());
        m_spares.pop_back();
    }
}

Result<std::unique_ptr<MediaSegment>> MediaSegmentRoll::begin(Timestamp now)
{
    const std::uint32_t number = newest() + 1;
    std::unique_ptr<MediaSegment> next = takeOverOldest(now);
    if (!next)
        next = takeSpare();
    if (!next) {
        auto created = MediaSegment::create(m_directory, number);
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

// Nothing while there is room. Writes that are on their way go to the newest two at most.
std::unique_ptr<MediaSegment> MediaSegmentRoll::takeOverOldest(Timestamp now)
{
    while (m_kept.size() > m_mostKept)
        removeOldest();
    if (m_kept.size() < m_mostKept)
        return nullptr;
    auto taken = MediaSegment::takeOver(m_directory, m_kept.front(), newest() + 1, now);
    if (!taken) {
        removeOldest();
        return nullptr;
    }
    m_kept.pop_front();
    ++m_overwritten;
    return taken;
}

std::unique_ptr<MediaSegment> MediaSegmentRoll::takeSpare()
{
    while (!m_spares.empty()) {
        const auto path = m_spares.front();
        m_spares.pop_front();
        if (auto taken = MediaSegment::beginInSpare(m_directory, path, newest() + 1))
            return taken;
    }
    return nullptr;
}

void MediaSegmentRoll::removeOldest()
{
    ::unlink(mediaSegmentPath(m_directory, m_kept.front()).c_str());
    m_kept.pop_front();
    ++m_overwritten;
}

}
