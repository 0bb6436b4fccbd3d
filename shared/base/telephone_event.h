// Keys pressed, as RTP payload (RFC 4733), by their looks: for types that nobody describes. What is heard as a key,
// shown as one and masked as one must be the same packets.
#pragma once

#include "shared/base/byte_reader.h"

namespace callmon {

// RFC 3551 6: a number that means what a description says; the others mean what is written there.
constexpr bool isDynamicPayloadType(std::uint8_t payloadType)
{
    return payloadType >= 96;
}

// Of a dynamic type, and as long as an event (RFC 4733 2.3).
inline bool looksLikeTelephoneEvent(std::uint8_t payloadType, Bytes payload)
{
    constexpr std::size_t eventBytes = 4;
    return isDynamicPayloadType(payloadType) && payload.size() == eventBytes;
}

}
