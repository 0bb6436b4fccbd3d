// What the tracker reads in session descriptions: media addresses for the lanes, directions for the call.
#include "engine/signalling/sip_message.h"
#include "engine/tracking/payload_kinds.h"
#include "engine/tracking/tracker.h"

#include <algorithm>

namespace callmon {

namespace {

PayloadMeaning meaningOf(const SdpCodec& codec, CodecNames& names)
{
    return { codec.payloadType, kindOf(codec), names.indexOf(codec.name), codec.clockRate };
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
        AddressAdded address { .call = callIndex, .endpoint = media.address, .party = sender, .kind = media.kind };
        address.payloadCount = static_cast<std::uint8_t>(std::min(media.codecCount, MediaAddress::maxPayloads));
        for (std::size_t i = 0; i < address.payloadCount; ++i)
            address.payloads[i] = meaningOf(media.codecs[i], m_codecs);
        if (!tell({ .what = address }))
            ++m_counters.mediaAddressesRefused;
    }
    const bool firstAnswer = sender == Party::Callee && !call.described[indexOf(sender)];
    call.described[indexOf(sender)] = true;
    tell({ .what = Described { callIndex, firstAnswer } });
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

}
