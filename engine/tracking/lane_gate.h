// How far each of several lanes may go, and has gone, in the sequence of frames. Lane 0 leads: it runs signalling.
#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <memory>
#include <thread>

namespace callmon {

// A lane touches its tables only for frames below the watermark: all signalling before those is known to it. Once it
// has done its frames below the watermark and before this is raised, lane 0 owns its tables: that is how calls end at
// the same place in the sequence whatever the number of lanes. Waiting yields the core; waits are rare and short: one
// every 100 ms of packet time, as long as the slowest lane is behind.
class LaneGate {
public:
    explicit LaneGate(std::size_t lanes)
        : m_lanes(lanes)
        , m_done(std::make_unique<Position[]>(lanes))
    {
    }

    // Lane 0. Everything before `sequence` that concerns other lanes is in their queues.
    void open(std::uint64_t sequence) { m_watermark.value.store(sequence, std::memory_order_release); }
    // Lane 0. Opens up to `sequence`; when this returns, the other lanes stand there until open() is called again.
    void gather(std::uint64_t sequence)
    {
        open(sequence);
        for (std::size_t lane = 1; lane < m_lanes; ++lane)
            wait([&] { return m_done[lane].value.load(std::memory_order_acquire) >= sequence; });
    }
    // Other lanes: returns once frame `sequence` may be processed, and how far it goes.
    std::uint64_t enter(std::uint64_t sequence) const
    {
        std::uint64_t watermark = 0;
        wait([&] { return (watermark = m_watermark.value.load(std::memory_order_acquire)) > sequence; });
        return watermark;
    }
    // Other lanes: their frames before `sequence` are done, and those from there on not begun.
    void done(std::size_t lane, std::uint64_t sequence)
    {
        m_done[lane].value.store(sequence, std::memory_order_release);
    }

private:
    struct alignas(64) Position {
        std::atomic<std::uint64_t> value { 0 };
    };
    template <typename Ready> static void wait(Ready&& ready)
    {
        constexpr int spins = 200;
        for (int i = 0; !ready(); ++i) {
            if (i >= spins)
                std::this_thread::yield();
        }
    }

    std::size_t m_lanes;
    Position m_watermark;
    std::unique_ptr<Position[]> m_done; // by lane
};

}
