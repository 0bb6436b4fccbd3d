#include "tests/traffic/rtcp_party.h"

#include <algorithm>

namespace callmon {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t ticksPerSecond = 8000; // of all sample codecs (RFC 3551 table 4)

std::uint32_t ticksOf(Timestamp at)
{
    const std::int64_t ns = at.time_since_epoch().count();
    return static_cast<std::uint32_t>(
        ns / 1'000'000'000 * ticksPerSecond + ns % 1'000'000'000 * ticksPerSecond / 1'000'000'000);
}

}

RtcpParty::RtcpParty(Ssrc ssrc, Random& random)
    : m_ssrc(ssrc)
    , m_random(random.next())
    , m_way(std::llround(m_random.uniform(2'000, 70'000)) * 1us)
    , m_clockAhead(std::llround(m_random.uniform(-2e9, 2e9)))
    , m_lostBehind(m_random.chance(0.5) ? m_random.uniform(0.002, 0.04) : 0)
{
}

void RtcpParty::passed(const RtpPlan& packet, std::uint16_t sequence, Timestamp at)
{
    const bool lost = m_received + m_onItsWay.size() > 0 && m_random.chance(m_lostBehind);
    if (!lost)
        m_onItsWay.push_back({ at, packet.index, packet.timestamp, sequence, packet.event });
}

void RtcpParty::receive(const OnItsWay& packet)
{
    if (m_received++ == 0) {
        m_firstIndex = m_highestIndex = packet.index;
        m_firstSequence = packet.sequence;
    }
    m_highestIndex = std::max(m_highestIndex, packet.index);
    if (packet.event) // its timestamp stands still (RFC 4733 2.1)
        return;
    const std::uint32_t transit = ticksOf(packet.at) - packet.timestamp;
    if (m_transit) {
        const auto difference = static_cast<std::int32_t>(transit - *m_transit);
        m_jitter += static_cast<std::uint32_t>(std::abs(difference)) - ((m_jitter + 8) >> 4);
    }
    m_transit = transit;
}

// The first packet to pass the probe is never lost behind it, so both count from the same one.
RtcpWriter::Block RtcpParty::block(Timestamp at, Ssrc other)
{
    const std::uint32_t expected = m_highestIndex - m_firstIndex + 1;
    const auto lost = static_cast<std::int32_t>(expected - m_received);
    const std::uint32_t expectedSince = expected - m_expectedPrior;
    const auto lostSince = static_cast<std::int32_t>(expectedSince - (m_received - m_receivedPrior));
    m_expectedPrior = expected;
    m_receivedPrior = m_received;
    RtcpWriter::Block block { .source = other,
        .fractionLost = lostSince > 0 ? (static_cast<unsigned>(lostSince) << 8) / expectedSince : 0,
        .lost = lost,
        .highest = m_firstSequence + (m_highestIndex - m_firstIndex),
        .jitter = m_jitter >> 4 };
    for (const SenderReport& heard : m_heard) {
        const Nanoseconds delay = at - m_way - (heard.at + m_way);
        if (heard.middle == 0 || delay < 0ns)
            continue;
        block.lastSenderReport = heard.middle;
        block.delay = shortNtpOf(delay);
        ++m_echoes;
        break;
    }
    ++m_reports;
    m_jitterTicks += block.jitter;
    m_lost = lost;
    m_expected = expected;
    return block;
}

std::string RtcpParty::report(Timestamp at, Ssrc other, const std::string& name)
{
    while (!m_onItsWay.empty() && m_onItsWay.front().at + 2 * m_way <= at) {
        receive(m_onItsWay.front());
        m_onItsWay.pop_front();
    }
    const bool sends = m_sent.packets > m_packetsReported;
    if (!sends && m_received == 0)
        return {};
    std::vector<RtcpWriter::Block> blocks;
    if (m_received > 0)
        blocks.push_back(block(at, other));
    RtcpWriter writer;
    m_lastNtp = 0;
    if (sends) {
        const Timestamp written = at - m_way;
        m_lastNtp = ntpOf(written, m_clockAhead);
        const auto since = static_cast<std::uint32_t>((written - m_sent.at) * ticksPerSecond / 1s);
        writer.senderReport(
            m_ssrc, { m_lastNtp, RtpTicks { m_sent.last.timestamp + since }, m_sent.packets, m_sent.octets }, blocks);
        m_packetsReported = m_sent.packets;
    } else {
        writer.receiverReport(m_ssrc, blocks);
    }
    return writer.description(m_ssrc, name).bytes();
}

void RtcpParty::reportPassed(const RtcpParty& other, Timestamp at)
{
    if (other.m_lastNtp == 0)
        return;
    m_heard[1] = m_heard[0];
    m_heard[0] = { middleOf(other.m_lastNtp), at };
}

// RFC 3550 6.2 and 6.3.1 of two parties: 5 s, half of that at first, times 0.5 to 1.5, over e - 3/2.
Nanoseconds RtcpParty::nextReportAfter(bool first)
{
    constexpr double compensation = 1.21828;
    const double seconds = (first ? 2.5 : 5.0) * m_random.uniform(0.5, 1.5) / compensation;
    return Nanoseconds(std::llround(seconds * 1e9));
}

RtcpTruth RtcpParty::truthOf(const RtcpParty& other) const
{
    RtcpTruth truth;
    truth.reports = m_reports;
    if (m_reports == 0)
        return truth;
    if (m_echoes > 0 && other.m_echoes > 0)
        truth.roundTrip = 2 * (m_way + other.m_way);
    truth.lostPercent = 100.0 * std::max(m_lost, 0) / m_expected;
    truth.jitter = Milliseconds(1000.0 * static_cast<double>(m_jitterTicks) / m_reports / ticksPerSecond);
    return truth;
}

}
