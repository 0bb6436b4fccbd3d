// What was recorded of a call as a capture file again: nanosecond pcap, raw IP (LINKTYPE_RAW), the IP, UDP and TCP
// headers made anew from the addresses. Signalling over TCP is one segment a message, numbered as if nothing else had
// been said on the connection; over SCTP and WebSocket it is put into UDP, which Wireshark reads without the
// association or handshake that is not there.
#pragma once

#include "shared/base/result.h"
#include "shared/calls/call_message.h"
#include "shared/codecs/call_audio.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace callmon {

struct PcapWritten {
    std::uint64_t packets = 0;
    bool damaged = false; // a piece of a stream ended in the middle of a packet
};
// Told now and then of how many bytes of the media are written; false gives it up.
using PcapProgress = std::function<bool(std::uint64_t mediaBytes)>;
// All by arrival; where times are equal messages first, then streams in their order. Nothing but the next packet of
// each is looked at, so memory does not grow with the call: a packet that lies behind a later one of its own stream
// (the clock was set back) is written behind it, as it was captured.
Result<PcapWritten> writeCallPcap(std::span<const CallMessage> messages, // in order of time
    std::span<const RecordedStream> media, const std::string& path, const PcapProgress& goesOn = {});

// IPv4 or IPv6 and UDP headers over a datagram of `wireSize` bytes of which `datagram` was kept. A cut datagram has no
// UDP checksum (0), for it cannot be known.
std::vector<std::byte> ipAndUdpHeaders(const FlowKey& flow, std::uint16_t wireSize, Bytes datagram);
// The same with a TCP header: a segment with PSH and ACK.
std::vector<std::byte> ipAndTcpHeaders(
    const FlowKey& flow, std::uint32_t sequence, std::uint32_t acknowledged, std::uint16_t wireSize, Bytes segment);

}
