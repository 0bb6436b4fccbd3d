#include "engine/capture/poll_gaps.h"

#include <algorithm>
#include <bit>

namespace callmon {

void PollGaps::add(Nanoseconds gap, Nanoseconds at)
{
    m_longestSince = std::max(m_longestSince, gap);
    if (at - m_secondBegan >= std::chrono::seconds(1)) {
        m_lastSecond.store(m_longestSince.count(), std::memory_order_relaxed);
        m_secondBegan = at;
        m_longestSince = {};
    }
    // Taken in between, the gap is of the next time: none is lost.
    if (gap.count() > m_toTake.load(std::memory_order_relaxed))
        m_toTake.store(gap.count(), std::memory_order_relaxed);
    if (gap.count() > m_longest.load(std::memory_order_relaxed))
        m_longest.store(gap.count(), std::memory_order_relaxed);
    const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(gap.count(), 0)) / 1000;
    const int bits = static_cast<int>(std::bit_width(microseconds)) - 1 - shortestBits;
    if (bits < 0)
        return;
    auto& count = m_counts[std::min(static_cast<std::size_t>(bits), buckets - 1)];
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::vector<CaptureCounter> PollGaps::counters() const
{
    static constexpr std::array<const char*, buckets> names { "poll_gaps_over_64us", "poll_gaps_over_128us",
        "poll_gaps_over_256us", "poll_gaps_over_512us", "poll_gaps_over_1ms", "poll_gaps_over_2ms",
        "poll_gaps_over_4ms", "poll_gaps_over_8ms", "poll_gaps_over_16ms", "poll_gaps_over_32ms",
        "poll_gaps_over_65ms" };
    std::vector<CaptureCounter> counters(buckets + 2);
    counters[0] = { "poll_gap_longest_us", static_cast<std::uint64_t>(longest().count() / 1000) };
    counters[1] = { "poll_gap_last_second_us",
        static_cast<std::uint64_t>(m_lastSecond.load(std::memory_order_relaxed) / 1000) };
    std::uint64_t above = 0;
    for (std::size_t i = buckets; i-- > 0;) {
        above += m_counts[i].load(std::memory_order_relaxed);
        counters[i + 2] = { names[i], above };
    }
    return counters;
}

}
