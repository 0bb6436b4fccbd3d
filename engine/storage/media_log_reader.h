// Reads one stream's media back by its chain of chunks: no scan, whatever else the segments hold.
#pragma once

#include "engine/storage/file_handle.h"
#include "engine/storage/media_format.h"
#include "shared/base/result.h"

#include <functional>
#include <map>

namespace callmon {

class MediaLogReader {
public:
    explicit MediaLogReader(std::filesystem::path directory)
        : m_directory(std::move(directory))
    {
    }

    // From the stream's first chunk to the one at `last`, as MediaReader reads them; the sink returns false to stop.
    // Chunks that are missing or damaged are left out, the rest is given, and then the error says what was left out.
    Result<void> read(StreamKey stream, MediaLocation last, const std::function<bool(Bytes)>& sink);
    // A whole chunk of this stream lies there.
    bool isChunkOf(StreamKey stream, MediaLocation location);

private:
    int fileOf(std::uint32_t segment); // -1 when it is not there
    ChunkState readChunkOf(StreamKey stream, MediaLocation location, StoredChunk& chunk);

    static constexpr std::size_t openSegments = 16;
    std::filesystem::path m_directory;
    std::map<std::uint32_t, FileHandle> m_files;
};

}
