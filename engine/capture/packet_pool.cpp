#include "engine/capture/packet_pool.h"

#include <rte_mbuf.h>

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t usualData = RTE_MBUF_DEFAULT_DATAROOM;
constexpr std::size_t buffersAtLeast = 8192;
constexpr unsigned buffersPerThread = 256; // mempool cache

// Headroom, rte_mbuf and the pool's own header, beside the data. In small pages none crosses from one into the next
// unless it is longer than a page.
std::size_t bytesPerBuffer(std::size_t data, bool hugePages)
{
    constexpr std::size_t bytesBesideData = 512;
    constexpr std::size_t page = 4096;
    return hugePages ? data + bytesBesideData : (data + bytesBesideData + page - 1) / page * page + 128;
}

}

std::size_t PoolPlan::bytes() const
{
    return fitting * bytesPerBuffer(bytesOfData, hugePages);
}

PoolPlan planPool(std::size_t mbufs, std::size_t bytesOfData, const EalMemory& memory)
{
    PoolPlan plan;
    plan.bytesOfData = std::min<std::size_t>(bytesOfData, UINT16_MAX - RTE_PKTMBUF_HEADROOM);
    plan.hugePages = memory.hugePages;
    const auto likeUsual = [&](std::size_t count) {
        return std::max(count * usualData / plan.bytesOfData, std::min(count, buffersAtLeast));
    };
    plan.wanted = likeUsual(mbufs > 0 ? mbufs : usualBuffers);
    plan.fitting = plan.wanted;
    if (mbufs == 0 && plan.hugePages)
        for (std::size_t more = 2 * usualBuffers; more <= mostBuffersUnasked; more *= 2)
            if (likeUsual(more) * bytesPerBuffer(plan.bytesOfData, true) <= memory.availableBytes / 3 * 2)
                plan.fitting = likeUsual(more);
    while (plan.fitting > buffersAtLeast && plan.bytes() > memory.availableBytes)
        plan.fitting /= 2;
    plan.fitting = std::max(plan.fitting, buffersAtLeast);
    return plan;
}

bool PacketPool::make(const PoolPlan& plan, std::uint16_t port, int numaNode)
{
    const std::string name = "callmon_" + std::to_string(port);
    const auto room = static_cast<std::uint16_t>(RTE_PKTMBUF_HEADROOM + plan.bytesOfData);
    for (m_buffers = plan.fitting; m_buffers >= buffersAtLeast; m_buffers /= 2) {
        // One less than a power of two fits the pool's ring.
        m_pool = rte_pktmbuf_pool_create(name.c_str(), static_cast<unsigned>(m_buffers - 1), buffersPerThread, 0, room,
            numaNode < 0 ? SOCKET_ID_ANY : numaNode);
        if (m_pool)
            return true;
    }
    return false;
}

std::size_t PacketPool::buffersInUse() const
{
    return m_pool ? rte_mempool_in_use_count(m_pool) : 0;
}

PacketPool::~PacketPool()
{
    if (m_pool && rte_mempool_full(m_pool))
        rte_mempool_free(m_pool);
}

}
