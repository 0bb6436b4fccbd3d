// What a codec of an SDP or of RFC 3551 means for the figures.
#pragma once

#include "engine/media/rtp_stream.h"
#include "engine/signalling/sdp.h"
#include "engine/tracking/codec_names.h"
#include "shared/base/ascii.h"

namespace callmon {

inline PayloadKind kindOf(const SdpCodec& codec)
{
    if (equalsIgnoringCase(codec.name, "telephone-event"))
        return PayloadKind::TelephoneEvent;
    if (equalsIgnoringCase(codec.name, "cn") || codec.payloadType == 13
        || codec.payloadType == 19) // 19: before RFC 3551
        return PayloadKind::ComfortNoise;
    if (equalsIgnoringCase(codec.name, "red"))
        return PayloadKind::Redundant;
    return equalsIgnoringCase(codec.name, "t140") ? PayloadKind::Text : PayloadKind::Media;
}

inline PayloadMeaning meaningOf(const SdpCodec& codec, CodecNames& names)
{
    return { codec.payloadType, kindOf(codec), names.indexOf(codec.name), codec.clockRate };
}

}
