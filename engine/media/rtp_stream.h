// S, the stream half: what is measured of one SSRC on one path. Plain memory, no allocation; one call of add() a
// packet, which changes the stream's run alone as long as packets are in step. Which stream it is, whoever holds it
// knows.
#pragma once

#include "engine/media/clock_skew.h"
#include "engine/media/loss_runs.h"
#include "engine/media/rtp_run.h"
#include "engine/media/sequence_tracker.h"

#include <array>
#include <optional>

namespace callmon {

enum class PayloadKind : std::uint8_t {
    Media,
    TelephoneEvent, // RFC 4733: the timestamp stands still while an event lasts, so it says nothing of jitter
    ComfortNoise, // RFC 3389
    Text, // RFC 4103: measured as media are; what is typed may be a card's number, as keys are
    Redundant, // RFC 2198: means what its primary block does, and this where its blocks cannot be told
};

// What a payload type number means on this path, by the SDP or RFC 3551.
struct PayloadMeaning {
    std::uint8_t payloadType = 0;
    PayloadKind kind = PayloadKind::Media;
    std::uint16_t codec = 0; // index into the tracker's codec names; 0 unknown
    Hertz clock; // 0 when unknown: no jitter then
    bool operator==(const PayloadMeaning&) const = default;
};

enum class DigitsKept : std::uint8_t { // of keys pressed: they may be a card's number
    Count,
    Masked, // a '*' for each
    Store,
};

// What is assumed and wanted of all streams alike.
struct RtpRules {
    JitterBufferRule buffer;
    DigitsKept digits = DigitsKept::Count;
};

// What one second of a stream came to.
struct SecondFigures {
    std::uint32_t packets = 0; // duplicates included
    std::uint32_t received = 0; // distinct
    std::uint32_t lost = 0;
    std::uint32_t duplicates = 0;
    std::uint32_t reordered = 0;
    std::uint32_t discarded = 0; // of those received: too late for the jitter buffer
    std::uint32_t lossRuns = 0; // that what is lost or discarded came in
    std::uint64_t bytes = 0; // network layer
    Milliseconds jitter {}; // estimate at its end
    Milliseconds jitterError {}; // of that estimate
    Milliseconds deltaMax {};
    bool pausing = false; // comfort noise, or timestamps went on without their packets: silence that was not sent
};

class alignas(64) RtpStream {
public:
    // From the beginning: what a packet behind a gap touches, and what one that comes too late does.
    static constexpr std::size_t gapBytes = 64;
    static constexpr std::size_t lateBytes = 128;
    static constexpr std::size_t outOfStepBytes = 704; // what others out of step do, nearly always

    // `run` is the stream's own.
    Arrival add(RtpRun& run, const RtpArrival& arrival, const RtpHeader& packet, const PayloadMeaning& meaning,
        const RtpRules& rules)
    {
        if (follows(run, meaning) && follow(run, arrival, packet, rules) != Followed::Not)
            return Arrival::InOrder;
        return addOutOfStep(run, arrival, packet, meaning, rules);
    }
    // The same in two steps, for who knows that its meaning is what it was when the run began.
    enum class Followed : std::uint8_t { Not, InTime, Judged };
    static bool follows(const RtpRun& run, const PayloadMeaning& meaning)
    {
        return run.isOn() && meaning.kind == PayloadKind::Media && meaning.clock == run.m_clock;
    }
    [[gnu::always_inline]] Followed follow(
        RtpRun& run, const RtpArrival& arrival, const RtpHeader& packet, const RtpRules& rules)
    {
        if (!run.isInStep(arrival, packet)) [[unlikely]]
            return Followed::Not;
        if (!run.isNext(packet.sequence) || !run.keepsPacketisation(packet.sent)) [[unlikely]] {
            if (!run.isBeyondGap(packet.sequence))
                return Followed::Not;
            passGap(run, packet.sequence);
        }
        if (arrival.ipSize != run.m_size) [[unlikely]] {
            m_sizes.add(arrival.ipSize);
            ++run.m_otherSizes;
        }
        if (run.add(arrival, packet, rules.buffer)) [[likely]]
            return Followed::InTime;
        judgeInStep(run, arrival.uncertainty, rules.buffer);
        return Followed::Judged;
    }
    Arrival addOutOfStep(RtpRun& run, const RtpArrival& arrival, const RtpHeader& packet, const PayloadMeaning& meaning,
        const RtpRules& rules);
    // Takes in what the run has added up: before that the figures below are those of the time it was last called. The
    // run goes on.
    void settle(RtpRun& run)
    {
        if (run.m_packets > 0)
            takeIn(run);
    }
    // The packet to come is not one that follows on the last in step, whatever it be.
    void endRun(RtpRun& run)
    {
        settle(run);
        run.m_on = false;
    }
    // Timestamps before and after this point are not compared (RFC 3550 does not tie them): media before the callee's
    // first description, and before the answer, such as announcements, count in a segment of their own unless they go
    // on in step. The same holds at a talkspurt's marker after a pause.
    void beginTimestampSegment(RtpRun& run)
    {
        endRun(run);
        m_anchor.beginSegment();
    }
    // A telephone-event that was sent again within another packet (RFC 2198): no packet of its own, and no key anew.
    void addRedundantEvent(RtpTicks sent, Bytes payload, const RtpRules& rules)
    {
        countDigit(sent, payload, rules.digits == DigitsKept::Store);
    }
    // The call was answered: what came until now was an announcement or ringback.
    void endEarlyMedia()
    {
        m_earlyPackets = m_sequence.packets();
        m_earlyLost = m_sequence.lost();
    }
    std::uint64_t earlyPackets() const { return m_earlyPackets; }
    std::uint64_t earlyLost() const { return m_earlyLost; }
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
    void stepBack(RtpRun& run, Timestamp now);
    std::uint64_t bytes() const { return m_sizes.sum(); } // network layer
    Nanoseconds uncertaintyMax() const { return Nanoseconds(m_uncertaintyMaxNs); } // 4.29 s at most
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
    const LossRuns& lossRuns() const { return m_lossRuns; } // of packets lost or discarded
    void setLossRuns(const LossRuns& runs) // back to earlier ones, as a second ends: what it lacks is nobody's
    {
        m_lossRuns = runs;
        m_second.lossRuns = runs.runs();
    }
    // Distinct packets that came too late for the jitter buffer. Media of a known clock alone, and not of 90 kHz: that
    // is video (RFC 3551 5), whose packets of one picture share a timestamp.
    std::uint64_t discarded() const { return m_discarded; }
    // When the jitter buffer plays the last packet, against its timestamp and the first packet's arrival.
    Milliseconds playedAfter(const JitterBufferRule& buffer) const
    {
        return Milliseconds(m_buffer.playedMs(buffer, m_late));
    }
    Milliseconds bufferDelay(const JitterBufferRule& buffer) const { return Milliseconds(m_buffer.depthMs(buffer)); }
    std::uint8_t dscp() const { return m_dscp; } // of the last packet
    std::uint32_t dscpChanges() const { return m_dscpChanges; }
    std::uint32_t ptimeChanges() const // of packetisation(), each for two packets at least
    {
        const bool changed = stepIsSettled() && m_settledStep.count != 0 && m_packetisation != m_settledStep;
        return m_ptimeChanges + (changed ? 1 : 0);
    }
    std::uint32_t comfortNoise() const { return m_comfortNoise; } // packets (RFC 3389)
    // Keys pressed (RFC 4733 2.2.1: packets of one event share its timestamp; 2.5.1.3: one that lasts goes on under
    // another; 3.2: events 0 to 15). Which keys is kept on demand only: they may be a card's number.
    static constexpr std::uint32_t maxDigitsKept = 63; // the first
    std::uint32_t dtmfDigits() const { return m_dtmfDigits; }
    std::uint32_t digitsKept() const { return m_digitsKept; }
    char digit(std::uint32_t number) const; // of those: 0 to 9, *, #, A to D
    std::uint32_t mediaGaps() const { return m_mediaGaps; } // in seconds that are over; what counts: as deltas()
    Milliseconds mediaGapLongest() const { return Milliseconds(m_mediaGapLongestMs); }
    std::optional<double> clockSkewPpm() const { return m_skew.ppm(); }

private:
    // Of the run: packets that are missing before the one behind it, or came too late to be played.
    struct Hole {
        std::uint16_t packets = 0;
        std::uint8_t after = 0; // packets of the run, with those that came too late
        bool came = false;
    };

    struct SecondBegin {
        std::uint64_t packets = 0;
        std::uint64_t received = 0;
        std::uint64_t expected = 0;
        std::uint64_t discarded = 0;
        std::uint64_t bytes = 0;
        std::uint32_t duplicates = 0;
        std::uint32_t reordered = 0;
        std::uint32_t lossRuns = 0;
    };

    void takeIn(RtpRun& run);
    void takeInNumbers(const RtpRun& run);
    void passGap(const RtpRun& run, std::uint16_t sequence);
    void note(const RtpRun& run, const Hole& hole);
    void beginRun(RtpRun& run, std::uint16_t size);
    bool isTooLate(std::uint64_t packet, JitterBuffer& buffer, Nanoseconds uncertainty, bool talkspurt, Hertz clock,
        const JitterBufferRule& rule);
    void judgeInStep(RtpRun& run, Nanoseconds uncertainty, const JitterBufferRule& rule);
    void countLossRuns(std::uint64_t lostBefore, std::uint32_t restartsBefore, std::uint16_t sequence, bool tooLate);
    void setPacketisation(std::uint32_t ticks, Hertz clock);
    bool stepIsSettled() const { return m_packetisation.count != 0 && m_sequence.packets() > m_stepSince + 1; }
    void countDigit(RtpTicks sent, Bytes payload, bool keep);
    static Milliseconds msOf(Nanoseconds time) { return Milliseconds(static_cast<double>(time.count()) * 1e-6); }
    void countDelta(Nanoseconds sinceLast, double share)
    {
        m_deltas.add(sinceLast);
        const double deltaMs = msOf(sinceLast).count();
        m_deltaMeanMs += (deltaMs - m_deltaMeanMs) * share;
        m_secondDeltaMaxMs = std::max(m_secondDeltaMaxMs, static_cast<float>(deltaMs));
    }
    void countJitter(double share)
    {
        const double jitter = m_jitter.jitter().count();
        m_jitterMeanMs += (jitter - m_jitterMeanMs) * share;
        m_jitterMaxMs = std::max(m_jitterMaxMs, static_cast<float>(jitter));
        m_jitterErrorSumMs += m_jitter.error().count();
        ++m_jitterCount;
    }

    // Noted, and taken in with the run: while a network or the probe itself fails, every stream has some, and what they
    // change is several cache lines.
    std::array<Hole, 15> m_holes {};
    std::uint8_t m_holeCount = 0;
    std::uint8_t m_taken = 0; // packets of the run that m_sequence has
    JitterBuffer::Late m_late;
    std::uint64_t m_discarded = 0;
    std::uint64_t m_packetsBefore = 0; // those of the run that are not taken in yet
    // What packets out of step touch.
    SequenceTracker m_sequence;
    LossRuns m_lossRuns;
    std::uint8_t m_dscp = 0;
    std::uint16_t m_lastSequence = 0;
    RtpTicks m_lastSent;
    Hertz m_clock; // of the last packet
    std::uint32_t m_jitterCount = 0; // packets that jitter's mean and maximum are over
    std::int64_t m_ticksSinceFirst = 0; // of the last packet; negative: sent before the first
    Timestamp m_lastInSequenceAt;
    JitterEstimator m_jitter;
    double m_deltaMeanMs = 0;
    double m_jitterMeanMs = 0;
    double m_jitterErrorSumMs = 0;
    RunningStatistics m_deltas;
    SizeStatistics m_sizes;
    RtpTicks m_packetisation; // 0 while unknown
    Hertz m_packetisationClock;
    float m_jitterMaxMs = 0;
    float m_secondDeltaMaxMs = 0;
    std::uint32_t m_uncertaintyMaxNs = 0;
    JitterBuffer m_buffer;
    JitterAnchor m_anchor;
    bool m_started = false;
    bool m_afterNoise = false;
    bool m_lastWasMedia = false;
    bool m_payloadIsMedia = false; // m_payload is settled
    PayloadMeaning m_payload;
    Timestamp m_firstPacketAt;
    Timestamp m_lastHeardAt;
    Timestamp m_lastBeforeStepBack;
    SecondBegin m_second;
    std::uint64_t m_earlyPackets = 0;
    std::uint64_t m_earlyLost = 0;
    std::uint32_t m_dscpChanges = 0;
    std::uint32_t m_ptimeChanges = 0;
    RtpTicks m_settledStep;
    std::uint64_t m_stepSince = 0; // packets, when m_packetisation became what it is
    bool m_secondPausing = false;
    std::uint32_t m_comfortNoise = 0;
    std::uint32_t m_dtmfDigits = 0;
    RtpTicks m_lastDigit; // its beginning, or that of its newest segment
    std::uint8_t m_lastEvent = 0;
    std::uint32_t m_digitsKept = 0;
    std::array<std::uint8_t, (maxDigitsKept + 1) / 2> m_digits {}; // their events, two a byte
    std::uint32_t m_mediaGaps = 0;
    float m_mediaGapLongestMs = 0;
    ClockSkew m_skew;
};

}
