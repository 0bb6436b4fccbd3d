// A segment of the recording log as anybody may have left it: what a crash left is cut off, and reading by the chain of
// chunks ends, whatever these say of each other. The input is without the zeros between header and chunks.
#include "engine/storage/media_log_reader.h"
#include "engine/storage/media_segment.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/stored_bytes.h"

#include <fcntl.h>

using namespace callmon;

namespace {

void readFrom(const FuzzDirectory& directory, MediaLocation last, const ChunkHeader& header, std::size_t size)
{
    const StreamKey stream { { header.callKey }, header.streamIndex };
    MediaLogReader reader(directory.path);
    const auto places = reader.placesOf(stream, last);
    require(!places.chunks.empty() && places.chunks.size() <= size / mediaBlockSize + 1);
    for (std::size_t i = 1; i < places.chunks.size(); ++i)
        require(places.chunks[i - 1].at < places.chunks[i].at);
    require(places.chunks.back().at == last);
    const MediaLogReader::StreamEnd ends[] { { stream, last, {} } };
    std::size_t chunks = 0, packets = 0;
    (void)reader
        .read(ends,
            [&](StreamKey, Bytes bytes) {
                ++chunks;
                MediaReader recorded(bytes);
                while (recorded.next())
                    ++packets;
                return true;
            })
        .has_value();
    require(chunks <= places.chunks.size() && packets <= chunks * MediaChunk::size);
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const FuzzDirectory directory;
    const Bytes input = std::as_bytes(std::span(data, size));
    std::vector<std::byte> segment(input.begin(), input.end());
    if (segment.size() > sizeof(SegmentHeader))
        segment.insert(segment.begin() + sizeof(SegmentHeader), mediaWriteAlignment - sizeof(SegmentHeader), {});
    size = segment.size();
    setChunkChecksums(segment, mediaBlockSize);
    directory.write("media/000001.log", segment);
    const FileHandle file(::open((directory.path / "media/000001.log").c_str(), O_RDONLY | O_CLOEXEC));
    for (std::size_t at = 0; at < size; at += mediaBlockSize) {
        const MediaLocation place { 1, static_cast<std::uint32_t>(at) };
        StoredChunk chunk;
        if (readChunk(file.get(), place, chunk) == ChunkState::Missing)
            continue;
        require(chunk.bytes.size() == chunk.header.bytes && at + sizeof chunk.header + chunk.bytes.size() <= size);
        readFrom(directory, place, chunk.header, size);
    }
    const auto found = MediaSegment::reopen(directory.path / "media", 1, true);
    require(found.has_value());
    if (found.value().segment)
        require(found.value().segment->end() <= size + mediaWriteAlignment);
    return 0;
}
