// What a DPDK port counts: frames that came, and by the device's own word those that did not get here.
#pragma once

#include "engine/capture/frame_source.h"

#include <atomic>

namespace callmon {

// The capture thread's, but for counters(), which any thread may ask for.
class PortStatistics {
public:
    void addFrames(std::size_t frames) { add(m_frames, frames); }
    void addOversized() { add(m_oversized, 1); }
    // A card's take microseconds to read: not for every poll, but soon after one that may have come too late. How many
    // frames were lost since the reading before.
    std::uint64_t lostSince(std::uint16_t port, Nanoseconds polled, Nanoseconds gap);
    // port_frames, port_oversized_frames, nic_missed, nic_errors, nic_no_buffers.
    std::vector<CaptureCounter> counters() const;

private:
    using Counter = std::atomic<std::uint64_t>;
    static void add(Counter& counter, std::uint64_t more) // by one thread only
    {
        counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }

    Nanoseconds m_read {};
    Counter m_frames { 0 };
    Counter m_oversized { 0 };
    Counter m_missed { 0 };
    Counter m_errors { 0 };
    Counter m_noBuffers { 0 };
};

}
