// RTCP extended reports (RFC 3611): what receivers say beyond loss and jitter. Blocks of loss, of receipt times and of
// statistics are counted and not read: reports and VoIP metrics say the same of each interval.
#pragma once

#include "engine/media/rtcp_packet.h"

namespace callmon {

enum class XrType : std::uint8_t { // those that are read
    ReceiverReferenceTime = 4,
    DelaySinceReference = 5, // DLRR
    VoipMetrics = 7,
};

struct XrBlock { // a view
    XrType type {};
    std::uint8_t flags = 0; // "type-specific"
    Bytes body; // after the first four bytes
};

// The blocks of an extended report; ends at the first that reaches past the packet.
class XrBlocks {
public:
    explicit XrBlocks(const RtcpPart& part);
    Ssrc author() const { return m_author; }
    std::optional<XrBlock> next();

private:
    Ssrc m_author;
    ByteReader m_in;
};

// Each reader is empty for blocks of other types, and for those whose length is not that of their type.

// Receiver reference time (4.4): what an echo gives back.
std::optional<NtpShort> readReferenceTime(const XrBlock& block);

// DLRR (4.5): how long ago its author received each receiver's reference time.
struct XrEcho {
    Ssrc receiver;
    NtpShort lastReference; // 0: none came yet
    NtpShort delay;
};
class XrEchoes {
public:
    explicit XrEchoes(const XrBlock& block);
    std::optional<XrEcho> next();

private:
    ByteReader m_in;
};

// VoIP metrics (4.7), from the beginning of reception. Shares are of 256, levels in dBm, factors and scores 127 when
// the receiver cannot say.
struct XrVoipMetrics {
    Ssrc source;
    std::uint8_t lossShare = 0;
    std::uint8_t discardShare = 0;
    std::uint8_t burstDensity = 0;
    std::uint8_t gapDensity = 0;
    std::uint16_t burstMs = 0;
    std::uint16_t gapMs = 0;
    std::uint16_t roundTripMs = 0;
    std::uint16_t endSystemMs = 0;
    std::int8_t signalLevel = 0;
    std::int8_t noiseLevel = 0;
    std::uint8_t echoReturnLoss = 0; // dB
    std::uint8_t gapThreshold = 0; // Gmin
    std::uint8_t rFactor = 0;
    std::uint8_t externalRFactor = 0;
    std::uint8_t mosListening = 0; // tenths
    std::uint8_t mosConversational = 0; // tenths: with delay and echo
    std::uint8_t receiverConfiguration = 0;
    std::uint16_t bufferNominalMs = 0; // the jitter buffer's
    std::uint16_t bufferMaximumMs = 0;
    std::uint16_t bufferLimitMs = 0;
};
std::optional<XrVoipMetrics> readVoipMetrics(const XrBlock& block);
// MOS by the receiver's own account: conversational, which counts delay as ours does, else listening (4.7.5).
std::optional<double> mosOf(const XrVoipMetrics& metrics);

}
