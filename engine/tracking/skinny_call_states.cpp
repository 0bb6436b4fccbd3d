// How the calls of Skinny go: dialled, ringing, answered, held, transferred, over.
#include "engine/tracking/skinny_calls.h"

#include <utility>

namespace callmon {

namespace {

EndedBy endedBy(Party party)
{
    return party == Party::Caller ? EndedBy::Caller : EndedBy::Callee;
}

}

void SkinnyCalls::dial(std::uint32_t index, std::string_view digits, bool more)
{
    SkinnyHalf& half = m_phones.half(index);
    if (half.party != Party::Caller || half.closed || half.connected)
        return;
    std::array<char, SkinnyNumber::capacity()> text {};
    const std::string_view before = more ? half.dialled.view() : std::string_view();
    char* const end = std::copy(before.begin(), before.end(), text.begin());
    const std::size_t added = std::min(digits.size(), text.size() - before.size());
    std::copy_n(digits.begin(), added, end);
    half.dialled = std::string_view(text.data(), before.size() + added);
    half.dialledAt = m_now;
    half.dialling = true;
    if (!openCall(index))
        return;
    m_calls[half.call].firstInviteAt = m_now;
    nameParties(index);
}

void SkinnyCalls::ring(std::uint32_t index)
{
    SkinnyHalf& half = m_phones.half(index);
    if (!half.ringingAt)
        half.ringingAt = m_now;
    if (!usable(index))
        return;
    m_calls[half.call].ring(*half.ringingAt);
    m_calls.update(half.call);
}

void SkinnyCalls::answer(std::uint32_t index)
{
    SkinnyHalf& half = m_phones.half(index);
    half.connected = true;
    m_phones.waitNoMore(index);
    m_phones[half.phone].offHookAt.reset();
    if (half.call == noIndex && (half.party == Party::Callee || !openCall(index)))
        return; // the callee's half waits until its media say who the caller is
    if (!usable(index))
        return;
    if (m_calls[half.call].direction[indexOf(half.party)] == MediaDirection::SendOnly) // resumed by whichever key
        giveUpTransfer(half.phone);
    if (!m_calls[half.call].record.answeredAt) {
        m_calls[half.call].answer(m_now);
        m_calls.describe(half.call, true, m_now);
        m_calls.update(half.call);
    }
    hold(index, half.party, false);
}

void SkinnyCalls::fail(std::uint32_t index, CallOutcome outcome)
{
    const SkinnyHalf& half = m_phones.half(index);
    if (half.party != Party::Caller || half.connected || !openCall(index) || !usable(index))
        return;
    Call& call = m_calls[half.call];
    if (call.record.answeredAt)
        return;
    call.record.outcome = outcome;
    if (!call.record.postDialDelay)
        call.record.postDialDelay = call.sinceInvite(m_now);
    end(half.call, EndedBy::Callee, m_now);
}

void SkinnyCalls::hold(std::uint32_t index, Party holder, bool held)
{
    const SkinnyHalf& half = m_phones.half(index);
    if (!usable(index))
        return;
    Call& call = m_calls[half.call];
    call.direction[indexOf(holder)] = held ? MediaDirection::SendOnly : MediaDirection::SendReceive;
    call.settleHold(m_now);
    m_calls.update(half.call);
}

void SkinnyCalls::end(std::uint32_t index, EndedBy by, Timestamp at)
{
    Call& call = m_calls[index];
    if (call.ended)
        return;
    call.end(at, by);
    m_calls.update(index);
}

// The telephone is on hook as far as this call goes.
void SkinnyCalls::hangUp(std::uint32_t index)
{
    SkinnyHalf& half = m_phones.half(index);
    if (half.closed)
        return;
    half.closed = true;
    m_phones.waitNoMore(index);
    m_phones[half.phone].offHookAt.reset();
    if (half.call == noIndex && half.party == Party::Callee && half.ringingAt)
        openCall(index); // nobody was joined: the call of one telephone
    if (half.call == noIndex) {
        ++m_counters.withoutNumber;
        release(index);
        return;
    }
    if (!usable(index)) { // over already: there is nobody left to be transferred
        giveUpTransfer(half.phone);
        return;
    }
    if (!half.connected && sameParty(index))
        return; // a shared line: another telephone has the call, or still rings
    const std::uint32_t peer = other(index);
    CallRecord& record = m_calls[half.call].record;
    const bool peerHungUp = peer != noIndex && m_phones.half(peer).hungUpAt;
    if (m_phones[half.phone].transferring && record.answeredAt)
        return completeTransfer(index);
    if (!record.answeredAt && half.party == Party::Callee && peer != noIndex && !half.hungUpAt)
        return m_phones.wait(peer); // it rings no more, another may; what becomes of the call its caller is told
    const Party by = half.hungUpAt ? half.party : peer == noIndex || peerHungUp ? otherThan(half.party) : half.party;
    if (!record.answeredAt) {
        const bool gaveUp = by == Party::Caller;
        record.outcome = gaveUp           ? CallOutcome::Cancelled
            : half.party == Party::Callee ? CallOutcome::Rejected
            : half.ringingAt              ? CallOutcome::NoAnswer
                                          : CallOutcome::Failed;
    }
    const Timestamp at = half.hungUpAt ? *half.hungUpAt : peerHungUp ? *m_phones.half(peer).hungUpAt : m_now;
    end(half.call, endedBy(by), at);
}

void SkinnyCalls::giveUpTransfer(std::uint32_t phone)
{
    if (!m_phones[phone].transferring)
        return;
    m_phones[phone].transferring = false;
    for (std::uint32_t i = m_phones.newest(phone); i != noIndex; i = m_phones.half(i).nextOfPhone) {
        SkinnyHalf& half = m_phones.half(i);
        const std::optional<Timestamp> at = std::exchange(half.leftAt, std::nullopt);
        if (at && usable(i))
            end(half.call, endedBy(half.hungUpAt ? half.party : otherThan(half.party)), *at);
    }
}

// Of the two calls of the one who transfers, the earlier goes on between those who remain. The first that is on hook
// says nothing yet: the other may be resumed.
void SkinnyCalls::completeTransfer(std::uint32_t index)
{
    SkinnyHalf& half = m_phones.half(index);
    std::uint32_t second = noIndex;
    for (std::uint32_t i = m_phones[half.phone].halves; i != noIndex; i = m_phones.half(i).nextOfPhone) {
        if (i != index && m_phones.half(i).call != noIndex && usable(i))
            second = i;
    }
    const Timestamp at = half.hungUpAt.value_or(m_now);
    if (second == noIndex) {
        m_phones[half.phone].transferring = false;
        end(half.call, endedBy(half.party), at);
        return;
    }
    if (!m_phones.half(second).closed) {
        half.leftAt = at;
        return;
    }
    m_phones[half.phone].transferring = false;
    m_phones.half(second).leftAt.reset();
    const bool inOrder = m_calls[half.call].record.startedAt <= m_calls[m_phones.half(second).call].record.startedAt;
    const std::uint32_t first = inOrder ? index : second; // his half of the earlier call
    const std::uint32_t consultation = inOrder ? second : index;
    const std::uint32_t target = other(consultation);
    const std::uint32_t call = m_phones.half(first).call;
    const Party consulting = m_phones.half(consultation).party;
    const std::uint32_t consulted = m_phones.half(consultation).call;
    if (target != noIndex)
        unlink(target);
    end(consulted, endedBy(consulting), at);
    Call& kept = m_calls[call];
    const CallRecord& there = m_calls[consulted].record;
    kept.record.transferTarget = (consulting == Party::Caller ? there.callee : there.caller).view();
    if (target == noIndex && other(first) == noIndex) { // neither of those who remain is seen
        end(call, endedBy(m_phones.half(first).party), at);
        return;
    }
    kept.direction = {};
    kept.settleHold(at);
    if (target != noIndex) {
        SkinnyHalf& moved = m_phones.half(target);
        moved.party = m_phones.half(first).party;
        link(target, call);
        if (moved.receivesAt != Endpoint {})
            announce(target, moved.party, moved.receivesAt, MediaKind::Audio, moved.codec, 0, moved.eventPayloadType);
    }
    m_calls.update(call);
}

}
