#include "engine/tracking/call.h"

#include "engine/tracking/call_signalling.h"

#include <algorithm>

namespace callmon {

std::optional<Milliseconds> Call::sinceInvite(Timestamp at) const
{
    if (!firstInviteAt || at < *firstInviteAt)
        return std::nullopt;
    return Milliseconds(at - *firstInviteAt);
}

Milliseconds Call::heldUntil(Timestamp at) const
{
    return heldBefore + (heldSince && at > *heldSince ? Milliseconds(at - *heldSince) : Milliseconds {});
}

ActivityClass Call::activity() const
{
    if (!confirmed)
        return ActivityClass::Cancelled;
    if (ended)
        return cancelled && record.finalCode == 0 ? ActivityClass::Cancelled : ActivityClass::Lingering;
    if (!record.answeredAt) // an INVITE that nobody responds to is given up sooner
        return record.lastCode == 0 && !record.beganBeforeProbe ? ActivityClass::Unheard : ActivityClass::Setup;
    return held() || record.streamCount == 0 ? ActivityClass::Quiet : ActivityClass::Talking;
}

void Call::ring(Timestamp at)
{
    if (record.answeredAt || ended)
        return;
    if (!record.ringingAt && (!record.postDialDelay || challenged))
        record.postDialDelay = sinceInvite(at);
    if (!record.ringingAt)
        record.ringingAt = at;
    record.state = CallState::Ringing;
}

void Call::answer(Timestamp at)
{
    if (record.answeredAt)
        return;
    if (!record.ringingAt && (!record.postDialDelay || challenged))
        record.postDialDelay = sinceInvite(at);
    record.answeredAt = at;
    record.answerDelay = sinceInvite(at);
    record.outcome = CallOutcome::Answered;
    record.state = CallState::Answered;
}

void Call::end(Timestamp at, EndedBy by)
{
    ended = true;
    record.state = CallState::Ended;
    record.endedAt = at;
    record.endedBy = by;
    settleHold(at);
}

void Call::reopen(CallState state)
{
    ended = false;
    challenged = false;
    cancelled = false;
    record.state = state;
    record.endedAt.reset();
    record.q850Cause = 0;
    record.endReason = std::string_view();
    record.endedBy = EndedBy::Nobody;
}

void Call::settleHold(Timestamp at)
{
    const bool on = record.answeredAt && !ended;
    const bool holding = on && held();
    if (on)
        record.state = holding ? CallState::OnHold : CallState::Answered;
    if (holding && !heldSince) {
        heldSince = at;
        record.holds = static_cast<std::uint16_t>(std::min(record.holds + 1, 0xffff));
    } else if (!holding && heldSince) {
        heldBefore = heldUntil(at);
        heldSince.reset();
    }
}

void Call::conclude(EndedBy reason)
{
    if (!ended) {
        if (challenged && !record.answeredAt) { // no credentials followed: the challenge was the final response
            end(challengedAt, EndedBy::Callee);
        } else {
            if (!record.answeredAt && record.finalCode == 0 && otherBranchFailure != 0) {
                record.finalCode = otherBranchFailure;
                record.outcome = outcomeOfFailure(otherBranchFailure);
            }
            end(record.lastPacketAt, reason);
        }
    }
    record.holdTime = heldBefore;
}

}
