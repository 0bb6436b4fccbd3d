// T2: from a media address in an SDP to the call whose side advertised it.
#pragma once

#include "engine/tracking/call.h"
#include "engine/tracking/index_table.h"

namespace callmon {

class MediaTable {
public:
    explicit MediaTable(std::uint32_t capacity);

    // The newest registration of an address wins: an older one of another call stays with that call but is not found
    // any more. Returns noIndex when the pool is full or the call advertises too many.
    std::uint32_t add(const Endpoint& endpoint, Party party, std::uint32_t callIndex, Call& call);
    void removeAllOf(Call& call);

    std::uint32_t find(const Endpoint& endpoint) const { return find(endpoint, hashOf(endpoint)); }
    std::uint32_t find(const Endpoint& endpoint, std::uint64_t hash) const
    {
        return m_table.find(hash, [&](std::uint32_t index) { return m_pool[index].endpoint == endpoint; });
    }
    const IndexTable& table() const { return m_table; }
    MediaAddress& operator[](std::uint32_t index) { return m_pool[index]; }
    std::uint32_t used() const { return m_pool.used(); }
    void prefetch(std::uint32_t index) const { __builtin_prefetch(&m_pool[index]); }
    void touch();

private:
    ObjectPool<MediaAddress> m_pool;
    IndexTable m_table;
};

}
