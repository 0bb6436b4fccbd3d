// Which half a message means, which call a half is of, and how two halves become one call.
#include "engine/tracking/skinny_calls.h"

#include "engine/tracking/payload_kinds.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <utility>

namespace callmon {

namespace {

char* writeEndpoint(const Endpoint& endpoint, char* to) // toString() would allocate
{
    std::array<char, INET6_ADDRSTRLEN> text {};
    const bool v4 = endpoint.ip.isV4();
    const std::byte* const bytes = endpoint.ip.bytes().data() + (v4 ? 12 : 0);
    const char* const written = inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
    if (!v4)
        *to++ = '[';
    to = std::copy_n(text.data(), written == nullptr ? 0 : std::strlen(written), to);
    if (!v4)
        *to++ = ']';
    *to++ = ':';
    return std::to_chars(to, to + 5, endpoint.port).ptr;
}

}

// The other half waits under the same numbers, or has the same reference at the same call manager; else this one waits.
void SkinnyCalls::joinByNumbers(std::uint32_t index)
{
    const SkinnyHalf& half = m_phones.half(index);
    if (half.connected || (half.call != noIndex && (!usable(index) || other(index) != noIndex)))
        return;
    if (half.call == noIndex && joinByReference(index))
        return;
    const std::uint32_t found = m_phones.waiting(index, otherThan(half.party));
    if (found == noIndex) {
        m_phones.wait(index);
        return;
    }
    const std::uint32_t caller = half.party == Party::Caller ? index : found;
    const std::uint32_t callee = half.party == Party::Caller ? found : index;
    if (m_phones.half(callee).call == noIndex && usable(caller))
        join(callee, caller);
}

// A shared line rings on several telephones under one reference; and some call managers have one for both halves.
bool SkinnyCalls::joinByReference(std::uint32_t index)
{
    const std::uint32_t found = m_phones.referrer(index);
    if (found == noIndex || found == index || !usable(found))
        return false;
    const SkinnyHalf& half = m_phones.half(index);
    if (half.party != m_phones.half(found).party) {
        join(index, found);
        return true;
    }
    link(index, m_phones.half(found).call);
    return true;
}

// `index`, without a call, becomes the other party of that of `callOf`.
void SkinnyCalls::join(std::uint32_t index, std::uint32_t callOf)
{
    SkinnyHalf& half = m_phones.half(index);
    m_phones.waitNoMore(index);
    m_phones.waitNoMore(callOf);
    const std::uint32_t call = m_phones.half(callOf).call;
    half.party = otherThan(m_phones.half(callOf).party);
    link(index, call);
    ++m_counters.joined;
    CallRecord& record = m_calls[call].record;
    (half.party == Party::Callee ? record.calleeAddress : record.callerAddress) = m_phones[half.phone].phone;
    if (half.ringingAt)
        ring(index);
    if (half.receivesAt != Endpoint {})
        announce(index, half.party, half.receivesAt, MediaKind::Audio, half.codec, 0, half.eventPayloadType);
    m_calls.update(call);
}

// Told to send to where another half receives: they are one call, unless both have one already.
void SkinnyCalls::joinByMedia(std::uint32_t index, const Endpoint& remote)
{
    const std::uint32_t found = m_phones.receiver(remote);
    if (found == noIndex || found == index)
        return;
    const SkinnyHalf& half = m_phones.half(index);
    const SkinnyHalf& peer = m_phones.half(found);
    if (peer.closed || peer.party == half.party || (half.call == noIndex) == (peer.call == noIndex))
        return;
    const std::uint32_t has = half.call != noIndex ? index : found;
    const std::uint32_t lacks = half.call != noIndex ? found : index;
    if (!usable(has) || other(has) != noIndex)
        return;
    join(lacks, has);
    if (m_phones.half(lacks).connected)
        answer(lacks);
}

void SkinnyCalls::announce(std::uint32_t index, Party receiver, const Endpoint& endpoint, MediaKind kind,
    std::uint32_t codec, std::uint8_t payloadType, std::uint8_t eventPayloadType)
{
    const std::uint32_t call = m_phones.half(index).call;
    if (!usable(index))
        return;
    std::array<SdpCodec, 2> codecs;
    std::size_t count = 0;
    const SkinnyCodec known = skinnyCodec(codec);
    const std::uint8_t type = payloadType != 0 ? payloadType : known.payloadType;
    if (!known.name.empty() && type != SkinnyCodec::dynamicPayloadType) {
        codecs[count].payloadType = type;
        codecs[count].name = known.name;
        codecs[count++].clockRate = known.clockRate;
    }
    if (eventPayloadType != 0) {
        codecs[count].payloadType = eventPayloadType;
        codecs[count].name = "telephone-event";
        codecs[count++].clockRate = Hertz { 8000 };
    }
    m_calls[call].record.mediaKinds.add(kind);
    AddressAdded address;
    address.call = call;
    address.endpoint = endpoint;
    address.party = receiver;
    address.kind = kind;
    address.at = m_now;
    for (std::size_t i = 0; i < count; ++i)
        address.payloads[i] = meaningOf(codecs[i], m_codecs);
    address.payloadCount = static_cast<std::uint8_t>(count);
    m_calls.addAddress(address);
    m_calls.describe(call, false, m_now);
}

// Who calls whom, as far as it is known: CallInfo, else what was dialled and the device.
void SkinnyCalls::nameParties(std::uint32_t index)
{
    const SkinnyHalf& half = m_phones.half(index);
    CallRecord& record = m_calls[half.call].record;
    if (record.answeredAt && !record.callee.empty() && !record.caller.empty())
        return; // after a transfer it names others
    const std::string_view device = m_phones[half.phone].device;
    if (record.diversion.empty())
        record.diversion = half.diverter.view();
    if (!half.calling.empty())
        record.caller = half.calling.view();
    else if (record.caller.empty() && half.party == Party::Caller)
        record.caller = device;
    if (!half.called.empty())
        record.callee = half.called.view();
    else if (half.dialling)
        record.callee = half.dialled.view();
    else if (record.callee.empty() && half.party == Party::Callee)
        record.callee = device;
}

bool SkinnyCalls::usable(std::uint32_t half) const
{
    return m_phones.half(half).call != noIndex && !m_calls[m_phones.half(half).call].ended;
}

// "9@10.22.100.8:2000/SEP001122334455": reference, call manager, and the device when it is known.
bool SkinnyCalls::openCall(std::uint32_t index)
{
    SkinnyHalf& half = m_phones.half(index);
    if (half.call != noIndex)
        return true;
    const SkinnyPhone& phone = m_phones[half.phone];
    std::array<char, 160> text {};
    char* end = std::to_chars(text.data(), text.data() + text.size(), half.callReference).ptr;
    *end++ = '@';
    end = writeEndpoint(phone.server, end);
    *end++ = '/';
    if (phone.device.empty())
        end = writeEndpoint(phone.phone, end);
    else
        end = std::copy(phone.device.view().begin(), phone.device.view().end(), end);
    const std::string_view callId(text.data(), static_cast<std::size_t>(end - text.data()));
    // A call manager that was restarted counts anew: the call of this reference before may still be there.
    if (m_calls.find(callId) != noIndex) {
        ++m_counters.callsRefused;
        return false;
    }
    const std::uint32_t opened = m_calls.open(callId, half.begunAt);
    if (opened == noIndex)
        return false;
    link(index, opened);
    Call& call = m_calls[opened];
    call.record.signalling = Signalling::Skinny;
    call.record.transport = Transport::Tcp;
    call.record.encapsulation = m_message->encapsulation;
    call.confirmed = true;
    call.firstInviteAt = half.dialledAt;
    const bool calls = half.party == Party::Caller;
    call.record.callerAddress = calls ? phone.phone : phone.server;
    call.record.calleeAddress = calls ? phone.server : phone.phone;
    nameParties(index);
    m_calls.update(opened);
    if (half.ringingAt)
        ring(index);
    return true;
}

void SkinnyCalls::link(std::uint32_t index, std::uint32_t call)
{
    SkinnyHalf& half = m_phones.half(index);
    half.call = call;
    m_calls[call].record.messages += std::exchange(half.messagesBefore, 0);
    half.nextOfCall = m_halvesOf[call] - 1; // 0 becomes noIndex
    m_halvesOf[call] = index + 1;
    m_phones.refer(index);
}

void SkinnyCalls::unlink(std::uint32_t index)
{
    SkinnyHalf& half = m_phones.half(index);
    if (m_halvesOf[half.call] == index + 1) {
        m_halvesOf[half.call] = half.nextOfCall + 1;
    } else {
        std::uint32_t before = m_halvesOf[half.call] - 1;
        while (m_phones.half(before).nextOfCall != index)
            before = m_phones.half(before).nextOfCall;
        m_phones.half(before).nextOfCall = half.nextOfCall;
    }
    half.call = half.nextOfCall = noIndex;
}

std::uint32_t SkinnyCalls::other(std::uint32_t index) const
{
    const SkinnyHalf& half = m_phones.half(index);
    for (std::uint32_t i = m_halvesOf[half.call] - 1; i != noIndex; i = m_phones.half(i).nextOfCall) {
        if (m_phones.half(i).party != half.party && !m_phones.half(i).closed)
            return i;
    }
    return noIndex;
}

bool SkinnyCalls::sameParty(std::uint32_t index) const
{
    const SkinnyHalf& half = m_phones.half(index);
    for (std::uint32_t i = m_halvesOf[half.call] - 1; i != noIndex; i = m_phones.half(i).nextOfCall) {
        if (i != index && m_phones.half(i).party == half.party && !m_phones.half(i).closed)
            return true;
    }
    return false;
}

void SkinnyCalls::heard(std::uint32_t index)
{
    SkinnyHalf& half = m_phones.half(index);
    if (m_counted)
        return;
    m_counted = true;
    m_heard = index;
    if (half.call == noIndex) {
        ++half.messagesBefore;
        return;
    }
    ++m_calls[half.call].record.messages;
    m_calls.hear(half.call, m_now);
    show(half.call);
}

std::uint32_t SkinnyCalls::known(std::uint32_t callReference) const
{
    if (callReference != 0)
        return m_phones.find(m_phone, callReference);
    // Older telephones do not say: the newest call that is on and not held.
    const SkinnyPhones& phones = m_phones;
    for (std::uint32_t i = phones.newest(m_phone); i != noIndex; i = phones.half(i).nextOfPhone) {
        const SkinnyHalf& half = phones.half(i);
        const bool held =
            half.call != noIndex && m_calls[half.call].direction[indexOf(half.party)] == MediaDirection::SendOnly;
        if (!half.closed && !held)
            return i;
    }
    return noIndex;
}

std::uint32_t SkinnyCalls::halfOf(std::uint32_t callReference)
{
    if (callReference == 0)
        return noIndex;
    const std::uint32_t found = m_phones.find(m_phone, callReference);
    if (found != noIndex)
        return found;
    SkinnyPhone& phone = m_phones[m_phone];
    const std::uint32_t index = m_phones.add(m_phone, callReference, phone.offHookAt.value_or(m_now));
    if (index == noIndex) {
        ++m_counters.callsRefused;
        return noIndex;
    }
    SkinnyHalf& half = m_phones.half(index);
    if (!phone.dialled.empty()) { // before the call was named
        half.dialled = phone.dialled;
        half.dialledAt = m_now;
        half.dialling = true;
    }
    phone.offHookAt.reset();
    phone.dialled = std::string_view();
    return index;
}

std::uint32_t SkinnyCalls::halfOf(const SkinnyChannel& channel)
{
    if (channel.callReference != 0)
        return halfOf(channel.callReference);
    const std::uint32_t found = m_phones.findPassThrough(m_phone, channel.passThroughParty);
    if (found != noIndex)
        return found;
    // Asterisk's chan_skinny names the call by the conference.
    if (channel.conference != 0 && m_phones.find(m_phone, channel.conference) != noIndex)
        return m_phones.find(m_phone, channel.conference);
    return known(0);
}

void SkinnyCalls::release(std::uint32_t half)
{
    if (m_phones.half(half).call != noIndex)
        unlink(half);
    m_phones.removeHalf(half);
}

}
