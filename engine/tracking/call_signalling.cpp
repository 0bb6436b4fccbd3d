#include "engine/tracking/call_signalling.h"

#include "shared/base/seeded_hash.h"

#include <algorithm>

namespace callmon {

namespace {

bool isChallenge(std::uint16_t status)
{
    return status == 401 || status == 407;
}

Party requesterOf(const Call& call, const SipMessage& message, const FlowKey& flow)
{
    const std::uint64_t from = fingerprintOf(message.from.tag);
    const std::uint64_t to = fingerprintOf(message.to.tag);
    if (call.sip.callerTag != 0 && from == call.sip.callerTag)
        return Party::Caller;
    if (call.sip.callerTag != 0 && to == call.sip.callerTag)
        return Party::Callee;
    if (call.sip.answeredTag != 0 && from == call.sip.answeredTag)
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
    const std::uint64_t branch = fingerprintOf(message.viaBranch);
    return branch == 0 || call.sip.firstBranch == 0 || branch == call.sip.firstBranch
        || (message.isRequest ? flow.src : flow.dst) == call.record.callerAddress;
}

bool isOfNextAttempt(const Call& call, const SipMessage& message)
{
    return static_cast<std::int32_t>(message.cseq - call.sip.attemptCseq) > 0;
}

// The same call goes on: with credentials after 401 and 407, or elsewhere after a redirection or failure.
void beginNextAttempt(Call& call, const SipMessage& message)
{
    CallRecord& record = call.record;
    if (call.challenged && !record.ringingAt)
        record.postDialDelay.reset(); // the challenge was no answer to the caller
    call.sip.attemptCseq = message.cseq;
    call.sip.firstBranch = fingerprintOf(message.viaBranch);
    call.otherBranchFailure = 0;
    call.sip.branchCount = 0;
    record.branches = 0;
    record.outcome = CallOutcome::Incomplete;
    record.finalCode = 0;
    call.reopen(record.ringingAt ? CallState::Ringing : CallState::Trying);
}

void onInvite(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    CallRecord& record = call.record;
    if (!call.confirmed) { // its response came first
        call.confirmed = true;
        call.firstInviteAt = at;
        record.callerAddress = flow.src;
        record.calleeAddress = flow.dst;
        call.sip.attemptCseq = message.cseq;
        call.sip.firstBranch = fingerprintOf(message.viaBranch);
        return;
    }
    if (record.answeredAt || !isOfNextAttempt(call, message))
        return; // re-INVITE, or the same INVITE on its next hop
    beginNextAttempt(call, message);
    if (!call.firstInviteAt && message.to.tag.empty()) { // what was challenged was not seen; this is
        call.firstInviteAt = at;
        record.beganBeforeProbe = false;
    }
}

void onSuccess(Call& call, const SipMessage& message, Timestamp at)
{
    CallRecord& record = call.record;
    if (record.answeredAt) { // on another hop, or of another fork; or its ACK came first
        if (record.finalCode == 0)
            record.finalCode = message.status;
        return;
    }
    const bool byeCameFirst = call.ended && !call.cancelled && record.outcome == CallOutcome::Incomplete;
    call.answer(at);
    record.finalCode = message.status;
    call.sip.answeredTag = fingerprintOf(message.to.tag);
    if (byeCameFirst) { // which left the early dialog, and met the answer (RFC 5407 3.1.3)
        record.state = CallState::Ended;
        record.endedAt = std::max(record.endedAt.value_or(at), at);
    } else {
        call.reopen(CallState::Answered);
    }
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
    if (!record.ringingAt && (!record.postDialDelay || call.challenged))
        record.postDialDelay = call.sinceInvite(at);
    if (isChallenge(message.status) && !call.cancelled) {
        call.challenged = true;
        record.outcome = CallOutcome::Failed;
        call.challengedAt = at;
        return;
    }
    record.outcome = call.cancelled ? CallOutcome::Cancelled : outcomeOfFailure(message.status);
    call.end(at, record.outcome == CallOutcome::Cancelled ? EndedBy::Caller : EndedBy::Callee);
}

// RFC 3261 12.1: each branch that a proxy forked to answers with a tag of its own.
void noteBranch(Call& call, std::uint64_t tag)
{
    SipDialogueState& sip = call.sip;
    const auto end = sip.branchTags.begin() + static_cast<std::ptrdiff_t>(sip.branchCount);
    if (tag == 0 || sip.branchCount == sip.branchTags.size() || std::find(sip.branchTags.begin(), end, tag) != end)
        return;
    sip.branchTags[sip.branchCount++] = tag;
    call.record.branches = static_cast<std::uint16_t>(sip.branchCount);
}

void onInviteResponse(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    CallRecord& record = call.record;
    if (!record.signallingRtt)
        record.signallingRtt = call.sinceInvite(at);
    if (message.status > 100 && message.status < 300)
        noteBranch(call, fingerprintOf(message.to.tag));
    if (message.status >= 300)
        return onFailure(call, message, flow, at);
    if (message.status >= 200)
        return onSuccess(call, message, at);
    if (message.status / 10 == 18) // not 199, which alerts nobody (RFC 6228)
        call.ring(at);
}

// That of a failure has the branch of its INVITE; one with a branch of its own is for a 2xx (RFC
// 3261 17.1.1.3, 13.2.2.4), of which the probe may have seen nothing else.
void onAck(Call& call, const SipMessage& message, Timestamp at)
{
    CallRecord& record = call.record;
    const std::uint64_t branch = fingerprintOf(message.viaBranch);
    const bool anyFinal = record.answeredAt || call.ended || record.finalCode != 0 || call.otherBranchFailure != 0;
    if (anyFinal || message.cseq != call.sip.attemptCseq || message.to.tag.empty() || branch == 0
        || branch == call.sip.firstBranch)
        return;
    call.answer(at);
    call.sip.answeredTag = fingerprintOf(message.to.tag);
}

void onCancel(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    if (call.record.answeredAt || call.ended || !onFirstHop(call, message, flow))
        return;
    call.cancelled = true;
    call.record.outcome = CallOutcome::Cancelled;
    call.end(at, EndedBy::Caller);
}

void onBye(Call& call, const SipMessage& message, Party sender, Timestamp at)
{
    if (call.ended)
        return;
    // Of several forks that answered, the caller keeps one and says BYE to the others.
    const std::uint64_t tag = fingerprintOf(sender == Party::Caller ? message.to.tag : message.from.tag);
    if (tag != 0 && call.sip.answeredTag != 0 && tag != call.sip.answeredTag)
        return;
    if (call.record.beganBeforeProbe && !call.record.answeredAt) // known from an UPDATE: the answer was before, too
        call.answer(call.record.startedAt);
    call.end(at, sender == Party::Caller ? EndedBy::Caller : EndedBy::Callee);
}

}

std::uint64_t fingerprintOf(std::string_view text)
{
    constexpr SeededHash hash(0);
    return text.empty() ? 0 : std::max<std::uint64_t>(hash(text), 1);
}

Opening openingOf(const SipMessage& message)
{
    const bool describesDialog =
        message.method == SipMethod::Update && message.isRequest && !message.to.tag.empty() && !message.body.empty();
    if (describesDialog)
        return Opening::Call;
    if (message.method != SipMethod::Invite)
        return Opening::No;
    return message.isRequest ? Opening::Call : Opening::Unconfirmed;
}

void beginCall(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    CallRecord& record = call.record;
    assignName(record.caller, message.from);
    assignName(record.callee, message.to);
    record.callerAddress = message.isRequest ? flow.src : flow.dst;
    record.calleeAddress = message.isRequest ? flow.dst : flow.src;
    call.sip.callerTag = fingerprintOf(message.from.tag);
    call.sip.attemptCseq = message.cseq;
    call.sip.firstBranch = fingerprintOf(message.viaBranch);
    call.confirmed = message.isRequest;
    record.beganBeforeProbe = message.isRequest && !message.to.tag.empty(); // RFC 3261 12.2: within a dialog
    if (message.isRequest && !record.beganBeforeProbe) // else there was no dialling to measure
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
    mix(fingerprintOf(message.viaBranch));
    mix(fingerprintOf(message.from.tag));
    mix(fingerprintOf(message.to.tag));
    mix(fingerprintOf(message.body));
    mix(hashOf(flow.src));
    mix(hashOf(flow.dst));
    const auto known = std::min<std::size_t>(call.sip.rememberedCount, SipDialogueState::maxRemembered);
    const auto end = call.sip.remembered.begin() + static_cast<std::ptrdiff_t>(known);
    if (std::find(call.sip.remembered.begin(), end, print) != end)
        return true;
    call.sip.remembered[call.sip.rememberedCount++ % SipDialogueState::maxRemembered] = print;
    return false;
}

void applyMessage(Call& call, const SipMessage& message, const FlowKey& flow, Timestamp at)
{
    const Party requester = requesterOf(call, message, flow);
    if (!message.isRequest) {
        call.record.lastCode = message.status;
        if (message.method != SipMethod::Invite || requester != Party::Caller)
            return;
        if (!call.record.answeredAt && isOfNextAttempt(call, message)) // its INVITE was lost, or before the probe
            beginNextAttempt(call, message);
        if (message.cseq == call.sip.attemptCseq)
            onInviteResponse(call, message, flow, at);
        return;
    }
    // Whoever goes on with the dialog or gives it up made the INVITE before the probe looked.
    if (!call.confirmed && message.method != SipMethod::Invite)
        call.confirmed = call.record.beganBeforeProbe = true;
    if (message.method == SipMethod::Invite && requester == Party::Caller)
        onInvite(call, message, flow, at);
    else if (message.method == SipMethod::Ack && requester == Party::Caller)
        onAck(call, message, at);
    else if (message.method == SipMethod::Cancel && requester == Party::Caller)
        onCancel(call, message, flow, at);
    else if (message.method == SipMethod::Bye)
        onBye(call, message, requester, at);
}

// An offer holds when it is accepted (RFC 3264 8): by a 2xx, or, offered in a 2xx, by the ACK.
void settleDirections(Call& call, const SipMessage& message, Party sender, Timestamp at)
{
    const auto settle = [&](Party party) {
        const std::size_t i = indexOf(party);
        if (call.sip.pending[i])
            call.direction[i] = call.sip.pendingDirection[i];
        call.sip.pending[i] = false;
    };
    const bool offers = message.method == SipMethod::Invite || message.method == SipMethod::Update;
    if (offers && message.status >= 200 && message.status < 300) {
        settle(Party::Caller);
        settle(Party::Callee);
    } else if (offers && message.status >= 300) {
        call.sip.pending = {};
    } else if (message.method == SipMethod::Ack || message.method == SipMethod::Prack) {
        settle(sender);
    }
    call.settleHold(at);
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

}
