// The media half of the tracker: from a packet by T2 to its call and stream.
#include "engine/tracking/tracker.h"

#include "engine/signalling/sip_message.h"

#include <algorithm>

namespace callmon {

namespace {

bool isName(std::string_view text, std::string_view lowerCase)
{
    return std::equal(text.begin(), text.end(), lowerCase.begin(), lowerCase.end(),
        [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

PayloadKind kindOf(const SdpCodec& codec)
{
    if (isName(codec.name, "telephone-event"))
        return PayloadKind::TelephoneEvent;
    if (isName(codec.name, "cn") || codec.payloadType == 13 || codec.payloadType == 19) // 19: before RFC 3551
        return PayloadKind::ComfortNoise;
    return PayloadKind::Media;
}

PayloadMeaning meaningOf(const SdpCodec& codec, CodecNames& names)
{
    return { codec.payloadType, kindOf(codec), names.indexOf(codec.name), codec.clockRate };
}

const PayloadMeaning* meaningIn(const MediaAddress& address, std::uint8_t payloadType)
{
    for (std::size_t i = 0; i < address.payloadCount; ++i) {
        if (address.payloads[i].payloadType == payloadType)
            return &address.payloads[i];
    }
    return nullptr;
}

}

void Tracker::readDescription(std::uint32_t callIndex, const SipMessage& message, Party sender)
{
    const std::string_view body = sdpOf(message);
    if (body.empty())
        return;
    const auto description = parseSdp(body);
    if (!description)
        return;
    Call& call = m_calls[callIndex];
    bool audioSeen = false;
    for (const SdpMedia& media : description->mediaList()) {
        if (media.kind == MediaKind::Audio && !audioSeen) {
            audioSeen = true;
            call.pendingDirection[indexOf(sender)] = media.direction;
            call.pending[indexOf(sender)] = true;
            call.holdOfferCseq = message.cseq;
        }
        // T.38 (image) is no RTP; nowhere to send to is no address.
        if (media.rejected || media.kind == MediaKind::Image || media.address.ip.isUnspecified())
            continue;
        const std::uint32_t index = m_media.add(media.address, sender, callIndex, call);
        if (index == noIndex) {
            ++m_counters.mediaAddressesRefused;
            continue;
        }
        MediaAddress& address = m_media[index];
        address.kind = media.kind;
        address.payloadCount = static_cast<std::uint8_t>(std::min(media.codecCount, MediaAddress::maxPayloads));
        for (std::size_t i = 0; i < address.payloadCount; ++i)
            address.payloads[i] = callmon::meaningOf(media.codecs[i], m_codecs);
    }
    const bool firstAnswer = sender == Party::Callee && !call.described[indexOf(sender)];
    call.described[indexOf(sender)] = true;
    for (std::uint32_t i = call.streams; i != noIndex; i = m_streams[i].next) {
        m_streams[i].known = false; // payload types may mean something else now
        if (firstAnswer)
            m_streams[i].rtp.beginTimestampSegment();
    }
}

// An offer holds when it is accepted (RFC 3264 8): by a 2xx, or, offered in a 2xx, by the ACK.
void Tracker::settleDirections(Call& call, const SipMessage& message, Party sender)
{
    const auto settle = [&](Party party) {
        const std::size_t i = indexOf(party);
        if (call.pending[i])
            call.direction[i] = call.pendingDirection[i];
        call.pending[i] = false;
    };
    const bool offers = message.method == SipMethod::Invite || message.method == SipMethod::Update;
    if (offers && message.status >= 200 && message.status < 300) {
        settle(Party::Caller);
        settle(Party::Callee);
    } else if (offers && message.status >= 300) {
        call.pending = {};
    } else if (message.method == SipMethod::Ack || message.method == SipMethod::Prack) {
        settle(sender);
    }
    if (call.record.answeredAt && !call.ended)
        call.record.state = call.held() ? CallState::OnHold : CallState::Answered;
}

void Tracker::handleMedia(const Datagram& datagram, std::uint64_t destinationHash)
{
    if (looksLikeRtcp(datagram.payload)) {
        ++m_counters.rtcpPackets;
        return;
    }
    if (!looksLikeRtp(datagram.payload)) {
        ++m_counters.otherDatagrams;
        return;
    }
    bool byDestination = true;
    std::uint32_t addressIndex = m_media.find(datagram.flow.dst, destinationHash);
    if (addressIndex == noIndex) {
        byDestination = false;
        addressIndex = m_media.find(datagram.flow.src);
    }
    if (addressIndex == noIndex || !m_calls[m_media[addressIndex].call].confirmed) {
        ++m_counters.rtpUnbound;
        return;
    }
    const auto packet = parseRtp(datagram.payload, datagram.wirePayloadSize);
    if (!packet) {
        ++m_counters.otherDatagrams;
        return;
    }
    std::uint32_t index = streamOf(m_media[addressIndex], byDestination, datagram, packet->ssrc);
    if (index == noIndex && byDestination) {
        if (const std::uint32_t shared = addressOfBothEnds(addressIndex, datagram); shared != addressIndex) {
            addressIndex = shared;
            index = streamOf(m_media[shared], true, datagram, packet->ssrc);
        }
    }
    MediaAddress& address = m_media[addressIndex];
    if (index == noIndex)
        index = openStream(address, addressIndex, byDestination, datagram, packet->ssrc);
    if (index == noIndex) {
        ++m_counters.rtpRefused;
        return;
    }
    (byDestination ? address.lastTo : address.lastFrom) = index;
    hear(address.call, datagram.arrival);

    CallStream& stream = m_streams[index];
    constexpr Nanoseconds longAgo = std::chrono::seconds(12); // the clock stepped back
    if (datagram.arrival >= stream.secondEndsAt || stream.secondEndsAt - datagram.arrival > longAgo) {
        flushMedia();
        m_listener.secondPassed(index, datagram.arrival);
    }
    if (!stream.known || stream.meaning.payloadType != packet->payloadType) {
        stream.meaning = meaningOf(stream, packet->payloadType);
        stream.known = true;
    }
    stream.rtp.add({ datagram.arrival, datagram.uncertainty, datagram.ipSize }, *packet, stream.meaning);
    ++m_counters.rtpPackets;
    m_pendingMedia[m_pendingCount++] = { index, datagram.arrival, datagram.uncertainty, datagram.wirePayloadSize,
        datagram.payload };
}

// Servers receive several calls at one address, and T2 has the call that advertised it last. Where the source address
// is of another call that advertised the destination as well, the packet is that call's.
std::uint32_t Tracker::addressOfBothEnds(std::uint32_t destination, const Datagram& datagram)
{
    const std::uint32_t source = m_media.find(datagram.flow.src);
    if (source == noIndex || m_media[source].call == m_media[destination].call
        || !m_calls[m_media[source].call].confirmed)
        return destination;
    for (std::uint32_t i = m_calls[m_media[source].call].mediaAddresses; i != noIndex; i = m_media[i].next) {
        if (m_media[i].endpoint == datagram.flow.dst)
            return i;
    }
    return destination;
}

std::uint32_t Tracker::streamOf(MediaAddress& address, bool byDestination, const Datagram& datagram, Ssrc ssrc)
{
    const std::uint32_t hint = byDestination ? address.lastTo : address.lastFrom;
    if (hint != noIndex && m_streams[hint].rtp.is(datagram.flow, ssrc))
        return hint;
    for (std::uint32_t i = m_calls[address.call].streams; i != noIndex; i = m_streams[i].next) {
        if (m_streams[i].rtp.is(datagram.flow, ssrc))
            return i;
    }
    return noIndex;
}

Party Tracker::senderTo(const MediaAddress& address, bool byDestination, const Datagram& datagram)
{
    if (address.ofBoth) { // the other end may tell
        const std::uint32_t other = m_media.find(byDestination ? datagram.flow.src : datagram.flow.dst);
        if (other != noIndex && m_media[other].call == address.call && !m_media[other].ofBoth)
            return byDestination ? m_media[other].party : otherThan(m_media[other].party);
    }
    return byDestination ? otherThan(address.party) : address.party;
}

std::uint32_t Tracker::openStream(
    MediaAddress& address, std::uint32_t addressIndex, bool byDestination, const Datagram& datagram, Ssrc ssrc)
{
    Call& call = m_calls[address.call];
    if (call.record.streamCount >= Call::maxStreams)
        return noIndex;
    const std::uint32_t index = m_streams.acquire();
    if (index == noIndex)
        return noIndex;
    CallStream& stream = m_streams[index];
    stream.rtp.begin(datagram.flow, ssrc);
    stream.sender = senderTo(address, byDestination, datagram);
    stream.call = address.call;
    stream.number = call.record.streamCount++;
    stream.next = call.streams;
    stream.receiver = addressIndex;
    call.streams = index;
    ++m_counters.streamsStarted;
    reclassify(address.call);
    m_listener.streamStarted(index, datagram.arrival);
    return index;
}

// A sender uses the numbers that the receiver listed (RFC 3264 5.1), or else its own; static ones need no SDP.
PayloadMeaning Tracker::meaningOf(const CallStream& stream, std::uint8_t payloadType)
{
    if (const auto* meaning = meaningIn(m_media[stream.receiver], payloadType))
        return *meaning;
    for (std::uint32_t i = m_calls[stream.call].mediaAddresses; i != noIndex; i = m_media[i].next) {
        if (const auto* meaning = meaningIn(m_media[i], payloadType))
            return *meaning;
    }
    PayloadMeaning meaning = callmon::meaningOf(staticCodec(payloadType), m_codecs);
    meaning.payloadType = payloadType;
    return meaning;
}

void Tracker::flushMedia()
{
    if (m_pendingCount == 0)
        return;
    m_listener.media(std::span(m_pendingMedia).first(m_pendingCount));
    m_pendingCount = 0;
}

}
