// RTCP as it stands on the wire: compound packets (RFC 3550 6), of reduced size (RFC 5506), on a port of their own or
// on that of RTP (RFC 5761); told from SRTCP, which nobody here can read (RFC 3711 3.4). Extended reports: rtcp_xr.h.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/units.h"

#include <optional>

namespace callmon {

// The middle 32 bits of an NTP timestamp (RFC 3550 4): units of 1/65536 s, wraps every 18 hours.
struct NtpShort {
    std::uint32_t units = 0;
    bool operator==(const NtpShort&) const = default;
};

inline Milliseconds durationOf(NtpShort span)
{
    return Milliseconds(1000.0 * span.units / 65536);
}

enum class RtcpType : std::uint8_t {
    SenderReport = 200,
    ReceiverReport = 201,
    SourceDescription = 202,
    Bye = 203,
    Application = 204,
    TransportFeedback = 205, // RFC 4585
    PayloadFeedback = 206,
    ExtendedReport = 207, // RFC 3611
};

enum class RtcpForm : std::uint8_t {
    Plain,
    Encrypted, // its first header is RTCP, what follows is not, and the end is that of SRTCP
    Malformed,
};

// RFC 3550 A.2: versions, types and lengths of all its packets; padding in the last one only. `wireSize` is the size of
// the UDP payload as it was sent: of what a capture cut, the whole packets are Plain when the cut left the header of
// the one after them, which ciphertext would spoil.
RtcpForm formOf(Bytes datagram, std::size_t wireSize);

// One packet of a compound, a view into it.
struct RtcpPart {
    RtcpType type {};
    std::uint8_t count = 0; // of report blocks or chunks; of feedback the format
    Bytes body; // after the first four bytes, without padding
};

// The packets of a Plain datagram, one after the other; those that a capture cut are left out.
class RtcpParts {
public:
    explicit RtcpParts(Bytes datagram)
        : m_rest(datagram)
    {
    }
    std::optional<RtcpPart> next();

private:
    Bytes m_rest;
};

struct RtcpSenderInfo { // RFC 3550 6.4.1
    NtpShort sentAt; // what reports on it give back as lastSenderReport
    RtpTicks sent; // the same moment on the stream's clock
    std::uint32_t packets = 0; // since the source began
    std::uint32_t octets = 0; // of payload
};

struct RtcpReportBlock { // RFC 3550 6.4.1: what its author received of one source
    Ssrc source;
    std::uint8_t fractionLost = 0; // of 256, since the report before
    std::int32_t cumulativeLost = 0; // 24 bits, signed: falls when copies come
    std::uint32_t highestSequence = 0; // extended by the receiver's count of cycles
    RtpTicks jitter;
    NtpShort lastSenderReport; // 0: none came yet
    NtpShort delay; // between that one's arrival and this report
    bool operator==(const RtcpReportBlock&) const = default;
};

struct RtcpReport { // SR or RR
    Ssrc author;
    std::optional<RtcpSenderInfo> sender; // of an SR
    std::uint8_t blocks = 0;
    Bytes blockBytes;

    RtcpReportBlock block(std::size_t index) const; // index < blocks
};

// Empty for other types, and when there are fewer blocks than it counts.
std::optional<RtcpReport> readReport(const RtcpPart& part);

}
