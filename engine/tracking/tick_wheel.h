// What is due when: L, the calls by when their silence would be too long, and the streams by the end of their second.
// Each lies in the slot of the tick that was known when it was put there. Packets do not move it: when its tick comes,
// it is looked at, and one that was heard of since is put where that leads. So a packet costs nothing here, and a tick
// looks only at what is due.
#pragma once

#include "engine/tracking/activity_list.h"
#include "shared/base/units.h"

#include <algorithm>
#include <array>

namespace callmon {

constexpr Nanoseconds tickLength = std::chrono::milliseconds(100); // of packet time

inline std::int64_t tickNumber(Timestamp at) // rounded up: the first tick that is not before it
{
    const std::int64_t ticks = at.time_since_epoch() / tickLength;
    return Timestamp(ticks * tickLength) < at ? ticks + 1 : ticks;
}

class TickWheel {
public:
    explicit TickWheel(std::uint32_t capacity)
        : m_links(capacity)
        , m_slotOf(capacity)
    {
    }

    // What is armed for a tick that has passed comes at the next one, what is too far ahead sooner: look again then.
    void arm(std::uint32_t index, std::int64_t tick)
    {
        const std::int64_t at = std::clamp(tick, m_now + 1, m_now + slotCount - 1);
        m_slotOf[index] = static_cast<std::uint32_t>(at & (slotCount - 1));
        m_lists[m_slotOf[index]].append(m_links, index);
    }
    void disarm(std::uint32_t index) { m_lists[m_slotOf[index]].remove(m_links, index); }

    // Calls look(index) for all that are armed up to `tick`; they are not armed any more then.
    template <typename Look> void advance(std::int64_t tick, Look&& look)
    {
        m_now = std::max(m_now, tick - slotCount); // all slots, once
        while (m_now < tick) {
            ++m_now;
            ActivityList& due = m_lists[static_cast<std::uint32_t>(m_now & (slotCount - 1))];
            while (!due.empty()) {
                const std::uint32_t index = due.oldest();
                due.remove(m_links, index);
                look(index);
            }
        }
    }
    // For all that are armed, in the order of their ticks; not armed any more then. Time goes on from `tick`.
    template <typename Look> void restart(std::int64_t tick, Look&& look)
    {
        ActivityList all;
        for (std::int64_t i = 0; i < slotCount; ++i) {
            ActivityList& list = m_lists[static_cast<std::uint32_t>((m_now + 1 + i) & (slotCount - 1))];
            while (!list.empty()) {
                const std::uint32_t index = list.oldest();
                list.remove(m_links, index);
                all.append(m_links, index);
            }
        }
        m_now = tick;
        while (!all.empty()) {
            const std::uint32_t index = all.oldest();
            all.remove(m_links, index);
            look(index);
        }
    }
    void touch()
    {
        m_links.touch();
        m_slotOf.touch();
    }

private:
    static constexpr std::int64_t slotCount = 4096; // of 100 ms: nearly 7 minutes, longer than media may be silent

    std::int64_t m_now = 0;
    LazyArray<ListLink> m_links;
    LazyArray<std::uint32_t> m_slotOf;
    std::array<ActivityList, slotCount> m_lists;
};

}
