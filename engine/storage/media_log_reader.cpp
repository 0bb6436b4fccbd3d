#include "engine/storage/media_log_reader.h"

#include "engine/storage/held_media.h"
#include "engine/storage/media_folders.h"
#include "engine/storage/retention_store.h"
#include "shared/base/utc_time.h"
#include "shared/calls/kept_no_more.h"

#include <algorithm>
#include <fcntl.h>

namespace callmon {

namespace {

// The packets of this chunk, as MediaReader reads them. False when they are not whole: then those in front of the
// damage.
bool packetsOf(ChunkChain::Link& link, std::vector<std::byte>& packets)
{
    if (link.state != ChunkState::Whole) {
        packets.clear();
        return false;
    }
    if (link.chunk.header.version == 1) {
        packets.swap(link.chunk.bytes);
        return true;
    }
    packets.clear();
    return unpackPackets(link.chunk.bytes, timestampFromNanoseconds(link.chunk.header.firstArrival), packets);
}

// A stream's chunks: those that were copied under a hold, then those that are in the log behind them.
struct Reading {
    const HeldMedia& held;
    OpenSegments& segments;
    std::vector<HeldMedia::Place> copied;
    MediaLocation before; // the last that was given
    ChunkChain chain;
    std::size_t nextCopied = 0;
    ChunkChain::Link ofCopied {};
    ChunkChain::Link* next = nullptr; // nullptr behind the last
    std::optional<MediaLocation> gone {}; // the first that was not there to be copied
    std::optional<Sentence> leftOut {};

    void advance()
    {
        if (nextCopied == copied.size()) {
            next = chain.next();
            return;
        }
        const HeldMedia::Place& place = copied[nextCopied++];
        if (!gone && place.previous > before)
            gone = place.previous;
        ofCopied.at = before = place.at;
        ofCopied.state = held.read(place, ofCopied.chunk);
        if (ofCopied.state != ChunkState::Whole) // the log may still have it
            ofCopied.state = readChunkOf(segments, chain.stream(), place.at, ofCopied.chunk);
        next = &ofCopied;
    }
};

}

MediaLogReader::MediaLogReader(const std::filesystem::path& directory)
    : m_directory(directory)
    , m_segments(
          [directory] {
              std::vector<std::filesystem::path> paths;
              for (MediaFolder& folder : mediaFoldersOf(directory))
                  paths.push_back(std::move(folder.path));
              return paths;
          },
          POSIX_FADV_NORMAL)
{
}

std::filesystem::path MediaLogReader::pathOf(MediaLocation location)
{
    const auto folder = m_segments.folderOf(location.segment);
    return folder.empty() ? folder : segmentPath(folder, location.segment);
}

ChunkChain MediaLogReader::chainOf(StreamKey stream, MediaLocation last, MediaLocation after)
{
    return { m_segments, stream, last, [this](MediaLocation place) { return whatBecameOf(place); }, after };
}

// The segments of a folder that took files over did so in the order of the old ones: the first that did not before this
// one was gone tells when, or, when its own file has been taken over since, until when at the latest. In which folder
// it lay nobody knows, so of several the latest time is told.
Sentence MediaLogReader::whatBecameOf(MediaLocation missing)
{
    if (const auto at = expiredAt(m_directory, ExpiredPart::MediaSegment, missing.segment))
        return sentence(kept_no_more::media, *at);
    if (const auto silent = m_segments.silent(); !silent.empty()) {
        m_silent = silent;
        return silenceOf(silent);
    }
    const auto headerOf = [&](std::uint32_t segment) {
        using Header = std::optional<SegmentHeader>;
        return m_segments.with<Header>(segment, readSegmentHeader).value_or(std::nullopt).value_or(SegmentHeader());
    };
    std::optional<Timestamp> before;
    for (const MediaFolder& folder : mediaFoldersOf(m_directory)) {
        using Segments = std::optional<std::vector<std::uint32_t>>;
        const auto found = m_segments.answers().ask<Segments>(folder.path, [path = folder.path]() -> Segments {
            std::error_code failed;
            return std::filesystem::exists(path, failed) ? Segments(segmentsIn(path)) : std::nullopt;
        });
        if (!found)
            return silenceOf(m_silent = folder.path);
        if (!*found)
            return sentence(TR("Engine", "what came before is missing or damaged, or lies in %1, which is not there"),
                folder.path.string());
        const auto& kept = **found;
        const auto taker = std::ranges::partition_point(
            kept, [&](std::uint32_t segment) { return headerOf(segment).tookOver < missing.segment; });
        if (taker == kept.end() || missing.segment >= kept.front())
            continue;
        const SegmentHeader header = headerOf(*taker);
        const Timestamp at = timestampFromNanoseconds(header.tookOverAt);
        if (header.tookOver == missing.segment)
            return sentence(kept_no_more::overwritten, at);
        before = std::max(before.value_or(at), at);
    }
    return before ? sentence(kept_no_more::overwrittenBefore, *before)
                  : sentence(TR("Engine", "what came before, from %1, is missing or damaged"), wordsOf(missing));
}

MediaLogReader::Places MediaLogReader::placesOf(StreamKey stream, MediaLocation last)
{
    Places places;
    m_silent.clear();
    ChunkChain chain = chainOf(stream, last);
    while (const auto* const link = chain.next())
        places.chunks.push_back({ link->at, link->chunk.header.bytes });
    places.whole = !chain.leftOut();
    places.silent = m_silent;
    return places;
}

bool MediaLogReader::chunks(const StreamEnd& stream, const std::function<bool(const StoredChunk&)>& sink)
{
    m_silent.clear();
    ChunkChain chain = chainOf(stream.stream, stream.last, stream.after);
    while (const auto* const link = chain.next())
        if (link->state == ChunkState::Whole && !sink(link->chunk))
            return false;
        else if (link->state == ChunkState::Missing && !m_segments.silent().empty())
            m_silent = m_segments.silent(); // it was there when the chain went by
    return m_silent.empty();
}

bool MediaLogReader::isChunkOf(StreamKey stream, MediaLocation location)
{
    StoredChunk chunk;
    return readChunkOf(m_segments, stream, location, chunk) == ChunkState::Whole;
}

bool MediaLogReader::mayBeChunkOf(StreamKey stream, MediaLocation location)
{
    return isChunkOf(stream, location) || !m_segments.silent().empty();
}

Result<void> MediaLogReader::read(StreamKey stream, MediaLocation last, const std::function<bool(Bytes)>& sink)
{
    const StreamEnd end { stream, last, {} };
    return read({ &end, 1 }, [&](StreamKey, Bytes bytes) { return sink(bytes); });
}

Result<void> MediaLogReader::read(std::span<const StreamEnd> streams, const std::function<bool(StreamKey, Bytes)>& sink)
{
    m_silent.clear();
    std::vector<Reading> readings;
    readings.reserve(streams.size());
    const HeldMedia held = streams.empty() ? HeldMedia() : HeldMedia(m_directory, streams.front().stream.call);
    for (const StreamEnd& end : streams) {
        auto copied = held.placesOf(end.stream.index, end.after);
        const MediaLocation after = copied.empty() ? end.after : copied.back().at;
        readings.push_back({ held, m_segments, std::move(copied), end.after, chainOf(end.stream, end.last, after) });
        readings.back().advance();
    }
    const auto arrivalOf = [](const Reading& reading) {
        return reading.next ? reading.next->chunk.header.firstArrival : INT64_MAX;
    };
    std::vector<std::byte> packets;
    for (;;) {
        const auto first = std::ranges::min_element(readings, {}, arrivalOf);
        if (first == readings.end() || !first->next)
            break;
        if (!packetsOf(*first->next, packets)) {
            const bool gone = first->next->state == ChunkState::Missing && !m_segments.silent().empty();
            first->leftOut = gone ? silenceOf(m_silent = m_segments.silent())
                                  : sentence(TR("Engine", "the chunk in %1 is damaged"), wordsOf(first->next->at));
        }
        if (!packets.empty() && !sink(first->chain.stream(), packets))
            return {};
        first->advance();
    }
    for (Reading& reading : readings) {
        if (!reading.leftOut && reading.gone)
            reading.leftOut = whatBecameOf(*reading.gone);
        const std::optional<Sentence>& leftOut = reading.leftOut ? reading.leftOut : reading.chain.leftOut();
        if (leftOut)
            return Error { sentence(TR("Engine", "The recording of stream %1 is incomplete: %2."),
                reading.chain.stream().index, *leftOut) };
    }
    return {};
}

}
