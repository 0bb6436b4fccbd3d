// Walks one stream's chunks from the first to the last, though each names only chunks before it: down by waypoints,
// then step by step. The first chunk of a stream of hours is there after a hundred reads, the others after one each.
#pragma once

#include "engine/storage/media_format.h"
#include "engine/storage/segment_files.h"
#include "shared/base/sentence.h"

#include <functional>
#include <optional>

namespace callmon {

class ChunkChain {
public:
    // `ofMissing` says of a place where no chunk of the stream lies what became of it, in words for the user. Only
    // chunks behind `after` are given.
    ChunkChain(OpenSegments& segments, StreamKey stream, MediaLocation last,
        std::function<Sentence(MediaLocation)> ofMissing, MediaLocation after = {});

    struct Link {
        MediaLocation at;
        ChunkState state = ChunkState::Missing; // Whole or Damaged of those that next() gives
        StoredChunk chunk;
    };
    // Good until the next call; nullptr behind the last.
    Link* next();
    // What is not there, in words for the user; empty when nothing is missing so far.
    const std::optional<Sentence>& leftOut() const { return m_leftOut; }
    StreamKey stream() const { return m_stream; }

private:
    struct Step : Link {
        bool triedWaypoint = false;
        bool kept = true; // else its bytes are read again
    };
    bool push(MediaLocation at); // false: no chunk of the stream lies there
    bool leadsBack(); // from the top; false: all in front of it has been given

    OpenSegments& m_segments;
    StreamKey m_stream;
    std::function<Sentence(MediaLocation)> m_ofMissing;
    std::vector<Step> m_ahead; // the next to be given last, each reached from the one under it
    std::size_t m_keptBytes = 0;
    Step m_given;
    std::optional<Sentence> m_leftOut;
};

// The chunk of this stream that lies there.
ChunkState readChunkOf(OpenSegments& segments, StreamKey stream, MediaLocation at, StoredChunk& chunk);
Sentence wordsOf(MediaLocation place); // "segment 3 at byte 512"

}
