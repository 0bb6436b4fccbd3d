// The values of single lines of a session description; what parseSdp() puts together.
#pragma once

#include "engine/signalling/sdp.h"

namespace callmon {

struct SdpConnection {
    IpAddress address; // unspecified when it is a name: a probe resolves none
    bool unspecified = false; // 0.0.0.0 or ::, "on hold" before RFC 3264 (8.4), "not yet known" with ICE
};

// "IN IP4 224.2.36.42/127", "IN IP6 2001:db8::1"
std::optional<SdpConnection> readSdpConnection(std::string_view value);

// "audio 49170/2 RTP/AVP 0 8 101": kind, port, profile and payload types of a media that nothing is known of yet.
void readSdpMedia(std::string_view value, SdpMedia& media, SdpExcess& excess);

struct SdpAttribute {
    std::string_view name;
    std::string_view value; // empty without a colon
};
SdpAttribute splitSdpAttribute(std::string_view text);

std::optional<MediaDirection> readSdpDirection(std::string_view attribute);
std::optional<std::uint16_t> readSdpMilliseconds(std::string_view value); // a=ptime, a=maxptime

void readSdpRtpmap(std::string_view value, SdpMedia& media); // "96 opus/48000/2"
void readSdpFmtp(std::string_view value, SdpMedia& media); // "101 0-15"

struct SdpRtcp { // "53020", "53020 IN IP4 126.16.64.4" (RFC 3605 2.1)
    std::uint16_t port = 0;
    IpAddress ip; // unspecified: that of the media
};
std::optional<SdpRtcp> readSdpRtcp(std::string_view value);

// "1 1 UDP 2130706431 203.0.113.141 8998 typ host". Empty for TCP and for names, which only browsers of the same link
// resolve (RFC 8828).
std::optional<SdpCandidate> readSdpCandidate(std::string_view value);

}
