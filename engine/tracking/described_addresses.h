// From a session description to the addresses at which its author may receive, as lanes are told of them.
#pragma once

#include "engine/tracking/codec_names.h"
#include "engine/tracking/lane_control.h"
#include "engine/tracking/payload_kinds.h"

namespace callmon {

namespace described {

inline void addPayloads(AddressAdded& address, const SdpMedia& media, CodecNames& names)
{
    for (const SdpCodec& codec : media.codecs) {
        if (address.payloadCount == MediaAddress::maxPayloads)
            return;
        address.payloads[address.payloadCount++] = { codec.payloadType, kindOf(codec), names.indexOf(codec.name),
            codec.clockRate };
    }
}

// T.38 is no RTP; nowhere to send to is no address.
inline bool isOfRtp(const SdpMedia& media)
{
    return !media.rejected && media.kind != MediaKind::Image;
}

template <typename Add> void addRtcp(const AddressAdded& rtp, const Endpoint& at, Add&& add)
{
    // The port above that of RTP, and RTP's own, are found without (RtcpReports).
    const bool follows = at.ip == rtp.endpoint.ip
        && (at.port == rtp.endpoint.port || at.port == static_cast<std::uint16_t>(rtp.endpoint.port + 1));
    if (at.port != 0 && !at.ip.isUnspecified() && !follows) {
        AddressAdded rtcp;
        rtcp.call = rtp.call;
        rtcp.endpoint = at;
        rtcp.party = rtp.party;
        rtcp.kind = MediaKind::Other;
        add(rtcp);
    }
}

}

// Calls add(AddressAdded) for each: those of c= and m=, where a=rtcp sends RTCP when that is elsewhere, and the
// candidates of ICE. Media that share an address (RFC 9143) are described together. `common`: what is so of all, the
// call, the party, and when it was described.
template <typename Add>
void forEachAddress(const SessionDescription& description, const AddressAdded& common, CodecNames& names, Add&& add)
{
    const std::span<const SdpMedia> all = description.media;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto sharesWith = [&](const SdpMedia& other) {
            return described::isOfRtp(other) && !other.address.ip.isUnspecified() && other.address == all[i].address;
        };
        if (!described::isOfRtp(all[i])
            || std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i), sharesWith))
            continue;
        AddressAdded address = common;
        address.endpoint = all[i].address;
        address.kind = all[i].kind;
        address.secure = all[i].secure;
        described::addPayloads(address, all[i], names);
        const std::uint8_t own = address.payloadCount;
        for (const SdpMedia& other : all.subspan(i + 1)) {
            if (!sharesWith(other))
                continue;
            address.sharedWith = other.kind;
            described::addPayloads(address, other, names);
        }
        address.sharedPayloads = static_cast<std::uint8_t>(address.payloadCount - own);
        described::addRtcp(address, all[i].rtcpAddress, add);
        if (!address.endpoint.ip.isUnspecified())
            add(address);
        for (const SdpCandidate& candidate : all[i].candidates) {
            if (candidate.component != 1) {
                described::addRtcp(address, candidate.address, add);
                continue;
            }
            address.endpoint = candidate.address;
            add(address);
        }
    }
}

}
