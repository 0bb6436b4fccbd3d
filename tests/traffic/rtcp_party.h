// A telephone's RTCP: what it sends and what reached it of the other party's stream, as it reports both (RFC 3550 6.4,
// appendix A.3 and A.8). Times are those at the probe; from there to the telephone it is a constant way, so the round
// trip that two telephones' reports tell is known.
#pragma once

#include "tests/traffic/random.h"
#include "tests/traffic/rtcp_writer.h"
#include "tests/traffic/rtp_sender.h"

#include <array>
#include <deque>
#include <optional>

namespace callmon {

struct RtcpTruth { // what was said of one stream by its receiver
    std::uint32_t reports = 0;
    std::optional<Milliseconds> roundTrip; // when both receivers answered a report
    std::optional<double> lostPercent; // of the last report's counts
    std::optional<Milliseconds> jitter; // mean of the reports
};

class RtcpParty {
public:
    // Its way to the probe, how far its clock is off, and how much is lost behind the probe are drawn.
    RtcpParty(Ssrc ssrc, Random& random);

    void sent(const RtpPlan& packet, std::size_t payloadSize, Timestamp at)
    {
        m_sent = { packet, at, m_sent.packets + 1, m_sent.octets + static_cast<std::uint32_t>(payloadSize) };
    }
    // A packet of the other party passes the probe: on its way here, or lost behind.
    void passed(const RtpPlan& packet, std::uint16_t sequence, Timestamp at);

    // The compound that passes the probe at `at`; empty when there is nothing to say yet.
    std::string report(Timestamp at, Ssrc other, const std::string& name);
    // That of the other party, which passes the probe.
    void reportPassed(const RtcpParty& other, Timestamp at);

    Nanoseconds nextReportAfter(bool first);
    // What this party said of the other's stream.
    RtcpTruth truthOf(const RtcpParty& other) const;

private:
    struct Sent {
        RtpPlan last;
        Timestamp at;
        std::uint32_t packets = 0;
        std::uint32_t octets = 0;
    };
    struct OnItsWay {
        Timestamp at;
        std::uint32_t index;
        std::uint32_t timestamp;
        std::uint16_t sequence;
        bool event;
    };
    struct SenderReport { // of the other party
        std::uint32_t middle = 0;
        Timestamp at;
    };

    void receive(const OnItsWay& packet);
    RtcpWriter::Block block(Timestamp at, Ssrc other);

    Ssrc m_ssrc;
    Random m_random;
    Nanoseconds m_way {}; // probe to telephone, and back
    Nanoseconds m_clockAhead {};
    double m_lostBehind = 0;
    Sent m_sent;
    std::uint32_t m_packetsReported = 0; // of its own
    std::uint64_t m_lastNtp = 0; // of its own sender reports
    std::deque<OnItsWay> m_onItsWay;

    // RFC 3550 A.1, A.3 and A.8 of what arrived.
    std::uint32_t m_received = 0;
    std::uint32_t m_firstIndex = 0;
    std::uint32_t m_highestIndex = 0;
    std::uint16_t m_firstSequence = 0;
    std::uint32_t m_expectedPrior = 0;
    std::uint32_t m_receivedPrior = 0;
    std::optional<std::uint32_t> m_transit;
    std::uint32_t m_jitter = 0; // of 1/16 tick
    std::array<SenderReport, 2> m_heard {}; // the newest, and the one before when that is still on its way

    std::uint32_t m_reports = 0;
    std::uint32_t m_echoes = 0;
    std::uint64_t m_jitterTicks = 0;
    std::int32_t m_lost = 0;
    std::uint32_t m_expected = 0;
};

}
