// Which call sends which message when. Knows nothing of frames: time is counted in ticks of the wheel.
#pragma once

#include "tests/traffic/random.h"
#include "tests/traffic/ring/stream_wheel.h"
#include "tests/traffic/sip_dialogue.h"

#include <optional>
#include <queue>
#include <vector>

namespace callmon {

using Tick = std::uint64_t;
constexpr double ticksPerSecond = StreamWheel::slotCount / 0.02;

struct CallScheduleOptions {
    std::uint64_t seed = 1;
    std::uint32_t calls = 0; // there from the start
    double holdMean = 117;
    double holdShape = 19;
    double setUpPerSecond = 10'000;
};

struct CallStep {
    std::uint32_t slot = 0; // of the call, its own while it is on and for some time after
    std::uint64_t call = 0; // number
    Step step = Step::Invite;
};

class CallSchedule {
public:
    explicit CallSchedule(const CallScheduleOptions& options);

    // The next step due by then.
    std::optional<CallStep> next(Tick now);
    Tick steadyFrom() const { return m_steadyFrom; } // the initial calls are answered by then
    std::size_t slotCount() const { return m_calls.size(); }
    std::uint64_t seedOf(std::uint64_t call) const { return mixBits(m_options.seed) ^ mixBits(call * 2 + 1); }

private:
    struct Event {
        Tick at = 0;
        std::uint64_t order = 0;
        std::uint32_t slot = 0; // arrival when it is none
        Step step = Step::Invite;
        bool operator>(const Event& other) const { return at != other.at ? at > other.at : order > other.order; }
    };
    struct Call {
        std::uint64_t number = 0;
        bool initial = false;
    };

    void plan(Tick at, std::uint32_t slot, Step step) { m_events.push({ at, m_order++, slot, step }); }
    void beginCall(Tick at, bool initial);
    void planNextArrival(Tick after);
    void planAfter(Tick at, std::uint32_t slot, Step step);
    Tick hold(const Call& call, Tick answered);
    Tick between(double low, double high) { return static_cast<Tick>(m_random.uniform(low, high) * ticksPerSecond); }

    const CallScheduleOptions m_options;
    Random m_random;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> m_events;
    std::uint64_t m_order = 0;
    std::vector<Call> m_calls; // by slot
    std::vector<std::uint32_t> m_freeSlots; // a ring: the longest free is taken first
    std::size_t m_freeHead = 0;
    std::size_t m_freeCount = 0;
    std::uint64_t m_begun = 0;
    Tick m_steadyFrom = 0;
};

}
