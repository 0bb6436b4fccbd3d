#include "tests/traffic/ring/stream_wheel.h"

#include <cassert>

namespace callmon {

StreamWheel::StreamWheel(std::size_t streams)
    : m_slotCapacity(static_cast<std::uint32_t>(streams * 3 / 2 / slotCount + 8))
    , m_streams(capacity())
    , m_counts(slotCount)
{
}

StreamWheel::Place StreamWheel::add(const MediaStream& stream, std::uint32_t slot)
{
    assert(m_size < capacity());
    while (m_counts[slot] == m_slotCapacity)
        slot = (slot + 1) % slotCount;
    const Place place { slot, m_counts[slot]++ };
    ++m_size;
    at(place) = stream;
    return place;
}

bool StreamWheel::remove(Place place)
{
    const std::uint32_t last = --m_counts[place.slot];
    --m_size;
    if (place.index == last)
        return false;
    MediaStream* const first = m_streams.data() + std::size_t(place.slot) * m_slotCapacity;
    first[place.index] = first[last];
    return true;
}

}
