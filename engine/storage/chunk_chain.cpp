#include "engine/storage/chunk_chain.h"

#include <utility>

namespace callmon {

namespace {

constexpr std::size_t mostKeptBytes = 32u << 20; // of a chain without waypoints; what is beyond is read twice

}

ChunkState readChunkOf(OpenSegments& segments, StreamKey stream, MediaLocation at, StoredChunk& chunk)
{
    struct Read {
        ChunkState state = ChunkState::Missing;
        StoredChunk chunk;
    };
    auto read = segments.with<Read>(at.segment, [at](int file) {
        Read found;
        found.state = readChunk(file, at, found.chunk);
        return found;
    });
    const ChunkState state = read ? read->state : ChunkState::Missing;
    chunk = read ? std::move(read->chunk) : StoredChunk();
    const bool belongs = chunk.header.callKey == stream.call.value && chunk.header.streamIndex == stream.index;
    return belongs ? state : ChunkState::Missing;
}

Sentence wordsOf(MediaLocation place)
{
    return sentence(TR("Engine", "segment %1 at byte %2"), place.segment, place.offset);
}

ChunkChain::ChunkChain(OpenSegments& segments, StreamKey stream, MediaLocation last,
    std::function<Sentence(MediaLocation)> ofMissing, MediaLocation after)
    : m_segments(segments)
    , m_stream(stream)
    , m_ofMissing(std::move(ofMissing))
{
    m_given.at = after;
    if (last > after && !push(last))
        m_leftOut = m_ofMissing(last);
}

bool ChunkChain::push(MediaLocation at)
{
    Step step;
    step.at = at;
    step.state = readChunkOf(m_segments, m_stream, at, step.chunk);
    if (step.state == ChunkState::Missing)
        return false;
    step.kept = m_keptBytes + step.chunk.bytes.size() <= mostKeptBytes;
    if (step.kept)
        m_keptBytes += step.chunk.bytes.size();
    else
        step.chunk.bytes = {};
    m_ahead.push_back(std::move(step));
    return true;
}

// Places only lead back, and not behind what was given: else they could be a ring.
bool ChunkChain::leadsBack()
{
    Step& top = m_ahead.back();
    const ChunkHeader header = top.chunk.header;
    if (!header.previous || header.previous <= m_given.at)
        return false;
    if (header.previous >= top.at) {
        m_leftOut = sentence(TR("Engine", "what came before %1 cannot be found"), wordsOf(top.at));
        return false;
    }
    if (!std::exchange(top.triedWaypoint, true) && header.waypoint > m_given.at && header.waypoint < header.previous
        && push(header.waypoint))
        return true;
    if (push(header.previous))
        return true;
    m_leftOut = m_ofMissing(header.previous);
    return false;
}

ChunkChain::Link* ChunkChain::next()
{
    if (m_ahead.empty())
        return nullptr;
    while (leadsBack()) { }
    m_given = std::move(m_ahead.back());
    m_ahead.pop_back();
    if (m_given.kept)
        m_keptBytes -= m_given.chunk.bytes.size();
    else
        m_given.state = readChunkOf(m_segments, m_stream, m_given.at, m_given.chunk);
    return &m_given;
}

}
