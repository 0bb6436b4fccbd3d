// Session descriptions (RFC 4566/8866) as an observer of offer and answer (RFC 3264) needs them.
#pragma once

#include "shared/base/bounded_list.h"
#include "shared/base/flow_key.h"
#include "shared/base/units.h"
#include "shared/calls/media_kind.h"

#include <optional>
#include <span>
#include <string_view>

namespace callmon {

enum class MediaDirection : std::uint8_t { SendReceive, SendOnly, ReceiveOnly, Inactive };

struct SdpCodec {
    std::uint8_t payloadType = 0;
    std::string_view name; // of a=rtpmap in standardSpelling(), or of RFC 3551 for static types; empty when unknown
    Hertz clockRate; // 0 when unknown
    std::uint8_t channels = 1;
    std::string_view parameters; // of a=fmtp, as they stand there
};

// An address at which the one who sends this SDP may be reached instead (ICE, RFC 8839 5.1): over UDP, of a host, a
// reflection or a relay.
struct SdpCandidate {
    Endpoint address;
    std::uint8_t component = 1; // 1: RTP, 2: RTCP
};

// How the keys of SRTP come about. The keys themselves are never read.
enum class SdpKeying : std::uint8_t {
    None,
    Sdes, // a=crypto (RFC 4568)
    Dtls, // a=fingerprint (RFC 5763, RFC 8122)
};

struct SdpMedia {
    static constexpr std::size_t maxCodecs = 24;
    static constexpr std::size_t maxCandidates = 12;

    MediaKind kind = MediaKind::Other;
    Endpoint address; // where the one who sends this SDP receives RTP: c= of the media or the session, port of m=
    Endpoint rtcpAddress; // where RTCP: a=rtcp (RFC 3605), else the port above; unless both sides say rtcpMux
    bool rejected = false; // port 0 (RFC 3264 6)
    bool secure = false; // RTP/SAVP, RTP/SAVPF, UDP/TLS/...
    SdpKeying keying = SdpKeying::None; // may be offered without a profile that asks for it (RFC 8643)
    MediaDirection direction = MediaDirection::SendReceive; // of the media, else of the session; c=0.0.0.0 is SendOnly
    bool rtcpMux = false; // RFC 5761
    std::optional<std::uint16_t> ptimeMs;
    std::optional<std::uint16_t> maxPtimeMs;
    std::string_view mid; // a=mid (RFC 5888)
    BoundedList<SdpCodec, maxCodecs> codecs;
    BoundedList<SdpCandidate, maxCandidates> candidates;
};

// What a description says beyond the limits: left out.
struct SdpExcess {
    std::uint64_t lines = 0;
    std::uint64_t media = 0;
    std::uint64_t payloadTypes = 0;
    std::uint64_t candidates = 0;

    SdpExcess& operator+=(const SdpExcess& other)
    {
        lines += other.lines;
        media += other.media;
        payloadTypes += other.payloadTypes;
        candidates += other.candidates;
        return *this;
    }
};

struct SessionDescription {
    static constexpr std::size_t maxMedia = 8;
    static constexpr std::size_t usualMaxLines = 1024; // browsers with video write some hundred

    SessionDescription() { } // not implicit, which would have all of its room written with zeros (dcl.init)

    BoundedList<SdpMedia, maxMedia> media; // in the order of their lines
    SdpExcess excess;
};

// Views into `body`. Empty when there is no "v=0" to begin with.
std::optional<SessionDescription> parseSdp(
    std::string_view body, std::size_t maxLines = SessionDescription::usualMaxLines);

// Candidates that follow their description (RFC 8840 9): its pseudo media lines have neither an address nor payload
// types of their own.
SessionDescription parseIceFragment(std::string_view body, std::size_t maxLines = SessionDescription::usualMaxLines);

// RFC 3551 tables 4 and 5; empty name for unassigned and dynamic types.
SdpCodec staticCodec(std::uint8_t payloadType);

// Encoding names are the same in any case (RFC 4855 3) and phones write "pcma": a name that we know comes back as its
// RFC spells it, any other as it is.
std::string_view standardSpelling(std::string_view encodingName);

}
