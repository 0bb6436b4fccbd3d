// What packets in step add up to. In step is a packet that follows on a timed one of media as most do: then that packet
// is what it is compared with in all respects, and all that it changes lies in these two cache lines' worth of sums.
// Whoever asks for figures has RtpStream take them in first. bench: tracking_bench
#pragma once

#include "engine/media/jitter_estimator.h"
#include "engine/media/rtp_packet.h"
#include "engine/media/running_statistics.h"
#include "engine/media/sequence_tracker.h"
#include "shared/quality/jitter_buffer.h"

#include <cmath>
#include <limits>

namespace callmon {

struct RtpArrival {
    Timestamp at;
    Nanoseconds uncertainty {};
    std::uint16_t ipSize = 0;
    std::uint8_t dscp = 0; // RFC 2474
};

class RtpRun {
public:
    bool isOn() const { return m_on; } // there is a packet to follow on
    bool isNext(std::uint16_t sequence) const { return m_on && sequence == static_cast<std::uint16_t>(m_sequence + 1); }
    // Later than that, by no other numbering: those between are missing.
    bool isBeyondGap(std::uint16_t sequence) const
    {
        const auto ahead = static_cast<std::uint16_t>(sequence - m_sequence);
        return m_on && ahead > 1 && ahead < SequenceTracker::maxDropout;
    }
    // Whether the jitter buffer takes a packet that is in step without further ado.
    bool isInTime(Timestamp at, RtpTicks sent, const JitterBufferRule& buffer) const
    {
        const double deltaMs = static_cast<double>((at - m_lastAt).count()) * 1e-6;
        JitterBuffer trial = m_buffer;
        return trial.takes(
            static_cast<float>(deltaMs - 1000.0 * (sent.count - m_lastSent.count) / m_clock.value), buffer);
    }

private:
    friend class RtpStream;
    static constexpr std::uint8_t mostPackets = 255;
    static constexpr std::uint32_t mostTicks = 1U << 24; // of a step: those of a run stay below a whole circle

    // Apart from its number. The packet's meaning is media of this clock: else the run has ended before.
    bool isInStep(const RtpArrival& arrival, const RtpHeader& packet) const
    {
        return packet.sent.count - m_lastSent.count < mostTicks && !packet.marker && arrival.dscp == m_dscp
            && arrival.at >= m_lastAt && m_packets < mostPackets;
    }
    bool keepsPacketisation(RtpTicks sent) const
    {
        const std::uint32_t step = sent.count - m_lastSent.count;
        return step == m_packetisation.count || step == 0;
    }
    // False: the jitter buffer is to judge it.
    [[gnu::always_inline]] bool add(const RtpArrival& arrival, const RtpHeader& packet, const JitterBufferRule& buffer)
    {
        const std::uint32_t step = packet.sent.count - m_lastSent.count;
        const Nanoseconds sinceLast = arrival.at - m_lastAt;
        const double deltaMs = static_cast<double>(sinceLast.count()) * 1e-6;
        const double strayedMs = deltaMs - 1000.0 * step / m_clock.value;
        const double aboutMs = step == m_packetisation.count ? strayedMs : deltaMs - packetisationMs();
        const PackedTime packed = PackedTime::of(sinceLast);
        m_lastAt = arrival.at;
        m_lastSent = packet.sent;
        m_sequence = packet.sequence;
        ++m_packets;
        m_deltaMin = std::min(m_deltaMin, packed);
        m_deltaMax = std::max(m_deltaMax, packed);
        m_deltaSquares += aboutMs * aboutMs;
        m_uncertaintyMaxNs = std::max(m_uncertaintyMaxNs, bounded(arrival.uncertainty));
        m_jitter.add(Milliseconds(std::fabs(strayedMs)), arrival.uncertainty); // chrono's abs() would be a branch
        const double jitter = m_jitter.jitter().count();
        m_jitterSumMs += jitter;
        m_jitterMaxMs = std::max(m_jitterMaxMs, static_cast<float>(jitter));
        m_jitterErrorSumMs += static_cast<float>(m_jitter.error().count());
        return m_buffer.takes(static_cast<float>(strayedMs), buffer);
    }
    static std::uint32_t bounded(Nanoseconds uncertainty)
    {
        constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
        return static_cast<std::uint32_t>(std::min<std::int64_t>(uncertainty.count(), most));
    }
    double packetisationMs() const { return 1000.0 * m_packetisation.count / m_clock.value; }
    void clearSums()
    {
        m_packets = m_otherSizes = 0;
        m_jitterSumMs = m_deltaSquares = 0;
        m_jitterErrorSumMs = m_jitterMaxMs = 0;
        m_deltaMin = PackedTime::longest();
        m_deltaMax = PackedTime();
    }

    // In the order that leaves no gaps: whoever holds a run puts its flags behind it.
    Timestamp m_lastAt; // of the last packet, as all that is not said to be a sum
    JitterEstimator m_jitter;
    double m_jitterSumMs = 0; // sums are over the packets that are not taken in yet
    double m_deltaSquares = 0; // sum, of deltas' distances from the packetisation, ms²
    JitterBuffer m_buffer;
    RtpTicks m_lastSent;
    Hertz m_clock;
    RtpTicks m_packetisation;
    std::uint32_t m_uncertaintyMaxNs = 0; // of the stream
    float m_jitterErrorSumMs = 0;
    float m_jitterMaxMs = 0; // of those packets, as the next two
    PackedTime m_deltaMin;
    PackedTime m_deltaMax;
    std::uint16_t m_sequence = 0;
    std::uint16_t m_size = 0; // network layer; of all those packets but m_otherSizes, which were counted at once
    std::uint8_t m_packets = 0;
    std::uint8_t m_otherSizes = 0;
    std::uint8_t m_dscp = 0;
    bool m_on = false;
};

}
