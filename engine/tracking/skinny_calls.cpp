#include "engine/tracking/skinny_calls.h"

namespace callmon {

namespace {

std::string_view numberOr(std::string_view number, std::string_view name)
{
    return number.empty() ? name : number;
}

// Keys of SRTP, of which nothing may be kept.
bool mayHoldKeys(const SkinnyBody& body)
{
    if (const auto* receive = std::get_if<SkinnyOpenReceive>(&body))
        return receive->encrypted;
    const auto* transmit = std::get_if<SkinnyStartTransmit>(&body);
    return transmit != nullptr && (transmit->encrypted || transmit->video);
}

}

SkinnyCalls::SkinnyCalls(const TrackerOptions& options, std::uint64_t hashSeed, CallKeeper& calls, CodecNames& codecs)
    : m_calls(calls)
    , m_codecs(codecs)
    , m_phones(options.maxCalls, 2 * options.maxCalls, SeededHash(hashSeed))
    , m_halvesOf(options.maxCalls)
{
    m_calls.accompany(*this);
    if (options.touchMemory) {
        m_phones.touch();
        m_halvesOf.touch();
    }
}

void SkinnyCalls::read(const Datagram& datagram)
{
    ++m_counters.messages;
    const auto message = parseSkinny(datagram.payload);
    if (!message) {
        ++m_counters.malformed;
        return;
    }
    if (std::holds_alternative<std::monostate>(message->body)) { // from which side is not known
        ++m_counters.outsideCalls;
        return;
    }
    m_now = datagram.arrival;
    m_counted = m_shown = false;
    m_heard = noIndex;
    const FlowKey& flow = datagram.flow;
    m_phone =
        message->fromPhone ? m_phones.phone(flow.src, flow.dst, m_now) : m_phones.phone(flow.dst, flow.src, m_now);
    if (m_phone == noIndex) {
        ++m_counters.phonesRefused;
        return;
    }
    Datagram shown = datagram;
    if (mayHoldKeys(message->body))
        shown.payload = datagram.payload.first(skinnyHeaderSize);
    m_message = &shown;
    std::visit([&](const auto& body) { apply(body); }, message->body);
    if (m_heard != noIndex) // a call that it opened, or joined its half to
        show(m_phones.half(m_heard).call);
    m_message = nullptr;
}

void SkinnyCalls::show(std::uint32_t call)
{
    if (m_shown || call == noIndex)
        return;
    m_shown = true;
    m_calls.listener().messageSeen(call, { *m_message, Transport::Tcp, false });
}

void SkinnyCalls::apply(const SkinnyRegister& body)
{
    ++m_counters.outsideCalls;
    m_phones[m_phone].device = body.device;
}

void SkinnyCalls::apply(const SkinnyUnregister&)
{
    ++m_counters.outsideCalls;
    m_phones[m_phone].device = std::string_view();
}

void SkinnyCalls::mention(std::uint32_t callReference)
{
    count(callReference == 0 ? noIndex : known(callReference));
}

bool SkinnyCalls::count(std::uint32_t half)
{
    if (half == noIndex)
        ++m_counters.outsideCalls;
    else
        heard(half);
    return half != noIndex;
}

void SkinnyCalls::apply(const SkinnyHook& body)
{
    SkinnyPhone& phone = m_phones[m_phone];
    const std::uint32_t half = known(body.at.callReference);
    if (body.offHook) {
        phone.offHookAt = m_now; // it has no reference yet, or answers
        phone.dialled = std::string_view();
    } else if (half != noIndex) {
        m_phones.half(half).hungUpAt = m_now;
    }
    count(half);
}

void SkinnyCalls::apply(const SkinnySoftKeyEvent& body)
{
    const std::uint32_t half = known(body.at.callReference);
    if (!count(half))
        return;
    if (body.key == SkinnySoftKey::EndCall) {
        m_phones.half(half).hungUpAt = m_now;
        giveUpTransfer(m_phone);
    } else if (body.key == SkinnySoftKey::Transfer) {
        m_phones[m_phone].transferring = true;
    } else if (body.key == SkinnySoftKey::Resume) {
        giveUpTransfer(m_phone);
    }
}

// A button beside the display: it names its line, and its call with the later versions.
void SkinnyCalls::apply(const SkinnyStimulus& body)
{
    if (count(known(body.at.callReference)) && body.button == SkinnyButton::Transfer)
        m_phones[m_phone].transferring = true;
}

void SkinnyCalls::apply(const SkinnyKeypad& body)
{
    if (body.digit == 0)
        return;
    const std::string_view digit(&body.digit, 1);
    const std::uint32_t half = known(body.at.callReference);
    if (half != noIndex) {
        heard(half);
        if (!m_phones.half(half).connected) // else the far end is to hear it
            dial(half, digit, true);
        return;
    }
    ++m_counters.outsideCalls;
    SkinnyPhone& phone = m_phones[m_phone];
    const std::string_view before = phone.dialled;
    std::array<char, SkinnyNumber::capacity()> text {};
    if (before.size() == text.size())
        return;
    *std::copy(before.begin(), before.end(), text.begin()) = body.digit;
    phone.dialled = std::string_view(text.data(), before.size() + 1);
}

void SkinnyCalls::apply(const SkinnyDialed& body)
{
    const std::uint32_t half = body.at.callReference == 0 ? noIndex : halfOf(body.at.callReference);
    if (half == noIndex) { // EnblocCall: the call is named afterwards
        ++m_counters.outsideCalls;
        m_phones[m_phone].dialled = body.number;
        if (!m_phones[m_phone].offHookAt)
            m_phones[m_phone].offHookAt = m_now;
        return;
    }
    heard(half);
    dial(half, body.number, false);
}

void SkinnyCalls::apply(const SkinnyCallInfo& body)
{
    const std::uint32_t index = halfOf(body.at.callReference);
    if (index == noIndex)
        return;
    SkinnyHalf& half = m_phones.half(index);
    heard(index);
    if (half.closed)
        return;
    m_phones.waitNoMore(index);
    half.calling = numberOr(body.callingNumber, body.callingName);
    half.called = numberOr(body.calledNumber, body.calledName);
    if (body.originalCalledNumber != body.calledNumber)
        half.diverter = body.originalCalledNumber;
    if (half.call == noIndex && !half.dialling)
        half.party = body.type == SkinnyCallType::Inbound ? Party::Callee : Party::Caller;
    if (half.party == Party::Caller && !openCall(index))
        return;
    if (half.call != noIndex)
        nameParties(index);
    joinByNumbers(index);
}

void SkinnyCalls::apply(const SkinnyCallState& body)
{
    if (body.state == SkinnyState::OnHook || body.state == SkinnyState::Idle) {
        const std::uint32_t half = body.at.callReference == 0 ? noIndex : known(body.at.callReference);
        if (count(half))
            hangUp(half);
        return;
    }
    const std::uint32_t index = body.state == SkinnyState::RemoteMultiline ? noIndex : halfOf(body.at.callReference);
    if (!count(index))
        return;
    SkinnyHalf& half = m_phones.half(index);
    if (half.closed)
        return;
    switch (body.state) {
    case SkinnyState::Proceed:
    case SkinnyState::RingOut:
        half.dialling = true;
        if (!half.dialledAt)
            half.dialledAt = m_now;
        if (openCall(index) && body.state == SkinnyState::RingOut)
            ring(index);
        break;
    case SkinnyState::RingIn:
    case SkinnyState::CallWaiting:
        if (half.call == noIndex) {
            m_phones.waitNoMore(index);
            half.party = Party::Callee;
        }
        ring(index);
        break;
    case SkinnyState::Connected:
        answer(index);
        break;
    case SkinnyState::Busy:
        fail(index, CallOutcome::Busy);
        break;
    case SkinnyState::Congestion:
        fail(index, half.ringingAt ? CallOutcome::NoAnswer : CallOutcome::Failed);
        break;
    case SkinnyState::InvalidNumber:
        fail(index, CallOutcome::Failed);
        break;
    case SkinnyState::Hold:
    case SkinnyState::HoldRevert:
        hold(index, half.party, true);
        break;
    case SkinnyState::RemoteHold:
        hold(index, otherThan(half.party), true);
        break;
    case SkinnyState::CallTransfer:
        m_phones[m_phone].transferring = true;
        break;
    default:
        break;
    }
}

void SkinnyCalls::apply(const SkinnyOpenReceive& body)
{
    const std::uint32_t index = halfOf(body.channel);
    if (!count(index))
        return;
    SkinnyHalf& half = m_phones.half(index);
    half.passThroughParty = body.channel.passThroughParty;
    half.codec = body.codec;
    half.eventPayloadType = body.eventPayloadType;
}

void SkinnyCalls::apply(const SkinnyReceiveOpened& body)
{
    const std::uint32_t index = halfOf(body.channel);
    if (!count(index))
        return;
    const SkinnyHalf& half = m_phones.half(index);
    if (half.closed || !body.accepted || body.address.ip.isUnspecified() || body.address.port == 0)
        return;
    if (!body.video)
        m_phones.receives(index, body.address);
    if (half.call != noIndex)
        announce(index, half.party, body.address, body.video ? MediaKind::Video : MediaKind::Audio,
            body.video ? 0 : half.codec, 0, body.video ? std::uint8_t { 0 } : half.eventPayloadType);
}

void SkinnyCalls::apply(const SkinnyStartTransmit& body)
{
    const std::uint32_t index = halfOf(body.channel);
    if (!count(index))
        return;
    const SkinnyHalf& half = m_phones.half(index);
    if (half.closed || body.remote.ip.isUnspecified() || body.remote.port == 0)
        return;
    if (!body.video)
        joinByMedia(index, body.remote);
    if (half.call == noIndex) {
        if (!openCall(index))
            return;
        if (half.receivesAt != Endpoint {})
            announce(index, half.party, half.receivesAt, MediaKind::Audio, half.codec, 0, half.eventPayloadType);
    }
    if (half.connected)
        answer(index);
    if (body.encrypted && usable(index))
        m_calls[half.call].record.secureMedia = true;
    announce(index, otherThan(half.party), body.remote, body.video ? MediaKind::Video : MediaKind::Audio, body.codec,
        body.payloadType, body.eventPayloadType);
}

// Asked for when the media stop: the call may be over by then.
void SkinnyCalls::apply(const SkinnyStatistics& body)
{
    const std::uint32_t index = body.callReference == 0 ? noIndex : known(body.callReference);
    if (!count(index))
        return;
    const SkinnyHalf& half = m_phones.half(index);
    if (half.call != noIndex && half.receivesAt != Endpoint {})
        m_calls.receiverCounted(
            half.call, half.party, { half.receivesAt, body.packetsReceived, body.packetsLost, body.jitterMs });
}

void SkinnyCalls::callGone(std::uint32_t call)
{
    while (m_halvesOf[call] != 0)
        release(m_halvesOf[call] - 1);
}

void SkinnyCalls::tick(Timestamp now)
{
    constexpr Nanoseconds silence = std::chrono::minutes(10); // they say that they are alive each half minute or so
    for (std::uint32_t i = m_phones.longestSilent(); i != noIndex && now - m_phones[i].heardAt > silence;
         i = m_phones.longestSilent()) {
        while (m_phones[i].halves != noIndex)
            release(m_phones[i].halves); // a call goes on without them, until it is silent too
        m_phones.remove(i);
    }
}

std::vector<NamedCounter> SkinnyCalls::counters() const
{
    const Counters& c = m_counters;
    return { { "skinny_messages", c.messages }, { "skinny_malformed", c.malformed },
        { "skinny_outside_calls", c.outsideCalls }, { "skinny_phones_refused", c.phonesRefused },
        { "skinny_calls_refused", c.callsRefused }, { "skinny_halves_joined", c.joined },
        { "skinny_without_number", c.withoutNumber } };
}

}
