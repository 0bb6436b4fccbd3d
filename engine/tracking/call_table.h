// T1: from a Call-ID to its call.
#pragma once

#include "engine/tracking/call.h"
#include "engine/tracking/index_table.h"
#include "engine/tracking/object_pool.h"
#include "shared/base/seeded_hash.h"

#include <string_view>

namespace callmon {

class CallTable {
public:
    CallTable(std::uint32_t capacity, std::uint64_t hashSeed);

    std::uint32_t find(std::string_view callId) const;
    std::uint32_t add(std::string_view callId); // which must not be there; noIndex when the pool is full
    void remove(std::uint32_t index);

    Call& operator[](std::uint32_t index) { return m_pool[index]; }
    const Call& operator[](std::uint32_t index) const { return m_pool[index]; }
    std::uint32_t used() const { return m_pool.used(); }
    void touch();

private:
    SeededHash m_hash;
    ObjectPool<Call> m_pool;
    LazyArray<std::uint64_t> m_hashes; // of the whole Call-ID, which the record may have had to cut
    IndexTable m_table;
};

}
