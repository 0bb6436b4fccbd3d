#include "tests/traffic/ring/call_schedule.h"

#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

constexpr std::uint32_t arrival = UINT32_MAX;
constexpr double ringsAtMost = 1.5; // seconds
constexpr double answeredWithin = ringsAtMost + 0.3; // from the INVITE to the ACK

}

CallSchedule::CallSchedule(const CallScheduleOptions& options)
    : m_options(options)
    , m_random(options.seed)
    , m_calls(options.calls * 3 / 2 + 4096) // a slot, hence its addresses, rests for a minute after its call
    , m_freeSlots(m_calls.size())
    , m_freeCount(m_calls.size())
{
    for (std::uint32_t i = 0; i < m_freeSlots.size(); ++i)
        m_freeSlots[i] = i;
    const double ticksPerCall = ticksPerSecond / options.setUpPerSecond;
    const auto begunBy = static_cast<Tick>(options.calls * ticksPerCall);
    m_steadyFrom = begunBy + static_cast<Tick>(answeredWithin * ticksPerSecond);
    for (std::uint32_t i = 0; i < options.calls; ++i)
        beginCall(static_cast<Tick>(i * ticksPerCall), true);
    planNextArrival(begunBy);
}

std::optional<CallStep> CallSchedule::next(Tick now)
{
    while (!m_events.empty() && m_events.top().at <= now) {
        const Event event = m_events.top();
        m_events.pop();
        if (event.slot == arrival) {
            beginCall(event.at, false);
            planNextArrival(event.at);
            continue;
        }
        planAfter(event.at, event.slot, event.step);
        return CallStep { event.slot, m_calls[event.slot].number, event.step };
    }
    return std::nullopt;
}

void CallSchedule::beginCall(Tick at, bool initial)
{
    if (m_freeCount == 0) // far beyond what was planned for
        return;
    const std::uint32_t slot = m_freeSlots[m_freeHead];
    m_freeHead = (m_freeHead + 1) % m_freeSlots.size();
    --m_freeCount;
    m_calls[slot] = { m_begun++, initial };
    plan(at, slot, Step::Invite);
}

void CallSchedule::planNextArrival(Tick after)
{
    const double mean = m_options.holdMean / m_options.calls * ticksPerSecond; // Little: calls = rate * mean
    plan(after + static_cast<Tick>(std::llround(m_random.exponential(mean))), arrival, Step::Invite);
}

void CallSchedule::planAfter(Tick at, std::uint32_t slot, Step step)
{
    switch (step) {
    case Step::Invite:
        return plan(at + between(0.002, 0.015), slot, Step::Trying);
    case Step::Trying:
        return plan(at + between(0.05, 0.2), slot, Step::Ringing);
    case Step::Ringing:
        return plan(at + between(0.3, ringsAtMost), slot, Step::Answer);
    case Step::Answer:
        return plan(at + between(0.004, 0.03), slot, Step::AckAnswer);
    case Step::AckAnswer:
        return plan(at + hold(m_calls[slot], at), slot, Step::Bye);
    case Step::Bye:
        return plan(at + between(0.004, 0.03), slot, Step::ByeOk);
    default:
        m_freeSlots[(m_freeHead + m_freeCount++) % m_freeSlots.size()] = slot;
    }
}

// A call that is on when the load begins has the rest of a call before it, and long calls are met more often: the
// length-biased inverse Gaussian is mu^2 / X, and any point of it is as likely as another. Without that most of
// the initial calls would be over within seconds.
Tick CallSchedule::hold(const Call& call, Tick answered)
{
    const double whole = m_random.inverseGaussian(m_options.holdMean, m_options.holdShape);
    if (!call.initial)
        return static_cast<Tick>(whole * ticksPerSecond) + 1;
    const double rest = m_random.uniform() * m_options.holdMean * m_options.holdMean / whole;
    return m_steadyFrom - std::min(answered, m_steadyFrom) + static_cast<Tick>(rest * ticksPerSecond) + 1;
}

}
