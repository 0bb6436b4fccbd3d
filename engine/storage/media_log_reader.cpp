#include "engine/storage/media_log_reader.h"

#include "engine/storage/retention_store.h"
#include "shared/base/utc_time.h"

#include <algorithm>
#include <fcntl.h>

namespace callmon {

namespace {

constexpr std::size_t mostKeptBytes = 32u << 20; // an hour of G.711: longer streams are read twice, not held in memory

bool belongsTo(const ChunkHeader& header, StreamKey stream)
{
    return header.callKey == stream.call.value && header.streamIndex == stream.index;
}

std::string placeOf(MediaLocation location)
{
    return "segment " + std::to_string(location.segment) + " at byte " + std::to_string(location.offset);
}

}

MediaLogReader::MediaLogReader(const std::filesystem::path& directory)
    : m_folder(directory / "media")
    , m_segments(m_folder, POSIX_FADV_NORMAL)
{
}

ChunkState MediaLogReader::readChunkOf(StreamKey stream, MediaLocation location, StoredChunk& chunk)
{
    const int file = m_segments.fileOf(location.segment);
    const ChunkState state = file < 0 ? ChunkState::Missing : readChunk(file, location, chunk);
    return state == ChunkState::Missing || belongsTo(chunk.header, stream) ? state : ChunkState::Missing;
}

// The segments that took files over did so in the order of the old ones: the first that did not before this one was
// gone tells when, or, when its own file has been taken over since, until when at the latest.
std::string MediaLogReader::whatBecameOf(MediaLocation missing)
{
    if (const auto at = expiredAt(m_folder.parent_path(), ExpiredPart::MediaSegment, missing.segment))
        return "what came before expired and was deleted at " + toIso8601(*at);
    const auto kept = segmentsIn(m_folder);
    const auto headerOf = [&](std::uint32_t segment) {
        const int file = m_segments.fileOf(segment);
        return (file < 0 ? std::nullopt : readSegmentHeader(file)).value_or(SegmentHeader());
    };
    const auto taker = std::ranges::partition_point(
        kept, [&](std::uint32_t segment) { return headerOf(segment).tookOver < missing.segment; });
    if (taker == kept.end() || missing.segment >= kept.front())
        return "what came before, from " + placeOf(missing) + ", is missing or damaged";
    const SegmentHeader header = headerOf(*taker);
    return std::string("what came before was overwritten, to make room for newer recordings, ")
        + (header.tookOver == missing.segment ? "at " : "before ")
        + toIso8601(timestampFromNanoseconds(header.tookOverAt));
}

MediaLogReader::Places MediaLogReader::placesOf(StreamKey stream, MediaLocation last)
{
    Places places;
    StoredChunk chunk;
    for (MediaLocation at = last; at;) {
        places.whole = readChunkOf(stream, at, chunk) != ChunkState::Missing;
        if (!places.whole)
            break;
        places.chunks.push_back({ at, chunk.header.bytes });
        if (chunk.header.previous >= at)
            break;
        at = chunk.header.previous;
    }
    std::reverse(places.chunks.begin(), places.chunks.end());
    return places;
}

bool MediaLogReader::isChunkOf(StreamKey stream, MediaLocation location)
{
    StoredChunk chunk;
    return readChunkOf(stream, location, chunk) == ChunkState::Whole;
}

Result<void> MediaLogReader::read(StreamKey stream, MediaLocation last, const std::function<bool(Bytes)>& sink)
{
    struct Link {
        MediaLocation at;
        StoredChunk chunk;
        bool kept = false; // else it is read again
    };
    std::vector<Link> chain;
    std::size_t keptBytes = 0;
    std::string leftOut;
    for (MediaLocation at = last; at;) {
        StoredChunk chunk;
        const ChunkState state = readChunkOf(stream, at, chunk);
        if (state == ChunkState::Missing) {
            leftOut = whatBecameOf(at);
            break;
        }
        const MediaLocation previous = chunk.header.previous;
        keptBytes += chunk.bytes.size();
        const bool keep = state == ChunkState::Whole && keptBytes <= mostKeptBytes;
        chain.push_back({ at, keep ? std::move(chunk) : StoredChunk {}, keep });
        if (previous && previous >= at) { // a chain only leads back: else it could be a ring
            leftOut = "what came before " + placeOf(at) + " cannot be found";
            break;
        }
        at = previous;
    }
    std::vector<std::byte> recorded;
    std::reverse(chain.begin(), chain.end());
    for (Link& link : chain) {
        if (!link.kept && readChunkOf(stream, link.at, link.chunk) != ChunkState::Whole) {
            leftOut = "the chunk in " + placeOf(link.at) + " is damaged";
            continue;
        }
        if (link.chunk.header.version != 1) {
            recorded.clear();
            if (!unpackPackets(link.chunk.bytes, timestampFromNanoseconds(link.chunk.header.firstArrival), recorded))
                leftOut = "the chunk in " + placeOf(link.at) + " is damaged";
            link.chunk.bytes.swap(recorded);
        }
        if (!sink(link.chunk.bytes))
            return {};
        link.chunk = {};
    }
    if (!leftOut.empty())
        return Error { "The recording of stream " + std::to_string(stream.index) + " is incomplete: " + leftOut + "." };
    return {};
}

}
