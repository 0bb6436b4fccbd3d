#include "engine/storage/media_log_reader.h"

#include <fcntl.h>
#include <ranges>

namespace callmon {

namespace {

bool belongsTo(const ChunkHeader& header, StreamKey stream)
{
    return header.callKey == stream.call.value && header.streamIndex == stream.index;
}

std::string placeOf(MediaLocation location)
{
    return "segment " + std::to_string(location.segment) + " at byte " + std::to_string(location.offset);
}

}

int MediaLogReader::fileOf(std::uint32_t segment)
{
    if (const auto found = m_files.find(segment); found != m_files.end())
        return found->second.get();
    if (m_files.size() >= openSegments)
        m_files.erase(m_files.begin()); // the oldest segment
    FileHandle file(::open(mediaSegmentPath(m_directory, segment).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return -1;
    return m_files.emplace(segment, std::move(file)).first->second.get();
}

bool MediaLogReader::isChunkOf(StreamKey stream, MediaLocation location)
{
    ChunkHeader header;
    std::vector<std::byte> bytes;
    const int file = fileOf(location.segment);
    return file >= 0 && readChunk(file, location.offset, header, bytes) && belongsTo(header, stream);
}

Result<void> MediaLogReader::read(StreamKey stream, MediaLocation last, const std::function<bool(Bytes)>& sink)
{
    std::vector<MediaLocation> chain;
    std::string leftOut;
    for (MediaLocation at = last; at;) {
        ChunkHeader header;
        const int file = fileOf(at.segment);
        if (file < 0 || !readChunkHeader(file, at.offset, header) || !belongsTo(header, stream)) {
            leftOut = "what came before, from " + placeOf(at) + ", is missing or damaged";
            break;
        }
        chain.push_back(at);
        if (header.previous && header.previous >= at) { // a chain only leads back: else it could be a ring
            leftOut = "what came before " + placeOf(at) + " cannot be found";
            break;
        }
        at = header.previous;
    }
    ChunkHeader header;
    std::vector<std::byte> bytes;
    for (const MediaLocation at : chain | std::views::reverse) {
        const int file = fileOf(at.segment);
        if (file < 0 || !readChunk(file, at.offset, header, bytes)) {
            leftOut = "the chunk in " + placeOf(at) + " is damaged";
            continue;
        }
        if (!sink(bytes))
            return {};
    }
    if (!leftOut.empty())
        return Error { "The recording of stream " + std::to_string(stream.index) + " is incomplete: " + leftOut + "." };
    return {};
}

}
