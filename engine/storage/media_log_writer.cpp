#include "engine/storage/media_log_writer.h"

#include "engine/storage/media_preparation.h"
#include "engine/storage/segment_files.h"

#include <algorithm>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace callmon {

namespace {

constexpr std::chrono::microseconds diskWait { 200 };
// A folder that is not there may hold the newest segments: the numbers go on well above those of the others, which grew
// as fast as its own.
constexpr std::uint32_t numbersLeftOut = 10'000;

constexpr std::size_t usuallySettled = 1u << 16; // chunks, a second of 52,000 calls' between two takeSettled()
constexpr std::size_t mergedFrom = 1u << 20; // while the data directory takes no commit

std::uint64_t mixed(StreamKey stream)
{
    const std::uint64_t product = numberOf(stream) * 0x9e3779b97f4a7c15u;
    return product ^ (product >> 32);
}

}

MediaLogWriter::MediaLogWriter(std::uint64_t segmentSize, std::uint64_t mostBytes, MediaPatience patience)
    : m_mostBytes(mostBytes)
    , m_pastFiles(patience.end)
    , m_upkeepFiles(patience.files)
    , m_mergedFrom(mergedFrom)
{
    m_log.segmentSize = segmentSize;
    m_log.patience = patience;
    m_log.settled.reserve(usuallySettled);
}

Result<std::unique_ptr<MediaLogWriter>> MediaLogWriter::open(const std::filesystem::path& directory, bool afterCrash,
    std::uint64_t segmentSize, std::unique_ptr<MediaDisk> disk, std::uint64_t mostBytes)
{
    Options options;
    options.segmentSize = segmentSize;
    options.mostBytes = mostBytes;
    options.disks.push_back(std::move(disk));
    return open(directory, afterCrash, std::move(options));
}

Result<std::unique_ptr<MediaLogWriter>> MediaLogWriter::open(
    const std::filesystem::path& directory, bool afterCrash, Options options)
{
    auto chosen = chooseMediaFolders(directory, options.folders, options.patience.files);
    if (!chosen)
        return chosen.error();
    std::unique_ptr<MediaLogWriter> log(new MediaLogWriter(options.segmentSize, options.mostBytes, options.patience));
    log->m_directory = directory;
    log->m_wanted = options.folders;
    log->m_folders = std::move(chosen.value().folders);
    log->m_notes = std::move(chosen.value().notes);
    if (auto opened = log->openLanes(afterCrash, std::move(options.disks)); !opened)
        return opened.error();
    return log;
}

Result<void> MediaLogWriter::openLanes(bool afterCrash, std::vector<std::unique_ptr<MediaDisk>> disks)
{
    const auto isWritten = [](const MediaFolder& folder) { return folder.inUse && folder.isThere; };
    const std::size_t most = MediaSegmentRoll::mostKept(m_mostBytes, m_log.segmentSize,
        static_cast<std::size_t>(std::ranges::count_if(m_folders, &MediaFolder::inUse)));
    disks.resize(m_folders.size());
    auto disk = disks.begin();
    for (const MediaFolder& folder : m_folders) {
        if (isWritten(folder)) {
            m_lanes.push_back(std::make_unique<DiskLane>(
                m_log, std::make_unique<MediaSegmentRoll>(folder.path, most), std::move(*disk++)));
            m_log.newestSegment = std::max(m_log.newestSegment, m_lanes.back()->segments().newest());
        } else if (folder.isThere) {
            m_past.push_back(std::make_unique<MediaSegmentRoll>(folder.path, SIZE_MAX, false));
            m_log.newestSegment = std::max(m_log.newestSegment, m_past.back()->newest());
            for (const auto& spare : spareSegmentsIn(folder.path))
                ::unlink(spare.c_str());
        }
    }
    if (!std::ranges::all_of(m_folders, &MediaFolder::isThere))
        m_log.newestSegment += numbersLeftOut;
    m_log.severalLanes = m_lanes.size() > 1;
    for (const auto& lane : m_lanes) {
        if (auto opened = lane->open(afterCrash); !opened)
            return opened;
        if (!lane->note().empty())
            m_notes.push_back(lane->note());
    }
    return {};
}

MediaLogWriter::~MediaLogWriter()
{
    flush();
    std::unique_lock lock(m_mutex);
    while (std::ranges::any_of(m_lanes, [](const auto& lane) { return lane->hasAbandoned(); })) {
        forEachLane([](DiskLane& lane, bool others) { lane.pump(false, others); });
        lock.unlock();
        std::this_thread::sleep_for(diskWait); // their memory is the disk's
        lock.lock();
    }
}

void MediaLogWriter::append(std::span<const OwnedChunk> chunks, bool hurry)
{
    const std::lock_guard lock(m_mutex);
    appendLocked(chunks, hurry);
    if (m_log.settled.size() >= m_mergedFrom)
        mergeSettled();
}

// Of each stream the last place, and what was stored and refused in all: who takes it needs no more.
void MediaLogWriter::mergeSettled()
{
    std::map<std::pair<StreamKey, bool>, std::size_t> places;
    std::vector<Settled> merged;
    for (const Settled& chunk : m_log.settled) {
        const auto [at, isNew] = places.try_emplace({ chunk.stream, bool(chunk.place) }, merged.size());
        if (isNew) {
            merged.push_back(chunk);
            continue;
        }
        Settled& all = merged[at->second];
        all.place = chunk.place;
        all.packets += chunk.packets;
        all.bytes += chunk.bytes;
    }
    m_log.settled = std::move(merged);
    m_mergedFrom = std::max(mergedFrom, 2 * m_log.settled.size());
}

bool MediaLogWriter::tryAppend(std::span<const OwnedChunk> chunks, bool hurry)
{
    const std::unique_lock lock(m_mutex, std::try_to_lock);
    if (!lock || std::ranges::any_of(m_lanes, [](const auto& lane) { return lane->wantsFileSystem(); }))
        return false;
    m_log.mayAsk = false;
    appendLocked(chunks, hurry);
    m_log.mayAsk = true;
    return true;
}

// In stages, as the processing core goes about its packets: the headers are cold here, and what they lead to.
void MediaLogWriter::appendLocked(std::span<const OwnedChunk> chunks, bool hurry)
{
    for (const OwnedChunk& owned : chunks)
        __builtin_prefetch(owned.chunk);
    for (const OwnedChunk& owned : chunks)
        m_log.chains.prefetch(owned.chunk->stream());
    const auto now = m_log.severalLanes && !chunks.empty() ? Clock::now() : Clock::time_point();
    for (const OwnedChunk& owned : chunks) {
        const MediaChunk& chunk = *owned.chunk;
        const StreamKey stream = chunk.stream();
        m_lanes[m_log.severalLanes ? laneOf(stream, now) : 0]->add({ owned, m_appended.load(std::memory_order_relaxed),
            stream, chunk.packets(), static_cast<std::uint32_t>(chunk.bytes().size()) });
        m_appended.fetch_add(1, std::memory_order_release);
    }
    m_log.chunksHeld.fetch_add(chunks.size(), std::memory_order_relaxed);
    forEachLane([hurry](DiskLane& lane, bool others) { lane.advance(hurry, others); });
}

// Where it was before, so that its chunks stay in order, unless that lane is left to itself.
std::uint32_t MediaLogWriter::laneOf(StreamKey stream, Clock::time_point now)
{
    const std::uint64_t hash = mixed(stream);
    const auto lanes = static_cast<std::uint32_t>(m_lanes.size());
    MediaLog::Chain* chain = m_log.chains.find(stream);
    if (chain && !m_lanes[chain->lane]->isDown())
        return chain->lane;
    auto lane = static_cast<std::uint32_t>(hash % lanes);
    if (!m_lanes[lane]->takesChunks(now)) {
        std::vector<std::uint32_t> others;
        for (std::uint32_t other = 0; other < lanes; ++other)
            if (m_lanes[other]->takesChunks(now))
                others.push_back(other);
        if (!others.empty())
            lane = others[hash / lanes % others.size()];
        else // all that are not down are about to be; they then are no longer, for nobody else takes their chunks
            while (m_lanes[lane]->isDown())
                lane = (lane + 1) % lanes;
    }
    if (!chain && m_log.chains.size() < MediaLog::mostStreams)
        chain = &m_log.chains[stream];
    if (chain)
        chain->lane = lane;
    return lane;
}

template <typename Work> void MediaLogWriter::forEachLane(Work&& work)
{
    if (!m_log.severalLanes) {
        work(*m_lanes.front(), false);
    } else {
        const auto now = Clock::now();
        for (const auto& lane : m_lanes) {
            const bool others = std::ranges::any_of(
                m_lanes, [&](const auto& other) { return other != lane && other->takesChunks(now); });
            work(*lane, others);
            const auto moving = lane->takeMoving();
            for (const MediaLog::Held& held : moving)
                m_lanes[laneOf(held.stream, now)]->addMoved({ &held, 1 });
        }
    }
    if (std::exchange(m_segmentsSeen, m_log.segmentsBegun) != m_log.segmentsBegun)
        for (const auto& file : trimPast())
            m_pastFiles.post([file] { ::unlink(file.c_str()); });
}

void MediaLogWriter::flush()
{
    std::unique_lock lock(m_mutex);
    const std::uint64_t upTo = appended();
    for (;;) {
        forEachLane([&](DiskLane& lane, bool others) { lane.pump(lane.firstUnsettled() < upTo, others); });
        if (settledUpTo() >= upTo)
            return;
        lock.unlock();
        std::this_thread::sleep_for(diskWait);
        lock.lock();
    }
}

void MediaLogWriter::finish()
{
    std::vector<std::future<void>> finishing;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& lane : m_lanes)
            finishing.push_back(lane->finish());
    }
    const auto until = Clock::now() + m_log.patience.end;
    for (const auto& lane : finishing)
        lane.wait_until(until);
}

std::uint64_t MediaLogWriter::takeSettled(std::vector<Settled>& settled)
{
    settled.clear();
    settled.reserve(usuallySettled); // it is the capture thread's list next
    const std::lock_guard lock(m_mutex);
    settled.swap(m_log.settled);
    return settledUpTo();
}

std::uint64_t MediaLogWriter::settledUpTo() const
{
    std::uint64_t first = appended();
    for (const auto& lane : m_lanes)
        first = std::min(first, lane->firstUnsettled());
    return first;
}

std::optional<Error> MediaLogWriter::takeError()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_log.error, std::nullopt);
}

void MediaLogWriter::forget(StreamKey stream)
{
    const std::lock_guard lock(m_mutex);
    m_log.chains.erase(stream);
}

// Where new media are not kept any more the old ones count, too: they go first.
std::vector<std::filesystem::path> MediaLogWriter::trimPast()
{
    std::vector<std::filesystem::path> removed;
    if (m_mostBytes == 0)
        return removed;
    std::size_t kept = 0;
    for (const auto& lane : m_lanes)
        kept += lane->segments().size();
    for (const auto& past : m_past)
        kept += past->size();
    for (; kept > m_mostBytes / m_log.segmentSize; --kept) {
        MediaSegmentRoll* oldest = nullptr;
        for (const auto& past : m_past)
            if (const auto first = past->oldestFree(m_log.holds);
                first && (!oldest || *first < *oldest->oldestFree(m_log.holds)))
                oldest = past.get();
        if (!oldest)
            break;
        removed.push_back(oldest->takeOldest(m_log.holds));
    }
    return removed;
}

std::string MediaLogWriter::limits() const
{
    std::string limits;
    const auto add = [&](const std::string& sentence) {
        if (!sentence.empty() && limits.find(sentence) == std::string::npos)
            limits += (limits.empty() ? "" : " ") + sentence;
    };
    std::size_t files = 0;
    const std::lock_guard lock(m_mutex);
    for (const auto& lane : m_lanes) {
        add(lane->limits());
        files += lane->segments().neverWritten();
    }
    if (files > 0)
        add(std::to_string(files)
            + " files of the recording log will be written for the first time, which takes the disk twice as long; "
              "callmon-engine --prepare-media with the same options does that while no engine runs.");
    return limits;
}

std::vector<NamedCounter> MediaLogWriter::gauges() const
{
    std::uint64_t overwritten = 0;
    const std::lock_guard lock(m_mutex);
    for (const auto& lane : m_lanes)
        overwritten += lane->segments().overwritten();
    for (const auto& past : m_past)
        overwritten += past->overwritten();
    std::vector<NamedCounter> gauges { { "media_write_errors", m_log.writeErrors.load(std::memory_order_relaxed) },
        { "media_chunks_on_their_way", m_log.chunksHeld.load(std::memory_order_relaxed) },
        { "media_segments_overwritten", overwritten },
        { "media_write_longest_ms", m_log.longestWriteMs.load(std::memory_order_relaxed) },
        { "media_directories_held", m_log.lanesHeld.load(std::memory_order_relaxed) } };
    if (m_folders.size() > 1) {
        gauges.push_back({ "media_directories_down",
            m_log.lanesDown.load(std::memory_order_relaxed)
                + static_cast<std::uint64_t>(std::ranges::count_if(
                    m_folders, [](const MediaFolder& folder) { return folder.inUse && !folder.isThere; })) });
        gauges.push_back({ "media_chunks_moved", m_log.chunksMoved.load(std::memory_order_relaxed) });
    }
    return gauges;
}

}
