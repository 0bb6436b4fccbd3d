// From a call's key to the number of its place: open addressing that grows, so that one cold cache line tells it.
#pragma once

#include "shared/calls/call_key.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace callmon {

class CallPlaces {
public:
    static constexpr std::uint32_t none = 0xffffffff;

    // `isOf(place)` says whether that is the call's.
    template <typename IsOf> std::uint32_t find(CallKey key, IsOf&& isOf) const
    {
        const std::uint32_t tag = tagOf(key);
        for (std::size_t at = tag & mask(); m_slots[at].place != none; at = next(at))
            if (m_slots[at].tag == tag && isOf(m_slots[at].place))
                return m_slots[at].place;
        return none;
    }
    void prefetch(CallKey key) const { __builtin_prefetch(&m_slots[tagOf(key) & mask()]); }
    // Without a look at the place: good enough to prefetch it.
    std::uint32_t likely(CallKey key) const
    {
        return find(key, [](std::uint32_t) { return true; });
    }
    void insert(CallKey key, std::uint32_t place) // a key that is not there
    {
        if (2 * ++m_size > m_slots.size())
            grow();
        put({ tagOf(key), place });
    }
    void erase(CallKey key, std::uint32_t place) // which is there
    {
        std::size_t hole = tagOf(key) & mask();
        while (m_slots[hole].place != place)
            hole = next(hole);
        // Knuth, TAOCP 3, 6.4 algorithm R: move up what the hole would hide.
        for (std::size_t at = next(hole); m_slots[at].place != none; at = next(at)) {
            const std::size_t home = m_slots[at].tag & mask();
            if (((at - home) & mask()) >= ((at - hole) & mask())) {
                m_slots[hole] = m_slots[at];
                hole = at;
            }
        }
        m_slots[hole] = {};
        --m_size;
    }
    std::size_t size() const { return m_size; }

private:
    struct Slot {
        std::uint32_t tag = 0; // of the key's hash
        std::uint32_t place = none; // empty
    };
    static std::uint32_t tagOf(CallKey key)
    {
        return static_cast<std::uint32_t>(static_cast<std::uint64_t>(key.value) * 0x9e3779b97f4a7c15ULL >> 32);
    }
    std::size_t mask() const { return m_slots.size() - 1; }
    std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
    void put(Slot slot)
    {
        std::size_t at = slot.tag & mask();
        while (m_slots[at].place != none)
            at = next(at);
        m_slots[at] = slot;
    }
    void grow()
    {
        std::vector<Slot> before(2 * m_slots.size());
        before.swap(m_slots);
        for (const Slot& slot : before)
            if (slot.place != none)
                put(slot);
    }

    std::vector<Slot> m_slots = std::vector<Slot>(1024); // a power of two, half of them empty at least
    std::size_t m_size = 0;
};

}
