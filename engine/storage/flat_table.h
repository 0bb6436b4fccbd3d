// A table that is asked again and again in no order, whose next answers can be asked for ahead: for what storage knows
// of each call and stream, which no cache holds.
#pragma once

#include "shared/calls/call_key.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace callmon {

inline std::uint64_t numberOf(CallKey key)
{
    return static_cast<std::uint64_t>(key.value);
}
inline std::uint64_t numberOf(StreamKey key)
{
    return numberOf(key.call) + key.index;
}

// Open addressing, at most half full; deleting closes the gap, so none gather. One thread at a time. bench:
// full_load_bench --mode retention, where std::unordered_map took a fifth of storage's time and a third of media's:
// what it needs lies behind two pointers, and nothing can ask for that ahead.
template <typename Key, typename Value> class FlatTable {
public:
    // `room`: so many entries before the table is laid out anew, in one go.
    explicit FlatTable(std::size_t room)
        : m_slots(std::bit_ceil(2 * room))
        , m_shift(64 - static_cast<unsigned>(std::countr_zero(m_slots.size())))
    {
    }

    void prefetch(Key key) const { __builtin_prefetch(&m_slots[homeOf(key)], 1); }
    Value* find(Key key) // good until the next change of the table
    {
        Slot& slot = m_slots[placeOf(key)];
        return slot.used ? &slot.value : nullptr;
    }
    const Value* find(Key key) const
    {
        const Slot& slot = m_slots[placeOf(key)];
        return slot.used ? &slot.value : nullptr;
    }
    Value& operator[](Key key)
    {
        std::size_t at = placeOf(key);
        if (!m_slots[at].used) {
            if (2 * (m_used + 1) > m_slots.size()) {
                grow();
                at = placeOf(key);
            }
            m_slots[at] = { key, Value {}, true };
            ++m_used;
        }
        return m_slots[at].value;
    }
    // What follows in the same run moves up where its home lets it, so that a search still ends at the first gap.
    void erase(Key key)
    {
        std::size_t gap = placeOf(key);
        if (!m_slots[gap].used)
            return;
        for (std::size_t at = next(gap); m_slots[at].used; at = next(at)) {
            const std::size_t home = homeOf(m_slots[at].key);
            if (((at - home) & mask()) >= ((at - gap) & mask())) {
                m_slots[gap] = m_slots[at];
                gap = at;
            }
        }
        m_slots[gap] = {};
        --m_used;
    }
    std::size_t size() const { return m_used; }

private:
    struct Slot {
        Key key {};
        Value value {};
        bool used = false;
    };

    std::size_t mask() const { return m_slots.size() - 1; }
    std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
    std::size_t homeOf(Key key) const { return numberOf(key) * 0x9e3779b97f4a7c15ULL >> m_shift; }
    std::size_t placeOf(Key key) const // where it lies, or would
    {
        std::size_t at = homeOf(key);
        while (m_slots[at].used && !(m_slots[at].key == key))
            at = next(at);
        return at;
    }
    void grow()
    {
        std::vector<Slot> old(2 * m_slots.size());
        old.swap(m_slots);
        --m_shift;
        for (const Slot& slot : old)
            if (slot.used)
                m_slots[placeOf(slot.key)] = slot;
    }

    std::vector<Slot> m_slots;
    unsigned m_shift;
    std::size_t m_used = 0;
};

}
