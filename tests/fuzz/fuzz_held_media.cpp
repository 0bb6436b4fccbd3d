// What was copied of a held call that is on (engine/storage/held_media.h), as anybody may have left it: readers take
// what is whole, also together with the log, and whoever copies goes on behind it.
#include "engine/storage/held_call.h"
#include "engine/storage/held_media.h"
#include "engine/storage/media_log_reader.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/stored_bytes.h"

using namespace callmon;

namespace {

constexpr CallKey call { 1 };
constexpr std::uint32_t streams[] { 0, 1 };

std::size_t wholePlaces(const HeldMedia& held, std::size_t size)
{
    std::size_t whole = 0;
    for (const std::uint32_t stream : streams)
        for (const HeldMedia::Place& place : held.placesOf(stream, {})) {
            require(place.stream == stream && place.bytes <= MediaChunk::capacity);
            require(place.offset + sizeof(ChunkHeader) + place.bytes <= size);
            StoredChunk chunk;
            whole += held.read(place, chunk) == ChunkState::Whole;
        }
    return whole;
}

void readAll(const FuzzDirectory& directory, std::size_t size)
{
    MediaLogReader reader(directory.path);
    std::vector<MediaLogReader::StreamEnd> ends;
    for (const std::uint32_t stream : streams)
        ends.push_back({ { call, stream }, { 3, 4096 }, {} });
    std::size_t given = 0;
    (void)reader
        .read(ends,
            [&](StreamKey, Bytes bytes) {
                MediaReader packets(bytes);
                while (packets.next())
                    require(++given <= size);
                return true;
            })
        .has_value();
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const FuzzDirectory directory;
    const Bytes input = std::as_bytes(std::span(data, size));
    std::vector<std::byte> bytes(input.begin(), input.end());
    setChunkChecksums(bytes, 1);
    directory.write(heldMediaPath({}, call), bytes);
    const std::size_t before = wholePlaces(HeldMedia(directory.path, call), size);
    readAll(directory, size);

    auto writer = HeldMediaWriter::open(directory.path, call);
    require(writer.has_value());
    StoredChunk chunk;
    chunk.header.callKey = call.value;
    chunk.header.here = { 3, 4096 };
    chunk.header.crc = crcOf(chunk.header, {});
    require(writer.value().add(chunk).has_value());
    const HeldMedia again(directory.path, call);
    const std::size_t after = wholePlaces(again, size + sizeof(HeldMediaHeader) + sizeof(ChunkHeader));
    require(after >= 1 && after <= before + 1);
    require(!again.placesOf(0, {}).empty() && again.placesOf(0, {}).back().at == chunk.header.here);
    return 0;
}
