// The memory behind a DPDK port: buffers of its frames.
#pragma once

#include "engine/capture/eal.h"

#include <cstdint>

struct rte_mempool;

namespace callmon {

// Decided before DPDK is started, which must be told how much memory to reserve.
struct PoolPlan {
    std::size_t bytesOfData = 0; // of a frame that a buffer holds
    std::size_t wanted = 0; // buffers
    std::size_t fitting = 0; // of these, in the memory there is
    bool hugePages = false;

    std::size_t bytes() const;
};

// As many buffers of `bytesOfData` as `mbufs` usual ones take memory, halved while they do not fit; but 8192 at least.
// Of 0: usualBuffers, doubled up to mostBuffersUnasked while two thirds of the huge pages it may have hold them (the
// rest is the recording's). Every frame that a stall of processing keeps waiting is in one: 1,048,576 are 200 ms of
// 5.2 million frames a second, 131,072 are 25 ms. bench: consoles_bench --ring-batches
constexpr std::size_t usualBuffers = 131'072;
constexpr std::size_t mostBuffersUnasked = 1'048'576;
PoolPlan planPool(std::size_t mbufs, std::size_t bytesOfData, const EalMemory& memory);

class PacketPool {
public:
    PacketPool() = default;
    PacketPool(const PacketPool&) = delete;
    PacketPool& operator=(const PacketPool&) = delete;
    // Leaves it where buffers were not given back: someone still reads them.
    ~PacketPool();

    // For that port, on its NUMA node (below 0: any). Fewer where so many are not to be had; false: not even 8192.
    bool make(const PoolPlan& plan, std::uint16_t port, int numaNode);
    std::size_t buffers() const { return m_buffers; }
    std::size_t buffersInUse() const; // about; any thread
    rte_mempool* pool() const { return m_pool; }

private:
    rte_mempool* m_pool = nullptr;
    std::size_t m_buffers = 0;
};

}
