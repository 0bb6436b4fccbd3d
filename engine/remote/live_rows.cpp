#include "engine/remote/live_rows.h"

namespace callmon {

std::uint32_t LiveRows::add(CallKey key)
{
    std::uint32_t place = m_everUsed;
    if (!m_free.empty()) {
        place = m_free.back();
        m_free.pop_back();
    } else {
        if (place / chunkRows == m_chunks.size())
            m_chunks.push_back(std::make_unique<Chunk>());
        ++m_everUsed;
    }
    head(place).key = key;
    m_places[key] = place;
    return place;
}

void LiveRows::remove(std::uint32_t place)
{
    m_places.erase(head(place).key);
    head(place) = {};
    streams(place) = {};
    rest(place) = {};
    m_free.push_back(place);
}

void LiveRows::prefetch(std::span<const StreamKey> streams) const
{
    for (const StreamKey& stream : streams)
        m_places.prefetch(stream.call);
    for (const StreamKey& stream : streams) {
        const std::uint32_t place = find(stream.call);
        if (place == none)
            continue;
        const Chunk& rows = chunk(place);
        __builtin_prefetch(&rows.heads[place % chunkRows], 1);
        __builtin_prefetch(&rows.streams[place % chunkRows][placeOfStream(stream.index)], 1);
    }
}

}
