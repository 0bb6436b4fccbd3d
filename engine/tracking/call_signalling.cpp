#include "engine/tracking/call_signalling.h"

#include "engine/tracking/call_table.h"

#include <algorithm>

namespace callmon {

namespace {

std::uint64_t hashOrZero(std::string_view text)
{
    return text.empty() ? 0 : hashOfText(text);
}

bool isChallenge(std::uint16_t status)
{
    return status == 401 || status == 407;
}

std::string_view nameOf(const SipAddress& address)
{
    return address.user.empty() ? address.host : address.user;
}

Party requesterOf(const Call& call, const SipMessage& message, const FlowKey& flow)
{
    const std::uint64_t from = hashOrZero(message.from.tag);
    const std::uint64_t to = hashOrZero(message.to.tag);
    if (call.callerTag != 0 && from == call.callerTag)
        return Party::Caller;
    if (call.callerTag != 0 && to == call.callerTag)
        return Party::Callee;
    if (call.answeredTag != 0 && from == call.answeredTag)
        return Party::Callee;
    const Endpoint& requester = message.isRequest ? flow.src : flow.dst;
    if (requester == call.record.callerAddress)
        return Party::Caller;
    if (requester == call.record.calleeAddress)
        return Party::Callee;
    return requester.ip == call.record.calleeAddress.ip ? Party::Callee : Party::Caller;
}

// A proxy that forks or tries one target after another sees failures and sends CANCELs that the caller knows nothing
// of: what ends a call is what passes on the hop nearest to the caller.
bool onFirstHop(const Call& call, const SipMessage& message, const FlowKey& flow)
{
    const std::uint64_t branch = hashOrZero(message.viaBranch);
    return branch == 0 || call.firstBranch == 0 || branch == call.firstBranch
        || (message.isRequest ? flow.src : flow.dst) == call.record.callerAddress;
}

void endCall(Call& call, Timestamp at, EndedBy by)
{
    call.ended = true;
    call.record.state = CallState::Ended;
    call.record.endedAt = at;
    call.record.endedBy = by;
}

void reopenCall(Call& call, CallState state)
{
    call.ended = false;
    call.challenged = false;
    call.cancelled = false;
    call.record.state = state;
    call.record.endedAt.reset();
    call.record.endedBy = EndedBy::Nobody;
}

std::optional<Milliseconds> sinceInvite(const Call& call, Timestamp at)
{
    if (!call.firstInviteAt || at < *call.firstInviteAt)
        return std::nullopt;
    return Milliseconds(at - *call.firstInviteAt);
}

// First 18x or final response; a challenge does not count when credentials follow.
void notePostDialDelay(Call& call, Timestamp at)
{
    if (!call.record.ringingAt && (!call.record.postDialDelay || call.challenged))
        call.record.postDialDelay = sinceInvite(call, at);
}

void onInvite(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    CallRecord& record = call.record;
    if (!call.confirmed) { // its response came first
        call.confirmed = true;
        call.firstInviteAt = at;
        record.callerAddress = flow.src;
        record.calleeAddress = flow.dst;
        call.attemptCseq = message.cseq;
        call.firstBranch = hashOrZero(message.viaBranch);
        return;
    }
    const bool another = static_cast<std::int32_t>(message.cseq - call.attemptCseq) > 0;
    if (record.answeredAt || !another)
        return; // re-INVITE, or the same INVITE on its next hop
    // The same attempt goes on: with credentials after 401 and 407, or elsewhere after a redirection or failure.
    if (call.challenged && !record.ringingAt)
        record.postDialDelay.reset(); // the challenge was no answer to the caller
    call.attemptCseq = message.cseq;
    call.firstBranch = hashOrZero(message.viaBranch);
    call.otherBranchFailure = 0;
    record.outcome = CallOutcome::Incomplete;
    record.finalCode = 0;
    reopenCall(call, record.ringingAt ? CallState::Ringing : CallState::Trying);
}

void onSuccess(Call& call, const SipMessage& message, Timestamp at)
{
    CallRecord& record = call.record;
    if (record.answeredAt)
        return; // on another hop, or of another fork
    const bool byeCameFirst = call.ended && !call.cancelled && record.outcome == CallOutcome::Incomplete;
    record.answeredAt = at;
    record.answerDelay = sinceInvite(call, at);
    record.outcome = CallOutcome::Answered;
    record.finalCode = message.status;
    call.answeredTag = hashOrZero(message.to.tag);
    notePostDialDelay(call, at);
    if (!byeCameFirst)
        reopenCall(call, CallState::Answered);
}

void onFailure(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    CallRecord& record = call.record;
    if (record.answeredAt)
        return;
    if (!onFirstHop(call, message, flow)) {
        call.otherBranchFailure = message.status;
        return;
    }
    record.finalCode = message.status;
    notePostDialDelay(call, at);
    if (isChallenge(message.status) && !call.cancelled) {
        call.challenged = true;
        record.outcome = CallOutcome::Failed;
        call.challengedAt = at;
        return;
    }
    record.outcome = call.cancelled ? CallOutcome::Cancelled : outcomeOfFailure(message.status);
    endCall(call, at, record.outcome == CallOutcome::Cancelled ? EndedBy::Caller : EndedBy::Callee);
}

void onInviteResponse(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    CallRecord& record = call.record;
    if (!record.signallingRtt)
        record.signallingRtt = sinceInvite(call, at);
    if (message.status >= 300)
        return onFailure(call, message, flow, at);
    if (message.status >= 200)
        return onSuccess(call, message, at);
    if (message.status < 180 || record.answeredAt || call.ended)
        return;
    notePostDialDelay(call, at);
    if (!record.ringingAt)
        record.ringingAt = at;
    record.state = CallState::Ringing;
}

void onCancel(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    if (call.record.answeredAt || call.ended || !onFirstHop(call, message, flow))
        return;
    call.cancelled = true;
    call.record.outcome = CallOutcome::Cancelled;
    endCall(call, at, EndedBy::Caller);
}

void onBye(Call& call, const SipMessage& message, Party sender, Timestamp at)
{
    if (call.ended)
        return;
    // Of several forks that answered, the caller keeps one and says BYE to the others.
    const std::uint64_t tag = hashOrZero(sender == Party::Caller ? message.to.tag : message.from.tag);
    if (tag != 0 && call.answeredTag != 0 && tag != call.answeredTag)
        return;
    endCall(call, at, sender == Party::Caller ? EndedBy::Caller : EndedBy::Callee);
}

}

Opening openingOf(const SipMessage& message)
{
    if (message.method != SipMethod::Invite)
        return Opening::No;
    return message.isRequest ? Opening::Call : Opening::Unconfirmed;
}

void beginCall(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    CallRecord& record = call.record;
    record.startedAt = at;
    record.lastPacketAt = at;
    record.caller = nameOf(message.from);
    record.callee = nameOf(message.to);
    record.callerAddress = message.isRequest ? flow.src : flow.dst;
    record.calleeAddress = message.isRequest ? flow.dst : flow.src;
    call.callerTag = hashOrZero(message.from.tag);
    call.attemptCseq = message.cseq;
    call.firstBranch = hashOrZero(message.viaBranch);
    call.confirmed = message.isRequest;
    if (message.isRequest)
        call.firstInviteAt = at;
}

Party senderOf(const Call& call, const SipMessage& message, const FlowKey& flow)
{
    const Party requester = requesterOf(call, message, flow);
    return message.isRequest ? requester : otherThan(requester);
}

bool isRepeated(Call& call, const SipMessage& message, const FlowKey& flow)
{
    std::uint64_t print = message.isRequest ? 1 : 2;
    const auto mix = [&](std::uint64_t part) { print = (print ^ part) * 0x9e3779b97f4a7c15ULL + (print >> 29); };
    mix(static_cast<std::uint64_t>(message.method) << 48 | std::uint64_t { message.status } << 32 | message.cseq);
    mix(hashOrZero(message.viaBranch));
    mix(hashOrZero(message.from.tag));
    mix(hashOrZero(message.to.tag));
    mix(hashOrZero(message.body));
    mix(hashOf(flow.src));
    mix(hashOf(flow.dst));
    const auto known = std::min<std::size_t>(call.rememberedCount, Call::maxRemembered);
    const auto end = call.remembered.begin() + static_cast<std::ptrdiff_t>(known);
    if (std::find(call.remembered.begin(), end, print) != end)
        return true;
    call.remembered[call.rememberedCount++ % Call::maxRemembered] = print;
    return false;
}

void applyMessage(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    const Party requester = requesterOf(call, message, flow);
    if (!message.isRequest) {
        call.record.lastCode = message.status;
        if (message.method == SipMethod::Invite && requester == Party::Caller && message.cseq == call.attemptCseq)
            onInviteResponse(call, message, flow, at);
        return;
    }
    if (message.method == SipMethod::Invite && requester == Party::Caller)
        onInvite(call, message, flow, at);
    else if (message.method == SipMethod::Cancel && requester == Party::Caller)
        onCancel(call, message, flow, at);
    else if (message.method == SipMethod::Bye)
        onBye(call, message, requester, at);
}

CallOutcome outcomeOfFailure(std::uint16_t status)
{
    switch (status) {
    case 486:
    case 600:
        return CallOutcome::Busy;
    case 487:
        return CallOutcome::Cancelled;
    case 408:
    case 480:
        return CallOutcome::NoAnswer;
    case 403:
    case 433:
    case 488:
    case 603:
    case 606:
        return CallOutcome::Rejected;
    default:
        return CallOutcome::Failed;
    }
}

ActivityClass activityClassOf(const Call& call)
{
    if (!call.confirmed)
        return ActivityClass::Cancelled;
    if (call.ended)
        return call.cancelled && call.record.finalCode == 0 ? ActivityClass::Cancelled : ActivityClass::Lingering;
    if (!call.record.answeredAt)
        return ActivityClass::Setup;
    return call.held() || call.record.streamCount == 0 ? ActivityClass::Quiet : ActivityClass::Talking;
}

}
