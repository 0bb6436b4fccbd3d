// One RTP stream of a call: one SSRC on one path in one direction.
#pragma once

#include "shared/calls/call_record.h"
#include "shared/calls/payload_uses.h"
#include "shared/quality/jitter_buffer.h"

namespace callmon {

enum class BindingRule : std::uint8_t { // by what a stream was found to belong to its call
    None, // not known: stored before it was kept
    Advertised, // its destination stands in a session description of the call
    Symmetric, // its source does: whoever receives at an address sends from it (RFC 4961)
    LearntAddress, // its destination was seen to send for a party whose own address is behind a NAT
};

enum class DelaySource : std::uint8_t { // where the round trip in the one-way delay comes from
    None, // no delay is said
    Assumed,
    Signalling, // first INVITE to its first response
    Rtcp,
};

struct JitterBufferLimits { // RFC 3611 4.7.7; its nominal delay is one of ReceiverMetrics
    std::uint16_t maximumMs = 0; // of now
    std::uint16_t absoluteMaximumMs = 0; // that it can adapt to
    bool operator==(const JitterBufferLimits&) const = default;
};

// What a stream's receiver says by its VoIP metrics of all that it received (RFC 3611 4.7). Empty: it said nothing, or
// cannot tell.
struct ReceiverMetrics {
    std::optional<double> lostPercent; // lost before the receiver, RTP and below
    std::optional<double> discardedPercent; // that came too late or too early for its jitter buffer
    std::optional<double> burstDensityPercent; // lost or discarded, in bursts
    std::optional<double> gapDensityPercent; // between them
    std::optional<Milliseconds> burstDuration; // means
    std::optional<Milliseconds> gapDuration;
    std::optional<Milliseconds> roundTrip; // as the receiver measured it
    std::optional<Milliseconds> endSystemDelay; // within the receiver: its buffer, decoding, encoding
    std::optional<Milliseconds> jitterBuffer; // its nominal delay
    std::optional<double> signalLevelDbm0; // speech, negative
    std::optional<double> noiseLevelDbm0;
    std::optional<double> echoReturnLossDb; // residual
    std::optional<double> rFactor;
    std::optional<double> externalRFactor; // of what lies behind the receiver, on another network
    std::optional<std::uint8_t> gapThreshold; // Gmin, by which it tells bursts from gaps
    std::optional<JitterBufferLimits> jitterBufferLimits;
};

struct StreamRecord {
    StreamKey key;
    Party direction = Party::Caller; // who sent it
    FlowKey flow;
    Ssrc ssrc;
    std::uint8_t payloadType = 0; // of the first packet that is neither telephone-event nor comfort noise
    FixedText<30> codec; // encoding name as in the SDP or RFC 3551: "PCMA", "G729"; empty when unknown
    Hertz clockRate; // 0 when unknown: no jitter then
    Timestamp firstPacketAt;
    Timestamp lastPacketAt;
    std::uint64_t packets = 0; // every RTP packet of the stream, duplicates included (tshark's Pkts)
    std::uint64_t bytes = 0; // at the network layer: IP header and up
    std::uint64_t duplicates = 0; // same extended sequence number seen before
    std::uint64_t reordered = 0; // arrived after a later one; not lost
    std::uint64_t expected = 0; // RFC 3550 A.3
    std::uint64_t lost = 0; // expected - (packets - duplicates) - lostWithProbe, never negative: the network's
    std::uint64_t lostWithProbe = 0; // missing from seconds in which the probe itself lost frames: whose, is unknown
    double lossPercent = 0; // 100 lost / expected
    std::optional<Milliseconds> jitterMean; // RFC 3550 6.4.1, over packets
    std::optional<Milliseconds> jitterMax;
    std::optional<Milliseconds> jitterError; // of both: the arrival times' uncertainty carried through the estimator
    std::optional<Milliseconds> deltaMin; // inter-arrival time; empty with fewer than two packets
    std::optional<Milliseconds> deltaMean;
    std::optional<Milliseconds> deltaMax;
    std::optional<Milliseconds> deltaStddev;
    double sizeMinBytes = 0; // packet size at the network layer
    double sizeMeanBytes = 0;
    double sizeMaxBytes = 0;
    double sizeStddevBytes = 0;
    double throughputBps = 0; // 8 bytes / (last - first packet), network layer; 0 with fewer than two packets
    std::optional<Milliseconds> rtt; // from RTCP; until it tells, from the call's signalling
    std::optional<double> rFactor; // E-model over the whole stream; empty for a codec without published Ie
    std::optional<double> mosMean; // over one-second points
    std::optional<double> mosMin; // lowest 10-second window
    Nanoseconds arrivalUncertaintyMax {}; // worst of the packets' arrival times
    std::uint64_t packetsStored = 0; // in the recording log
    std::uint64_t packetsNotStored = 0; // no room there: lost to the record, not to the call

    BindingRule bindingRule = BindingRule::None;
    std::uint8_t bindingConfidence = 0; // percent
    MediaKind kind = MediaKind::Audio;
    bool secure = false; // SRTP: what is recorded cannot be heard
    std::uint64_t packetsJoinedLater = 0; // that came before their signalling, and waited for it
    std::uint32_t rtcpReports = 0; // reception reports about this stream (RFC 3550 6.4)
    std::optional<Milliseconds> rtcpRtt; // mean, probe to both ends, from LSR and DLSR
    std::optional<double> farEndLostPercent; // as its receiver reports it
    std::optional<Milliseconds> farEndJitter; // likewise, mean of its reports
    std::optional<double> xrMos; // MOS-CQ, else MOS-LQ, of its receiver's VoIP metrics, the last (RFC 3611 4.7)

    // How losses and discards lie together, without what is missing with the probe's own losses.
    std::uint32_t lossRuns = 0; // of packets lost or discarded in a row
    std::optional<double> burstRatio; // BurstR (G.107 7.5); empty without loss
    std::optional<double>
        burstDensityPercent; // lost or discarded in bursts (RFC 3611 4.7.2, Gmin 16); empty without a burst
    std::optional<double> gapDensityPercent; // lost between them; empty where all is a burst
    std::optional<Milliseconds> burstDuration; // means, in the sender's time; empty without, or when ptime is unknown
    std::optional<Milliseconds> gapDuration;
    std::optional<Milliseconds> ptime; // sender's time between packets, the last
    std::uint32_t comfortNoise = 0; // packets (RFC 3389)
    std::uint32_t dtmfDigits = 0; // keys pressed (RFC 4733)
    std::optional<Milliseconds> oneWayDelay; // as the E-model took it; empty without a MOS, as all below
    DelaySource delaySource = DelaySource::None;
    // MOS points that each took of 4.409, in this order; what is left is the MOS of r_factor.
    std::optional<double> mosLostToCodec;
    std::optional<double> mosLostToLoss; // were it random
    std::optional<double> mosLostToDiscards; // likewise
    std::optional<double> mosLostToBursts; // because both are not
    std::optional<double> mosLostToDelay;

    JitterBufferKind jitterBuffer = JitterBufferKind::None; // that was assumed of its receiver
    std::optional<Milliseconds> jitterBufferDelay; // the fixed one's, or the least of the adaptive one's
    std::uint64_t discarded = 0; // of the packets: came too late for that buffer
    std::uint8_t dscp = 0; // of its last packet (RFC 2474)
    std::uint32_t dscpChanges = 0;
    std::uint32_t ptimeChanges = 0;
    std::optional<double> clockSkewPpm; // of the sender's clock against the probe's: positive when it is fast
    std::uint32_t mediaGaps = 0; // of a second or more without a packet, but before a talkspurt
    std::optional<Milliseconds> mediaGapLongest;
    std::uint64_t earlyPackets = 0; // before the call was answered
    std::uint64_t earlyLost = 0; // of those expected until then
    FixedText<63> dtmf; // keys pressed, where they are kept: as "*" each, or as they were
    std::uint64_t packetsNotWanted = 0; // of the packets: came while the call was not to be recorded
    ReceiverMetrics xr; // the last; its MOS is xrMos
    PayloadUses payloads; // empty where all packets had the payload type and codec above
    // The callee's first session description came amid the stream: timestamps may begin anew there.
    std::optional<Timestamp> describedAt;
};
static_assert(std::is_trivially_copyable_v<StreamRecord>);

std::string_view toText(JitterBufferKind kind); // "fixed", "adaptive"; empty for none
std::string_view toText(DelaySource source); // "assumed", "signalling", "rtcp"; empty for none
std::string_view toText(BindingRule rule); // "advertised", "symmetric", "learnt"; empty for none

}
