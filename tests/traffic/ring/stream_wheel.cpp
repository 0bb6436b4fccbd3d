#include "tests/traffic/ring/stream_wheel.h"

#include <cassert>
#include <cstdint>
#include <sys/mman.h>

namespace callmon {

namespace {

// Read from end to end every 20 ms: with small pages each 64th stream waits for the translation of its address.
template <typename Part> void makeInHugePages(std::vector<Part>& parts, std::size_t count)
{
    constexpr std::uintptr_t hugePage = 2 << 20;
    parts.reserve(count);
    const auto begin = (reinterpret_cast<std::uintptr_t>(parts.data()) + hugePage - 1) & ~(hugePage - 1);
    const auto end = (reinterpret_cast<std::uintptr_t>(parts.data() + count)) & ~(hugePage - 1);
    if (begin < end)
        static_cast<void>(madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE)); // works without, too
    parts.resize(count);
}

}

StreamWheel::StreamWheel(std::size_t streams)
    : m_slotCapacity(static_cast<std::uint32_t>(streams * 3 / 2 / slotCount + 8))
    , m_counts(slotCount)
{
    makeInHugePages(m_streams, capacity());
    makeInHugePages(m_rests, capacity());
}

StreamWheel::Place StreamWheel::add(const NewStream& stream, std::uint32_t slot)
{
    assert(m_size < capacity());
    while (m_counts[slot] == m_slotCapacity)
        slot = (slot + 1) % slotCount;
    const Place place { slot, m_counts[slot]++ };
    ++m_size;
    at(place) = stream.stream;
    restOf(place) = stream.rest;
    return place;
}

bool StreamWheel::remove(Place place)
{
    const std::uint32_t last = --m_counts[place.slot];
    --m_size;
    if (place.index == last)
        return false;
    const std::size_t first = std::size_t(place.slot) * m_slotCapacity;
    m_streams[first + place.index] = m_streams[first + last];
    m_rests[first + place.index] = m_rests[first + last];
    return true;
}

}
