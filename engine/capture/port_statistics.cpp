#include "engine/capture/port_statistics.h"

#include <rte_ethdev.h>

namespace callmon {

using namespace std::chrono_literals;

std::uint64_t PortStatistics::lostSince(std::uint16_t port, Nanoseconds polled, Nanoseconds gap)
{
    constexpr auto every = 100ms;
    constexpr auto suspiciousGap = 4ms;
    if (polled - m_read < every && gap < suspiciousGap)
        return 0;
    m_read = polled;
    rte_eth_stats stats {};
    if (rte_eth_stats_get(port, &stats) != 0)
        return 0;
    std::uint64_t lost = 0;
    const auto follow = [&](Counter& counter, std::uint64_t value) {
        const std::uint64_t before = counter.load(std::memory_order_relaxed);
        if (value > before) // some drivers start again from 0
            lost += value - before;
        counter.store(value, std::memory_order_relaxed);
    };
    follow(m_missed, stats.imissed);
    follow(m_errors, stats.ierrors);
    follow(m_noBuffers, stats.rx_nombuf);
    return lost;
}

std::vector<CaptureCounter> PortStatistics::counters() const
{
    const auto valueOf = [](const Counter& counter) { return counter.load(std::memory_order_relaxed); };
    return { { "port_frames", valueOf(m_frames) }, { "port_oversized_frames", valueOf(m_oversized) },
        { "nic_missed", valueOf(m_missed) }, { "nic_errors", valueOf(m_errors) },
        { "nic_no_buffers", valueOf(m_noBuffers) } };
}

}
