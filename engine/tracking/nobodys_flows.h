// Which RTP no call claims, by T2's last answer: when the start of calls was lost, most packets may be of such.
#pragma once

#include "engine/tracking/object_pool.h"

#include <algorithm>
#include <bit>

namespace callmon {

// Direct-mapped: a flow may push another out, which costs that one a look into T2. A slot holds 48 bits of the flow's
// hash beside those that chose it, so that with a seeded hash no other flow is taken for it; and the epoch of its
// addresses in which nobody claimed it, which changes when somebody does.
class NobodysFlows {
public:
    explicit NobodysFlows(std::uint32_t flows)
        : m_slots(std::bit_ceil(std::max<std::uint32_t>(flows, 1u << 16)))
        , m_mask(m_slots.capacity() - 1)
    {
    }

    bool has(std::uint64_t hash, std::uint16_t epoch) const { return m_slots[hash & m_mask] == entry(hash, epoch); }
    void add(std::uint64_t hash, std::uint16_t epoch) { m_slots[hash & m_mask] = entry(hash, epoch); }
    void prefetch(std::uint64_t hash) const { __builtin_prefetch(&m_slots[hash & m_mask], 1); }
    void touch() { m_slots.touch(); }

private:
    // 0, an empty slot, is one entry of 2^64.
    static std::uint64_t entry(std::uint64_t hash, std::uint16_t epoch) { return (hash & ~0xffffULL) | epoch; }

    LazyArray<std::uint64_t> m_slots;
    std::uint64_t m_mask;
};

}
