// A UDP datagram taken out of a frame. Views into the frame's bytes.
#pragma once

#include "engine/packet/header_bytes.h"
#include "shared/base/byte_reader.h"
#include "shared/base/encapsulation.h"
#include "shared/base/flow_key.h"
#include "shared/base/units.h"

#include <algorithm>
#include <bit>

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

// Addresses are made in words, not in bytes: there are ten million of them a second.
using AddressWords = std::array<std::uint64_t, 2>;

// What IpAddress::v4() makes; the address as it lies in memory.
inline IpAddress v4Address(std::uint32_t networkOrder)
{
    static_assert(std::endian::native == std::endian::little);
    return std::bit_cast<IpAddress>(AddressWords { 0, 0xffff'0000u | std::uint64_t { networkOrder } << 32 });
}

// Addresses, DSCP, sizes and payload; the caller sets arrival, uncertainty and sequence. In place, and inline: it is
// done for every frame by the core that has the most to do.
inline void readDatagram(Bytes frame, const UdpLayout& layout, Datagram& datagram)
{
    constexpr std::size_t udpHeader = 8;
    constexpr std::size_t ipv4Addresses = 12; // RFC 791 3.1
    constexpr std::size_t ipv6Addresses = 8; // RFC 8200 3
    const std::uint8_t first = byteAt(frame, layout.ip);
    const std::uint8_t second = byteAt(frame, layout.ip + 1u);
    FlowKey& flow = datagram.flow;
    if (first >> 4 == 4) [[likely]] {
        datagram.dscp = static_cast<std::uint8_t>(second >> 2);
        flow.src.ip = v4Address(wordAt<std::uint32_t>(frame, layout.ip + ipv4Addresses));
        flow.dst.ip = v4Address(wordAt<std::uint32_t>(frame, layout.ip + ipv4Addresses + 4));
    } else {
        datagram.dscp = static_cast<std::uint8_t>((first & 0xf) << 2 | second >> 6);
        flow.src.ip = std::bit_cast<IpAddress>(wordAt<AddressWords>(frame, layout.ip + ipv6Addresses));
        flow.dst.ip = std::bit_cast<IpAddress>(wordAt<AddressWords>(frame, layout.ip + ipv6Addresses + 16));
    }
    flow.src.port = big16(frame, layout.payload - udpHeader);
    flow.dst.port = big16(frame, layout.payload - udpHeader + 2);
    const Bytes behind = frame.subspan(layout.payload);
    datagram.payload = behind.first(std::min<std::size_t>(behind.size(), layout.wirePayloadSize));
    datagram.wirePayloadSize = layout.wirePayloadSize;
    datagram.ipSize = layout.ipSize;
    datagram.encapsulation = layout.encapsulation;
}

inline Datagram datagramOf(Bytes frame, const UdpLayout& layout)
{
    Datagram datagram;
    readDatagram(frame, layout, datagram);
    return datagram;
}

}
