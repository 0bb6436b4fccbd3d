// Open addressing from a key's hash to an index into a pool: what T1, T2 and F are made of.
#pragma once

#include "engine/tracking/object_pool.h"

#include <bit>

namespace callmon {

// 8-byte slots, eight to a cache line, linear probing, at most 40 % full when `entries` are in it. The slot keeps 32
// bits of the hash; whether the key is equal, the caller says by looking at its object. Deleting closes the gap, so
// that no tombstones lengthen later searches.
class IndexTable {
public:
    explicit IndexTable(std::uint32_t entries)
        : m_mask(std::bit_ceil(std::uint64_t { entries } * 5 / 2 + 2) - 1)
        , m_slots(m_mask + 1) // zeroed: empty
    {
    }

    template <typename IsKey> std::uint32_t find(std::uint64_t hash, IsKey&& isKey) const
    {
        const std::uint32_t tag = tagOf(hash);
        for (std::uint64_t at = tag & m_mask; m_slots[at].used(); at = (at + 1) & m_mask) {
            if (m_slots[at].tag == tag && isKey(m_slots[at].index()))
                return m_slots[at].index();
        }
        return noIndex;
    }
    void prefetch(std::uint64_t hash) const { __builtin_prefetch(&m_slots[tagOf(hash) & m_mask]); }
    // The index of the first slot with this hash, without looking at the object: good enough to prefetch it.
    std::uint32_t likely(std::uint64_t hash) const
    {
        const std::uint32_t tag = tagOf(hash);
        for (std::uint64_t at = tag & m_mask; m_slots[at].used(); at = (at + 1) & m_mask) {
            if (m_slots[at].tag == tag)
                return m_slots[at].index();
        }
        return noIndex;
    }
    // The key must not be in the table, and the table holds no more than the entries it was made for.
    void insert(std::uint64_t hash, std::uint32_t index)
    {
        assert(m_size <= m_mask / 2);
        std::uint64_t at = tagOf(hash) & m_mask;
        while (m_slots[at].used())
            at = (at + 1) & m_mask;
        m_slots[at] = { tagOf(hash), index + 1 };
        ++m_size;
    }
    // False when this index is not in the table under this hash.
    bool erase(std::uint64_t hash, std::uint32_t index)
    {
        std::uint64_t hole = 0;
        if (!locate(hash, index, hole))
            return false;
        // Knuth, TAOCP 3, 6.4 algorithm R: move up what the hole would hide.
        for (std::uint64_t at = (hole + 1) & m_mask; m_slots[at].used(); at = (at + 1) & m_mask) {
            const std::uint64_t home = m_slots[at].tag & m_mask;
            if (((at - home) & m_mask) >= ((at - hole) & m_mask)) {
                m_slots[hole] = m_slots[at];
                hole = at;
            }
        }
        m_slots[hole] = {};
        --m_size;
        ++m_departures;
        return true;
    }
    // Another object takes over the key.
    bool replace(std::uint64_t hash, std::uint32_t index, std::uint32_t by)
    {
        std::uint64_t at = 0;
        if (!locate(hash, index, at))
            return false;
        m_slots[at].indexPlusOne = by + 1;
        ++m_departures;
        return true;
    }
    std::uint32_t size() const { return m_size; }
    std::uint64_t departures() const { return m_departures; } // while it stays, what was found is still there
    std::uint64_t slotCount() const { return m_mask + 1; }
    void touch() { m_slots.touch(); }

private:
    struct Slot {
        std::uint32_t tag = 0;
        std::uint32_t indexPlusOne = 0; // 0: empty
        bool used() const { return indexPlusOne != 0; }
        std::uint32_t index() const { return indexPlusOne - 1; }
    };
    static std::uint32_t tagOf(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32 ^ hash); }
    bool locate(std::uint64_t hash, std::uint32_t index, std::uint64_t& at) const
    {
        for (at = tagOf(hash) & m_mask; m_slots[at].used(); at = (at + 1) & m_mask) {
            if (m_slots[at].index() == index)
                return true;
        }
        return false;
    }

    std::uint64_t m_mask;
    LazyArray<Slot> m_slots;
    std::uint32_t m_size = 0;
    std::uint64_t m_departures = 0;
};

}
