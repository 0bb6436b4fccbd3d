// What was recorded of a call as a capture file again: nanosecond pcap, raw IP (LINKTYPE_RAW), the IP, UDP and TCP
// headers made anew from the addresses. Signalling over TCP is one segment a message, numbered as if nothing else had
// been said on the connection; over SCTP and WebSocket it is put into UDP, which Wireshark reads without the
// association or handshake that is not there.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/call_message.h"
#include "shared/calls/media_chunk.h"
#include "shared/calls/stream_record.h"

#include <string>
#include <vector>

namespace callmon {

class MediaPcap {
public:
    void add(const StreamRecord& stream, Bytes chunk); // MediaChunk bytes
    void add(const CallMessage& message);
    std::uint64_t packets() const { return m_packets.size(); }
    bool damaged() const { return m_damaged; } // a chunk ended in the middle of a packet
    // All packets by arrival; those of one stream keep their order where times are equal.
    Result<void> write(const std::string& path);

private:
    struct Packet {
        Timestamp arrival;
        FlowKey flow;
        bool tcp;
        std::uint16_t wireSize;
        std::vector<std::byte> datagram;
    };
    std::vector<Packet> m_packets;
    bool m_damaged = false;
};

// IPv4 or IPv6 and UDP headers over a datagram of `wireSize` bytes of which `datagram` was kept. A cut datagram has no
// UDP checksum (0), for it cannot be known.
std::vector<std::byte> ipAndUdpHeaders(const FlowKey& flow, std::uint16_t wireSize, Bytes datagram);
// The same with a TCP header: a segment with PSH and ACK.
std::vector<std::byte> ipAndTcpHeaders(
    const FlowKey& flow, std::uint32_t sequence, std::uint32_t acknowledged, std::uint16_t wireSize, Bytes segment);

}
