#include "engine/tracking/recording_desk.h"

namespace callmon {

using Decision = Call::Decision;

RecordingDesk::RecordingDesk(const TrackerOptions& options, bool keepsMedia)
    : m_rules(options.recording)
    , m_keepsMedia(keepsMedia)
    , m_links(options.maxCalls)
{
}

bool RecordingDesk::look(std::uint32_t index, Call& call, const MediaLane& lane, Timestamp now)
{
    if (call.recording == Decision::Made || !call.confirmed)
        return false;
    // A number that is dialled key by key is whole when somebody is called by it.
    const bool dialling =
        call.record.signalling == Signalling::Skinny && call.record.state == CallState::Trying && !call.ended;
    const bool complete = call.ended || (call.described[0] && call.described[1]);
    if (!dialling && decide(index, call, lane, complete))
        return true;
    if (call.recording == Decision::None)
        put(index, call, Decision::Waits);
    if (call.recording == Decision::Waits && call.record.answeredAt) {
        put(index, call, Decision::Answered);
        call.recordingDueAt = now + patience;
    }
    return false;
}

void RecordingDesk::close(std::uint32_t index, Call& call, const MediaLane& lane)
{
    if (call.recording != Decision::Made)
        decide(index, call, lane, true);
}

void RecordingDesk::forget(std::uint32_t index, const Call& call)
{
    if (call.recording == Decision::Waits)
        m_waiting.remove(m_links, index);
    else if (call.recording == Decision::Answered)
        m_answered.remove(m_links, index);
}

bool RecordingDesk::decide(std::uint32_t index, Call& call, const MediaLane& lane, bool complete)
{
    CallRecord& record = call.record;
    if (!m_keepsMedia) {
        record.recorded = Recording::No;
        record.recordingRule = figuresOnly;
        put(index, call, Decision::Made);
        return true;
    }
    std::array<IpAddress, CallMedia::maxAddresses> media;
    RecordedCall asked { record.key, record.caller, record.callee, { record.callerAddress.ip, record.calleeAddress.ip },
        lane.describedHosts(index, media), call.recordingHeaders, complete };
    const auto decision = m_rules.current().decide(asked);
    if (!decision)
        return false;
    call.recorded = decision->recorded;
    record.recorded = call.recorded ? Recording::Yes : Recording::No;
    record.recordingRule = decision->rule;
    put(index, call, Decision::Made);
    return true;
}

void RecordingDesk::put(std::uint32_t index, Call& call, Decision into)
{
    forget(index, call);
    call.recording = into;
    if (into == Decision::Waits)
        m_waiting.append(m_links, index);
    else if (into == Decision::Answered)
        m_answered.append(m_links, index);
}

}
