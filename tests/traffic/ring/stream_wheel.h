// Who sends when: 20 ms cut into slots, each stream in the slot of its phase. Streams lie in memory in the order in
// which they send, so that the processor fetches them ahead by itself.
#pragma once

#include "shared/base/units.h"
#include "tests/traffic/ring/media_stream.h"

#include <span>
#include <vector>

namespace callmon {

class StreamWheel {
public:
    static constexpr Nanoseconds period = std::chrono::milliseconds(20);
    static constexpr std::uint32_t slotCount = 2048; // 9.8 us each: some 50 frames at 5.2 Mpps, about one batch

    // Room for half as many again, since phases are random.
    explicit StreamWheel(std::size_t streams);

    struct Place {
        std::uint32_t slot = 0;
        std::uint32_t index = 0;
    };
    std::span<MediaStream> slot(std::uint32_t slot) { return ofSlot(m_streams, slot); }
    std::span<StreamRest> restsOf(std::uint32_t slot) { return ofSlot(m_rests, slot); } // in the same order
    std::uint32_t count(std::uint32_t slot) const { return m_counts[slot]; }
    MediaStream& at(Place place) { return slot(place.slot)[place.index]; }
    StreamRest& restOf(Place place) { return restsOf(place.slot)[place.index]; }
    // Into that slot, or the next one that has room.
    Place add(const NewStream& stream, std::uint32_t slot);
    // Whoever was last in the slot takes the place; true when somebody did, and is there now.
    bool remove(Place place);
    std::size_t size() const { return m_size; }
    std::size_t capacity() const { return std::size_t(m_slotCapacity) * slotCount; }

private:
    template <typename Part> std::span<Part> ofSlot(std::vector<Part>& parts, std::uint32_t slot)
    {
        return std::span(parts).subspan(std::size_t(slot) * m_slotCapacity, m_counts[slot]);
    }

    std::uint32_t m_slotCapacity;
    std::size_t m_size = 0;
    std::vector<MediaStream> m_streams;
    std::vector<StreamRest> m_rests;
    std::vector<std::uint32_t> m_counts;
};

}
