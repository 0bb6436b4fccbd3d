#include "engine/tracking/sip_calls.h"

#include "engine/signalling/sip_message.h"
#include "engine/tracking/call_signalling.h"
#include "engine/tracking/described_addresses.h"
#include "engine/tracking/sip_annotations.h"

#include <algorithm>

namespace callmon {

namespace {

std::string_view asText(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
}

bool isOffering(SipMethod method)
{
    return method == SipMethod::Invite || method == SipMethod::Update;
}

// Keep-alives of RFC 5626 3.5.1 and the like.
bool isBlank(Bytes bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) {
        return b == std::byte { '\r' } || b == std::byte { '\n' } || b == std::byte { 0 } || b == std::byte { ' ' };
    });
}

}

SipCalls::SipCalls(const TrackerOptions& options, std::uint64_t hashSeed, CallKeeper& calls, CodecNames& codecs)
    : m_ports(options.sipPorts)
    , m_legHeaders(options.legHeaders)
    , m_limits(options.sipLimits)
    , m_maxSdpLines(options.maxSdpLines)
    , m_sources(options.callsPerSecondOfSource, hashSeed)
    , m_calls(calls)
    , m_codecs(codecs)
{
}

bool SipCalls::isSipPort(const Endpoint& endpoint) const
{
    return std::find(m_ports.begin(), m_ports.end(), endpoint.port) != m_ports.end();
}

void SipCalls::read(const Datagram& datagram, Transport transport)
{
    if (!looksLikeSip(datagram.payload)
        && (isBlank(datagram.payload) || (!isSipPort(datagram.flow.src) && !isSipPort(datagram.flow.dst)))) {
        ++m_counters.otherDatagrams;
        return;
    }
    const SipReading reading = readSip(asText(datagram.payload), m_limits);
    const auto& message = reading.message;
    if (!message) {
        ++m_counters.malformed;
        m_counters.overLimits += reading.overLimit ? 1 : 0;
        return;
    }
    ++m_counters.messages;
    std::uint32_t index = m_calls.find(message->callId);
    if (index == noIndex)
        index = openCall(*message, datagram, transport);
    if (index == noIndex)
        return;

    Call& call = m_calls[index];
    m_calls.hear(index, datagram.arrival);
    if (isRepeated(call, *message, datagram.flow)) {
        ++call.record.retransmissions;
        ++m_counters.repeated;
        m_calls.listener().messageSeen(index, { datagram, transport, true });
        return;
    }
    ++call.record.messages;
    m_calls.listener().messageSeen(index, { datagram, transport, false });
    const std::uint32_t attempt = call.sip.attemptCseq;
    const Party sender = senderOf(call, *message, datagram.flow);
    const bool wasEnded = call.ended;
    applyMessage(call, *message, datagram.flow, datagram.arrival);
    annotate(call, *message, sender, call.ended && !wasEnded, m_legHeaders);
    // After the end only what begins anew with the same Call-ID.
    const bool another = static_cast<std::int32_t>(message->cseq - attempt) > 0;
    if (!call.ended || (message->method == SipMethod::Invite && another))
        readDescription(index, *message, sender, datagram.arrival);
    if (message->method == SipMethod::Info && message->isRequest && !call.ended)
        readCandidates(index, *message, sender, datagram.arrival);
    if (message->isRequest && message->method == SipMethod::Invite && !call.record.answeredAt)
        m_calls.readHeaders(index, [&](std::string_view name) { return headerValue(*message, name); });
    settleOffer(index, *message, datagram.arrival);
    settleDirections(call, *message, sender, datagram.arrival);
    m_calls.update(index);
}

void SipCalls::countOutside(const SipMessage& message)
{
    ++m_counters.outsideCalls;
    const bool inDialog = !message.from.tag.empty() && !message.to.tag.empty();
    const bool ofCalls = message.method == SipMethod::Bye || message.method == SipMethod::Ack
        || message.method == SipMethod::Prack || message.method == SipMethod::Update
        || message.method == SipMethod::Info;
    if (inDialog && ofCalls)
        ++m_counters.unknownDialogs;
    else if (message.isRequest)
        ++m_counters.requestsOutside[static_cast<std::size_t>(message.method)];
}

std::uint32_t SipCalls::openCall(const SipMessage& message, const Datagram& datagram, Transport transport)
{
    if (openingOf(message) == Opening::No) {
        countOutside(message);
        return noIndex;
    }
    const Endpoint& beginner = message.isRequest ? datagram.flow.src : datagram.flow.dst;
    if (!m_sources.admits(beginner.ip, datagram.arrival)) {
        ++m_counters.sourceRefused;
        return noIndex;
    }
    const std::uint32_t index = m_calls.open(message.callId, datagram.arrival);
    if (index == noIndex)
        return noIndex;
    Call& call = m_calls[index];
    beginCall(call, message, datagram.flow, datagram.arrival);
    call.record.transport = transport;
    call.record.encapsulation = datagram.encapsulation;
    m_calls.introduce(index);
    return index;
}

void SipCalls::readDescription(std::uint32_t index, const SipMessage& message, Party sender, Timestamp at)
{
    const std::string_view body = sdpOf(message);
    if (body.empty())
        return;
    const auto description = parseSdp(body, m_maxSdpLines);
    if (!description)
        return;
    m_counters.sdpExcess += description->excess;
    Call& call = m_calls[index];
    bool audioSeen = false;
    for (const SdpMedia& media : description->media) {
        if (media.kind == MediaKind::Audio && !audioSeen) {
            audioSeen = true;
            call.sip.pendingDirection[indexOf(sender)] = media.direction;
            call.sip.pending[indexOf(sender)] = true;
        }
        if (media.rejected)
            continue;
        call.record.mediaKinds.add(media.kind);
        call.record.secureMedia = call.record.secureMedia || media.secure;
    }
    const bool offered = message.isRequest && isOffering(message.method) && call.described[0] && call.described[1];
    call.sip.offered = call.sip.offered || offered;
    AddressAdded common;
    common.call = index;
    common.party = sender;
    common.offered = offered;
    common.at = at;
    forEachAddress(*description, common, m_codecs, [&](const AddressAdded& address) { m_calls.addAddress(address); });
    const bool firstAnswer = sender == Party::Callee && !call.described[indexOf(sender)];
    call.described[indexOf(sender)] = true;
    m_calls.describe(index, firstAnswer, at);
}

// An offer amid the call is in force once it is answered (RFC 3264 8).
void SipCalls::settleOffer(std::uint32_t index, const SipMessage& message, Timestamp at)
{
    if (m_calls[index].sip.offered && isOffering(message.method) && message.status >= 200) {
        m_calls[index].sip.offered = false;
        m_calls.settleOffer(index, message.status < 300, at);
    }
}

// Addresses that the sender offers after its description.
void SipCalls::readCandidates(std::uint32_t index, const SipMessage& message, Party sender, Timestamp at)
{
    const std::string_view body = iceFragmentOf(message);
    if (body.empty())
        return;
    const SessionDescription fragment = parseIceFragment(body, m_maxSdpLines);
    m_counters.sdpExcess += fragment.excess;
    AddressAdded common;
    common.call = index;
    common.party = sender;
    common.at = at;
    forEachAddress(fragment, common, m_codecs, [&](const AddressAdded& address) { m_calls.addAddress(address); });
}

}
