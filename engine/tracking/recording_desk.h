// Which calls are recorded: asked when a call is set up, by the rules that were in force then.
//
// A call is decided with its first messages, or, where a rule that may still fit asks for the address of media or for
// a header that was not seen yet, once both sides have described their media, or a second after the answer. Until then
// nothing of it is kept; afterwards nothing changes the decision.
#pragma once

#include "engine/tracking/activity_list.h"
#include "engine/tracking/call.h"
#include "engine/tracking/media_lane.h"
#include "shared/base/handed_over.h"
#include "shared/calls/recording_policy.h"

namespace callmon {

// Lane 0's thread, but for replaceRules(). Nothing is allocated after the constructor.
class RecordingDesk {
public:
    // `keepsMedia` is false of an engine that keeps figures only: it records no call.
    RecordingDesk(const TrackerOptions& options, bool keepsMedia);

    void replaceRules(RecordingPolicy rules) { m_rules.replace(std::move(rules)); } // any thread; for calls to come

    template <typename ValueOf> void readHeaders(Call& call, ValueOf&& valueOf) const // of an INVITE
    {
        if (call.recording != Call::Decision::Made && m_rules.current().asksForHeaders())
            call.recordingHeaders |= m_rules.current().headersOf(valueOf);
    }
    // What is known of a call has changed. True when it was decided by this.
    bool look(std::uint32_t index, Call& call, const MediaLane& lane, Timestamp now);
    void close(std::uint32_t index, Call& call, const MediaLane& lane); // decides, if need be: it leaves the tables
    void forget(std::uint32_t index, const Call& call); // likewise, and was none

    // At each tick: `decided(index)` is called for each call whose time has come, by itself or because of new rules.
    template <typename CallOf, typename Decided>
    void tick(Timestamp now, CallOf&& callOf, const MediaLane& lane, Decided&& decided);
    void touch() { m_links.touch(); }

private:
    static constexpr Nanoseconds patience = std::chrono::seconds(1); // for an ACK with the description

    bool decide(std::uint32_t index, Call& call, const MediaLane& lane, bool complete);
    void put(std::uint32_t index, Call& call, Call::Decision into);

    HandedOver<RecordingPolicy> m_rules;
    const bool m_keepsMedia;
    LazyArray<ListLink> m_links;
    ActivityList m_waiting; // for more to be known
    ActivityList m_answered; // likewise, by when they were: for so long at most
};

template <typename CallOf, typename Decided>
void RecordingDesk::tick(Timestamp now, CallOf&& callOf, const MediaLane& lane, Decided&& decided)
{
    const auto settle = [&](std::uint32_t index) {
        decide(index, callOf(index), lane, true);
        decided(index);
    };
    const bool replaced = m_rules.isReplaced();
    const auto isDue = [&](Timestamp at) { return at <= now || at - now > patience; }; // or the clock stepped back
    while (!m_answered.empty() && (replaced || isDue(callOf(m_answered.oldest()).recordingDueAt)))
        settle(m_answered.oldest());
    if (!replaced)
        return;
    while (!m_waiting.empty())
        settle(m_waiting.oldest());
    m_rules.takeNewest();
}

}
