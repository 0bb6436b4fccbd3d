// What a batch keeps of the packet buffers that its frames lie in, so that most of them go back to their pool without
// being read again: by then they have left the caches, and to free one takes two lines of it.
#pragma once

#include <array>
#include <cstdint>
#include <span>

struct rte_mbuf;
struct rte_mempool;

namespace callmon {

// A buffer is plain when it holds a whole frame in memory of its own, and nobody else has a reference: then nothing in
// it is to be undone when it is freed (rte_pktmbuf_prefree_seg() in rte_mbuf.h). Read at reception, when the driver
// has just written it, and kept beside the pointer, in the bits that its alignment leaves: no reference is taken
// between reception and release.
class BufferOwners {
public:
    void* ownerOf(rte_mbuf* buffer);
    static rte_mbuf* bufferOf(void* owner);
    // All are freed.
    void release(std::span<void*> owners) const;

private:
    static constexpr std::uintptr_t alignment = 64; // of rte_mbuf
    static constexpr std::uintptr_t poolMask = alignment - 1;

    std::uintptr_t numberOf(rte_mempool* pool); // 0: there are too many

    // Those that plain buffers came from, numbered from 1. Usually one, the port's own; net_ring hands on others'.
    std::array<rte_mempool*, poolMask + 1> m_pools {};
    std::uintptr_t m_latest = 0; // where the buffer before came from
};

}
