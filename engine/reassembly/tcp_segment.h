// A TCP segment (RFC 9293 3.1). Views into the packet's bytes.
#pragma once

#include "shared/base/byte_reader.h"

#include <optional>

namespace callmon {

struct TcpSegment {
    std::uint16_t srcPort = 0;
    std::uint16_t dstPort = 0;
    std::uint32_t sequence = 0; // of the first byte, or of SYN
    std::uint32_t acknowledged = 0; // next byte expected from the other side; with `ack` only
    bool ack = false;
    bool syn = false;
    bool fin = false;
    bool rst = false;
    Bytes payload; // what was captured of it
    std::uint32_t wirePayloadSize = 0;
};

// `wireSize` is the segment's size as the IP header says; `bytes` what was captured of it. Empty when the header is cut
// or its length is impossible. The checksum is not required: captures made on the sending host do not have it.
std::optional<TcpSegment> parseTcp(Bytes bytes, std::size_t wireSize);

}
