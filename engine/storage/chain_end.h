// Where the newest chunk of a stream lies, and what the next one says of those before it.
#pragma once

#include "shared/calls/media_chunk.h"

namespace callmon {

// Each chunk names the one before it, and a waypoint: a chunk further back, so that a reader gets to any second of a
// stream in few steps, however long it is. Every 32nd chunk is one (half a minute), every 1,024th (a quarter of an
// hour) a far one: most chunks name the last waypoint, waypoints the last far one, and far ones the one before.
class ChainEnd {
public:
    static constexpr std::uint32_t nearDistance = 32;
    static constexpr std::uint32_t farDistance = 1024;

    void add(ChunkHeader& header, MediaLocation here)
    {
        const bool isWaypoint = m_chunks % nearDistance == 0;
        header.previous = m_newest;
        header.waypoint = isWaypoint ? m_far : m_near;
        header.here = m_newest = here;
        if (isWaypoint)
            m_near = here;
        if (m_chunks++ % farDistance == 0)
            m_far = here;
    }
    MediaLocation newest() const { return m_newest; }
    // The disk did not take it. The newest first, so that the chain ends where it ended before the oldest of them.
    void takeBack(const ChunkHeader& header)
    {
        m_newest = header.previous;
        if (m_far == header.here)
            m_far = header.waypoint;
        if (m_near == header.here)
            m_near = header.previous; // any chunk before it will do
        --m_chunks;
    }

private:
    MediaLocation m_newest, m_near, m_far;
    std::uint32_t m_chunks = 0;
};

}
