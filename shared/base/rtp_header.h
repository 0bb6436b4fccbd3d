// The fixed header of an RTP packet, its extension and its padding: RFC 3550 section 5.1.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/units.h"

#include <optional>

namespace callmon {

// Of a packet's second byte: RTCP, not RTP with its marker and one of the payload types 64 to 95 (RFC 5761 4).
constexpr bool isRtcpType(unsigned secondByte)
{
    return secondByte >= 192 && secondByte <= 223;
}

struct RtpHeader { // a view, valid as long as the datagram it was read from
    bool marker = false;
    std::uint8_t payloadType = 0; // 0 to 127
    std::uint16_t sequence = 0;
    RtpTicks sent;
    Ssrc ssrc;
    Bytes payload; // after CSRCs and extension, before the padding
};

enum class Stored : std::uint8_t {
    Whole,
    CutShort, // the capture kept only the beginning: the padding count at the end was lost with it
};

// Empty when the datagram is not RTP version 2, or its counts reach past its end.
std::optional<RtpHeader> parseRtpHeader(Bytes datagram, Stored stored = Stored::Whole);

}
