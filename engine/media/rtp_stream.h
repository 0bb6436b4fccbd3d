// S, the stream half: what is measured of one SSRC on one path. Plain memory, no allocation; one call of add() a
// packet. Which stream it is, whoever holds it knows.
#pragma once

#include "engine/media/jitter_estimator.h"
#include "engine/media/rtp_packet.h"
#include "engine/media/running_statistics.h"
#include "engine/media/sequence_tracker.h"

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
    Milliseconds jitterError {}; // of that estimate
    Milliseconds deltaMax {};
};

class RtpStream {
public:
    static constexpr std::size_t hotBytes = 248; // from the beginning; the rest no packet in its order touches

    Arrival add(const RtpArrival& arrival, const RtpHeader& packet, const PayloadMeaning& meaning);
    // Timestamps before and after this point are not compared (RFC 3550 does not tie them): media before the first
    // answer, such as announcements, count in a segment of their own unless they go on in step.
    void beginTimestampSegment() { m_jitter.beginSegment(); }
    // The figures since the last call, which begins the next second.
    SecondFigures closeSecond();
    bool secondIsEmpty() const { return m_sequence.packets() == m_second.packets; }

    // Of the first packet that is neither telephone-event nor comfort noise; of the first packet until there is one.
    const PayloadMeaning& payload() const { return m_payload; }
    const SequenceTracker& sequence() const { return m_sequence; }
    Timestamp firstPacketAt() const { return m_firstPacketAt; }
    Timestamp lastPacketAt() const { return std::max(m_lastHeardAt, m_lastBeforeStepBack); }
    // The same, but never later than a time that the clock stepped back to: what silence is counted from.
    Timestamp lastHeardAt() const { return m_lastHeardAt; }
    void stepBack(Timestamp now);
    std::uint64_t bytes() const { return m_sizes.sum(); } // network layer
    Nanoseconds uncertaintyMax() const { return m_uncertaintyMax; }
    double sizeMin() const { return m_sizes.min(); } // bytes, network layer
    double sizeMean() const { return m_sizes.mean(m_sequence.packets()); }
    double sizeMax() const { return m_sizes.max(); }
    double sizeStandardDeviation() const { return m_sizes.standardDeviation(m_sequence.packets()); }

    // Inter-arrival times and jitter in ms. Which packets count is as in tshark's rtp,streams: not the first, none with
    // the marker (a talkspurt begins: the pause before it is no delay), no comfort noise nor what follows on it, and
    // none sent before the first. Empty while none counted.
    const RunningStatistics& deltas() const { return m_deltas; }
    std::optional<Milliseconds> deltaMean() const;
    std::optional<Milliseconds> jitterMean() const;
    std::optional<Milliseconds> jitterMax() const;
    // Mean, over the packets that jitterMax() is over, of the bound that their arrival times' uncertainty sets to the
    // estimate's error.
    std::optional<Milliseconds> jitterError() const;
    Milliseconds jitterNow() const { return m_jitter.jitter(); }
    // Sender's time between packets, from consecutive packets of media; zero while unknown.
    Milliseconds packetisation() const;

private:
    struct SecondBegin {
        std::uint64_t packets = 0;
        std::uint64_t received = 0;
        std::uint64_t expected = 0;
        std::uint32_t duplicates = 0;
        std::uint32_t reordered = 0;
    };

    // What every packet touches comes first and fills hotBytes; the rest is for the first packet and for each second.
    bool m_started = false;
    bool m_afterNoise = false;
    bool m_lastWasMedia = false;
    bool m_payloadIsMedia = false; // m_payload is settled
    std::uint16_t m_lastSequence = 0;
    RtpTicks m_lastSent;
    std::uint32_t m_jitterCount = 0; // packets that jitter's mean and maximum are over
    std::int64_t m_ticksSinceFirst = 0; // of the last packet; negative: sent before the first
    Timestamp m_lastHeardAt;
    Timestamp m_lastInSequenceAt;
    JitterEstimator m_jitter;
    double m_deltaMeanMs = 0;
    double m_jitterMeanMs = 0;
    double m_jitterMaxMs = 0;
    double m_jitterErrorSumMs = 0;
    RunningStatistics m_deltas;
    SizeStatistics m_sizes;
    Nanoseconds m_uncertaintyMax {};
    double m_secondDeltaMaxMs = 0;
    RtpTicks m_packetisation; // 0 while unknown
    Hertz m_packetisationClock;
    SequenceTracker m_sequence;
    PayloadMeaning m_payload;
    Timestamp m_firstPacketAt;
    Timestamp m_lastBeforeStepBack;
    SecondBegin m_second;
};

}
