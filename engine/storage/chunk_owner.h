// Where a media chunk goes when the disk has it: back to the pool that it is from.
#pragma once

#include "shared/calls/media_chunk.h"

namespace callmon {

class ChunkOwner {
public:
    virtual ~ChunkOwner() = default;
    virtual void giveBack(MediaChunk* chunk) = 0; // from any thread, one at a time
};

struct OwnedChunk {
    MediaChunk* chunk = nullptr;
    ChunkOwner* owner = nullptr;
};

}
