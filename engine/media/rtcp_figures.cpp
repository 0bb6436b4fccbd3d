#include "engine/media/rtcp_figures.h"

#include <algorithm>

namespace callmon {

namespace {

// Of a 24-bit count from one report to the next, which may wrap, and may fall (RFC 3550 6.4.1).
std::int32_t differenceOf24Bits(std::int32_t earlier, std::int32_t later)
{
    const std::uint32_t difference = static_cast<std::uint32_t>(later) - static_cast<std::uint32_t>(earlier);
    return static_cast<std::int32_t>(difference << 8) >> 8;
}

}

void RtcpFigures::addReference(NtpShort sentAt, Timestamp at)
{
    if (m_referenceCount > 0 && m_references[(m_referenceCount - 1) % m_references.size()].sentAt == sentAt)
        return; // a copy: the first one is what the receiver may have answered
    m_references[m_referenceCount++ % m_references.size()] = { sentAt, at };
}

bool RtcpFigures::addEcho(NtpShort reference, NtpShort delay, Timestamp at)
{
    // Receivers measure their delay to a timer tick, so it may come out a little longer than the way allows; many fill
    // in nonsense.
    constexpr Milliseconds tooShort { -10 };
    constexpr Milliseconds tooLong { 10'000 };
    if (reference.units == 0)
        return true;
    const auto known = std::min<std::size_t>(m_referenceCount, m_references.size());
    for (const Reference& sent : std::span(m_references).first(known)) {
        if (sent.sentAt != reference)
            continue;
        const Milliseconds loop = Milliseconds(at - sent.at) - durationOf(delay);
        if (loop < tooShort || loop > tooLong)
            return false;
        m_newestLoop = std::max(loop, Milliseconds(0));
        m_interval.receiverLoop = m_newestLoop;
        m_loopMs += m_newestLoop->count();
        ++m_loops;
        return true;
    }
    return true; // of before the probe
}

bool RtcpFigures::addReport(const RtcpReportBlock& block, Timestamp at)
{
    constexpr Nanoseconds copyWithin = std::chrono::seconds(1); // reports are 2.5 s apart or more (RFC 3550 6.2)
    if (m_reports > 0 && block == m_previous && at - m_previousAt < copyWithin)
        return false;
    ++m_reports;
    ++m_interval.reports;
    m_previous = block;
    m_previousAt = at;
    if (block.highestSequence != 0) // else, with some receivers, nothing came yet
        countInterval(block);
    return true;
}

void RtcpFigures::countInterval(const RtcpReportBlock& block)
{
    constexpr std::int32_t disorder = 3000; // packets: further back is a restart, as in RFC 3550 A.1
    const Counts now { block.highestSequence, block.cumulativeLost, block.fractionLost };
    const auto expected = static_cast<std::int32_t>(now.highest - m_last.highest);
    const std::int32_t lost = differenceOf24Bits(m_last.lost, now.lost);
    if (m_counted == 0) {
        m_first = now;
        m_interval.expected = 256; // of how many, it does not say
        m_interval.lost = now.fraction;
    } else if (expected < 0 && expected > -disorder)
        return; // a later report has overtaken it
    else if (expected >= 0 && lost <= expected) { // else the receiver counts anew
        m_expected += static_cast<std::uint64_t>(expected);
        m_lost += lost;
        m_interval.expected += static_cast<std::uint64_t>(expected);
        m_interval.lost += lost;
    }
    m_last = now;
    ++m_counted;
    m_jitterTicks += block.jitter.count;
    m_interval.jitterTicks += block.jitter.count;
    ++m_interval.jitters;
}

void RtcpFigures::Interval::add(const Interval& later)
{
    reports += later.reports;
    expected += later.expected;
    lost += later.lost;
    jitterTicks += later.jitterTicks;
    jitters += later.jitters;
    if (later.receiverLoop)
        receiverLoop = later.receiverLoop;
}

std::optional<double> RtcpFigures::Interval::lostPercent() const
{
    if (expected == 0)
        return std::nullopt;
    return 100.0 * static_cast<double>(std::max<std::int64_t>(lost, 0)) / static_cast<double>(expected);
}

std::optional<Milliseconds> RtcpFigures::Interval::jitter(Hertz clock) const
{
    if (jitters == 0 || clock.value == 0)
        return std::nullopt;
    return Milliseconds(1000.0 * static_cast<double>(jitterTicks) / jitters / clock.value);
}

std::optional<Milliseconds> RtcpFigures::receiverLoop() const
{
    return m_loops > 0 ? std::optional(Milliseconds(m_loopMs / m_loops)) : std::nullopt;
}

std::optional<double> RtcpFigures::lossPercent(std::optional<std::uint16_t> firstSequence) const
{
    constexpr std::int32_t halfRound = 0x8000; // 11 minutes of speech: no first report is as late
    std::uint64_t expected = m_expected;
    std::int64_t lost = m_lost;
    if (m_counted > 0 && firstSequence) {
        const std::int32_t before = static_cast<std::uint16_t>(m_first.highest - *firstSequence) + 1;
        if (before < halfRound) {
            expected += static_cast<std::uint64_t>(before);
            const std::int32_t byFraction = before * m_first.fraction / 256;
            const std::int32_t rounding = before * 2 / 256 + 1;
            const bool sameBeginning = m_first.lost <= byFraction + rounding;
            lost += std::min(sameBeginning ? m_first.lost : byFraction, before);
        }
    }
    if (expected == 0)
        return std::nullopt;
    return 100.0 * static_cast<double>(std::max<std::int64_t>(lost, 0)) / static_cast<double>(expected);
}

std::optional<Milliseconds> RtcpFigures::jitter(Hertz clock) const
{
    if (m_counted == 0 || clock.value == 0)
        return std::nullopt;
    return Milliseconds(1000.0 * static_cast<double>(m_jitterTicks) / m_counted / clock.value);
}

}
