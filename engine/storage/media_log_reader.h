// Reads one stream's media back by its chain of chunks: no scan, whatever else the segments hold.
#pragma once

#include "engine/storage/chunk_chain.h"
#include "engine/storage/media_format.h"
#include "engine/storage/segment_files.h"
#include "shared/base/result.h"

#include <functional>
#include <span>

namespace callmon {

class MediaLogReader {
public:
    explicit MediaLogReader(const std::filesystem::path& directory);

    // From the stream's first chunk to the one at `last`, as MediaReader reads them; the sink returns false to stop. Of
    // a call under hold what was copied while it was on comes first, and is not looked for in the log (held_media.h).
    // Chunks that are missing or damaged are left out, the rest is given, and then the error says what was left out.
    Result<void> read(StreamKey stream, MediaLocation last, const std::function<bool(Bytes)>& sink);
    // The same of several streams side by side, in order of arrival: what was said first is there first.
    struct StreamEnd {
        StreamKey stream;
        MediaLocation last;
        MediaLocation after {}; // what lies up to there was read before
    };
    Result<void> read(std::span<const StreamEnd> streams, const std::function<bool(StreamKey, Bytes)>& sink);
    // The chunks themselves, behind `after`, for a copy of them; those that are damaged or gone are left out. False:
    // `sink` stopped it, or a disk does not answer (silent()).
    bool chunks(const StreamEnd& stream, const std::function<bool(const StoredChunk&)>& sink);
    // A whole chunk of this stream lies there.
    bool isChunkOf(StreamKey stream, MediaLocation location);
    // Or it may, for a disk that does not answer.
    bool mayBeChunkOf(StreamKey stream, MediaLocation location);
    std::filesystem::path pathOf(MediaLocation location); // of its segment's file; empty: it cannot be had now
    // The stream's chunks that are there, from the first to the one at `last`, as far as the chain leads.
    struct Place {
        MediaLocation at;
        std::uint32_t bytes = 0; // of packets
    };
    struct Places {
        std::vector<Place> chunks;
        bool whole = true; // else what came before them is gone
        std::filesystem::path silent; // not empty: there may be more on that disk, which does not answer
    };
    Places placesOf(StreamKey stream, MediaLocation last);
    // A disk that did not answer in the last reading, so that it says what is missing now and may be there later.
    const std::filesystem::path& silent() const { return m_silent; }

private:
    ChunkChain chainOf(StreamKey stream, MediaLocation last, MediaLocation after = {});
    Sentence whatBecameOf(MediaLocation missing);

    std::filesystem::path m_directory;
    OpenSegments m_segments;
    std::filesystem::path m_silent; // did not answer in this reading
};

}
