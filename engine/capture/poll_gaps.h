// How long a port went unpolled, and how often: what it could not hold meanwhile is lost, and what it held is late.
#pragma once

#include "engine/capture/frame_source.h"

#include <array>
#include <atomic>

namespace callmon {

// Filled by the capture thread, read by any.
class PollGaps {
public:
    void add(Nanoseconds gap, Nanoseconds at); // that ended at `at`, on a clock that goes on evenly
    // Since it was taken before, by one thread that judges it.
    Nanoseconds takeLongest() { return Nanoseconds(m_toTake.exchange(0, std::memory_order_relaxed)); }
    Nanoseconds longest() const { return Nanoseconds(m_longest.load(std::memory_order_relaxed)); }
    // poll_gap_longest_us, poll_gap_last_second_us: the longest ever, and in the second before this one, by `at`; then
    // how many were longer than 64 us, 128 us, ... 65 ms, each counting those of the next too.
    std::vector<CaptureCounter> counters() const;

private:
    static constexpr std::size_t buckets = 11; // of powers of two
    static constexpr int shortestBits = 6; // 64 us
    std::atomic<std::int64_t> m_longest { 0 };
    std::atomic<std::int64_t> m_lastSecond { 0 };
    std::atomic<std::int64_t> m_toTake { 0 };
    Nanoseconds m_secondBegan {}; // the capture thread's, as is
    Nanoseconds m_longestSince {};
    std::array<std::atomic<std::uint64_t>, buckets> m_counts {}; // exactly this power of two; the last: and more
};

}
