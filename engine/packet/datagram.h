// A UDP datagram taken out of a frame. Views into the frame's bytes.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/encapsulation.h"
#include "shared/base/flow_key.h"
#include "shared/base/units.h"

namespace callmon {

struct Datagram {
    Timestamp arrival;
    Nanoseconds uncertainty {};
    FlowKey flow;
    Bytes payload; // what was captured of it
    std::uint16_t wirePayloadSize = 0; // as the UDP header says
    std::uint16_t ipSize = 0; // network-layer size: IP header and up, as on the wire
    Encapsulation encapsulation = Encapsulation::None; // what the packet was in
    std::uint8_t dscp = 0; // RFC 2474
    std::uint64_t sequence = 0; // of its frame in the capture: orders what several processing cores see of it
};

// Where a frame holds its datagram: what the capture core found out, so that nobody parses twice. Only a layout that
// was found in the very frame may be used with it.
struct UdpLayout {
    std::uint16_t ip = 0; // bytes before the IP header
    std::uint16_t payload = 0; // bytes before the UDP payload; the UDP header is directly before it
    std::uint16_t wirePayloadSize = 0;
    std::uint16_t ipSize = 0;
    Encapsulation encapsulation = Encapsulation::None;
    bool operator==(const UdpLayout&) const = default;
};

// Addresses, DSCP, sizes and payload; the caller sets arrival, uncertainty and sequence.
Datagram datagramOf(Bytes frame, const UdpLayout& layout);

}
