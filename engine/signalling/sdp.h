// Session descriptions (RFC 4566/8866) as an observer of offer and answer (RFC 3264) needs them.
#pragma once

#include "shared/base/flow_key.h"
#include "shared/base/units.h"
#include "shared/calls/media_kind.h"

#include <array>
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
};

struct SdpMedia {
    static constexpr std::size_t maxCodecs = 24;

    MediaKind kind = MediaKind::Other;
    Endpoint address; // where the one who sends this SDP receives RTP: c= of the media or the session, port of m=
    bool rejected = false; // port 0 (RFC 3264 6)
    bool secure = false; // RTP/SAVP, RTP/SAVPF, UDP/TLS/...
    MediaDirection direction = MediaDirection::SendReceive; // of the media, else of the session; c=0.0.0.0 is SendOnly
    std::optional<std::uint16_t> rtcpPort; // a=rtcp (RFC 3605)
    bool rtcpMux = false; // RFC 5761
    std::optional<std::uint16_t> ptimeMs;
    std::array<SdpCodec, maxCodecs> codecs;
    std::size_t codecCount = 0;

    std::span<const SdpCodec> codecList() const { return std::span(codecs).first(codecCount); }
};

struct SessionDescription {
    static constexpr std::size_t maxMedia = 8;

    std::array<SdpMedia, maxMedia> media;
    std::size_t mediaCount = 0;

    std::span<const SdpMedia> mediaList() const { return std::span(media).first(mediaCount); }
};

// Views into `body`. Empty when there is no "v=0" to begin with; media lines beyond maxMedia and payload types beyond
// maxCodecs are left out.
std::optional<SessionDescription> parseSdp(std::string_view body);

// RFC 3551 tables 4 and 5; empty name for unassigned and dynamic types.
SdpCodec staticCodec(std::uint8_t payloadType);

// Encoding names are the same in any case (RFC 4855 3) and phones write "pcma": a name that we know comes back as its
// RFC spells it, any other as it is.
std::string_view standardSpelling(std::string_view encodingName);

}
