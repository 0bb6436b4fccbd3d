// S, the stream half: what is known of one SSRC on one path. Plain memory, no allocation; one call of add() a packet.
#pragma once

#include "engine/media/jitter_estimator.h"
#include "engine/media/rtp_packet.h"
#include "engine/media/running_statistics.h"
#include "engine/media/sequence_tracker.h"
#include "shared/base/flow_key.h"

#include <optional>

namespace callmon {

enum class PayloadKind : std::uint8_t {
    Media,
    TelephoneEvent, // RFC 4733: the timestamp stands still while an event lasts, so it says nothing of jitter
    ComfortNoise, // RFC 3389
};

// What a payload type number means on this path, by the SDP or RFC 3551.
struct PayloadMeaning {
    std::uint8_t payloadType = 0;
    PayloadKind kind = PayloadKind::Media;
    std::uint16_t codec = 0; // index into the tracker's codec names; 0 unknown
    Hertz clock; // 0 when unknown: no jitter then
};

struct RtpArrival {
    Timestamp at;
    Nanoseconds uncertainty {};
    std::uint16_t ipSize = 0;
};

// What one second of a stream came to.
struct SecondFigures {
    std::uint32_t packets = 0; // duplicates included
    std::uint32_t received = 0; // distinct
    std::uint32_t lost = 0;
    std::uint32_t duplicates = 0;
    std::uint32_t reordered = 0;
    Milliseconds jitter {}; // estimate at its end
    Milliseconds deltaMax {};
};

class RtpStream {
public:
    void begin(const FlowKey& flow, Ssrc ssrc);
    Arrival add(const RtpArrival& arrival, const RtpHeader& packet, const PayloadMeaning& meaning);
    // Timestamps before and after this point are not compared (RFC 3550 does not tie them): media before the first
    // answer, such as announcements, count in a segment of their own unless they go on in step.
    void beginTimestampSegment() { m_jitter.beginSegment(); }
    // The figures since the last call, which begins the next second.
    SecondFigures closeSecond();
    bool secondIsEmpty() const { return m_sequence.packets() == m_second.packets; }

    bool is(const FlowKey& flow, Ssrc ssrc) const { return m_ssrc == ssrc && m_flow == flow; }
    const FlowKey& flow() const { return m_flow; }
    Ssrc ssrc() const { return m_ssrc; }
    // Of the first packet that is neither telephone-event nor comfort noise; of the first packet until there is one.
    const PayloadMeaning& payload() const { return m_payload; }
    const SequenceTracker& sequence() const { return m_sequence; }
    Timestamp firstPacketAt() const { return m_firstPacketAt; }
    Timestamp lastPacketAt() const { return m_lastPacketAt; }
    std::uint64_t bytes() const { return m_bytes; } // network layer
    Nanoseconds uncertaintyMax() const { return m_uncertaintyMax; }
    const RunningStatistics& sizes() const { return m_sizes; } // bytes, network layer

    // Inter-arrival times and jitter in ms. Which packets count is as in tshark's rtp,streams: not the first, none with
    // the marker (a talkspurt begins: the pause before it is no delay), no comfort noise nor what follows on it, and
    // none sent before the first. Empty while none counted.
    const RunningStatistics& deltas() const { return m_deltas; }
    std::optional<Milliseconds> deltaMean() const;
    std::optional<Milliseconds> jitterMean() const;
    std::optional<Milliseconds> jitterMax() const;
    Milliseconds jitterNow() const { return m_jitter.jitter(); }
    // Sender's time between packets, from consecutive packets of media; zero while unknown.
    Milliseconds packetisation() const { return m_packetisation; }

private:
    struct SecondBegin {
        std::uint64_t packets = 0;
        std::uint64_t received = 0;
        std::uint64_t expected = 0;
        std::uint32_t duplicates = 0;
        std::uint32_t reordered = 0;
        double deltaMaxMs = 0;
    };

    // Identity and what every packet touches come first: they share cache lines.
    Ssrc m_ssrc;
    FlowKey m_flow;
    bool m_started = false;
    bool m_afterNoise = false;
    bool m_lastWasMedia = false;
    PayloadMeaning m_payload;
    std::uint16_t m_lastSequence = 0;
    RtpTicks m_lastSent;
    std::int64_t m_ticksSinceFirst = 0; // of the last packet; negative: sent before the first
    Timestamp m_firstPacketAt;
    Timestamp m_lastPacketAt;
    Timestamp m_lastInSequenceAt;
    SequenceTracker m_sequence;
    JitterEstimator m_jitter;
    std::uint64_t m_bytes = 0;
    double m_deltaMeanMs = 0;
    double m_jitterMeanMs = 0;
    double m_jitterMaxMs = 0;
    bool m_jitterCounted = false;
    RunningStatistics m_deltas;
    RunningStatistics m_sizes;
    Milliseconds m_packetisation {};
    Nanoseconds m_uncertaintyMax {};
    SecondBegin m_second;
};

}
