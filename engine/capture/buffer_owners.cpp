#include "engine/capture/buffer_owners.h"

#include <rte_mbuf.h>

namespace callmon {

namespace {

// Of one segment: the next one is then none, "must be NULL in case of non-segmented packet" (rte_mbuf_core.h).
bool isPlain(const rte_mbuf& buffer)
{
    return RTE_MBUF_DIRECT(&buffer) && buffer.nb_segs == 1 && rte_mbuf_refcnt_read(&buffer) == 1;
}

}

void* BufferOwners::ownerOf(rte_mbuf* buffer)
{
    static_assert(alignof(rte_mbuf) >= alignment);
    if (!isPlain(*buffer)) [[unlikely]]
        return buffer;
    if (m_pools[m_latest] != buffer->pool) [[unlikely]]
        m_latest = numberOf(buffer->pool);
    return reinterpret_cast<std::byte*>(buffer) + m_latest;
}

std::uintptr_t BufferOwners::numberOf(rte_mempool* pool)
{
    for (std::uintptr_t number = 1; number < m_pools.size(); ++number) {
        if (!m_pools[number])
            m_pools[number] = pool;
        if (m_pools[number] == pool)
            return number;
    }
    return 0;
}

rte_mbuf* BufferOwners::bufferOf(void* owner)
{
    return reinterpret_cast<rte_mbuf*>(reinterpret_cast<std::uintptr_t>(owner) & ~poolMask);
}

void BufferOwners::release(std::span<void*> owners) const
{
    while (!owners.empty()) {
        const std::uintptr_t number = reinterpret_cast<std::uintptr_t>(owners[0]) & poolMask;
        std::size_t same = 0;
        for (; same < owners.size() && (reinterpret_cast<std::uintptr_t>(owners[same]) & poolMask) == number; ++same)
            owners[same] = bufferOf(owners[same]);
        if (number == 0)
            rte_pktmbuf_free_bulk(reinterpret_cast<rte_mbuf**>(owners.data()), static_cast<unsigned>(same));
        else
            rte_mempool_put_bulk(m_pools[number], owners.data(), static_cast<unsigned>(same));
        owners = owners.subspan(same);
    }
}

}
