#include "engine/media/rtcp_xr.h"

#include <algorithm>
#include <bit>

namespace callmon {

XrBlocks::XrBlocks(const RtcpPart& part)
    : m_in(part.type == RtcpType::ExtendedReport ? part.body : Bytes())
{
    m_author = Ssrc { m_in.u32() };
}

std::optional<XrBlock> XrBlocks::next()
{
    const std::uint8_t type = m_in.u8();
    const std::uint8_t flags = m_in.u8();
    const std::size_t words = m_in.u16();
    const Bytes body = m_in.take(4 * words);
    if (!m_in.ok())
        return std::nullopt;
    return XrBlock { XrType { type }, flags, body };
}

std::optional<XrLossRle> readLossRle(const XrBlock& block)
{
    constexpr unsigned bitsOfVector = 15;
    if (block.type != XrType::LossRle || block.body.size() < 8)
        return std::nullopt;
    ByteReader in(block.body);
    XrLossRle rle;
    rle.source = Ssrc { in.u32() };
    rle.begin = in.u16();
    rle.end = in.u16();
    // One of every 2^T sequence numbers is reported on (4.1); the last bit vector may reach past the end.
    const unsigned thinning = block.flags & 0x0f;
    const unsigned step = 1u << thinning;
    const unsigned firstAfter = (step - rle.begin % step) % step;
    const unsigned span = static_cast<std::uint16_t>(rle.end - rle.begin);
    std::uint32_t left = span > firstAfter ? (span - firstAfter + step - 1) >> thinning : 0;
    const auto count = [&](std::uint32_t received, std::uint32_t lost) {
        rle.received += received;
        rle.lost += lost;
        left -= received + lost;
    };
    while (in.left() > 0 && left > 0) {
        const unsigned chunk = in.u16();
        if (chunk == 0) // terminating null
            break;
        if ((chunk & 0x8000) == 0) {
            const std::uint32_t run = std::min<std::uint32_t>(chunk & 0x3fff, left);
            (chunk & 0x4000) != 0 ? count(run, 0) : count(0, run);
        } else {
            const std::uint32_t bits = std::min<std::uint32_t>(bitsOfVector, left);
            const auto came = static_cast<std::uint32_t>(std::popcount((chunk & 0x7fffu) >> (bitsOfVector - bits)));
            count(came, bits - came);
        }
    }
    return rle;
}

std::optional<NtpShort> readReferenceTime(const XrBlock& block)
{
    if (block.type != XrType::ReceiverReferenceTime || block.body.size() != 8)
        return std::nullopt;
    return NtpShort { static_cast<std::uint32_t>(ByteReader(block.body).u64() >> 16) };
}

XrEchoes::XrEchoes(const XrBlock& block)
    : m_in(block.type == XrType::DelaySinceReference ? block.body : Bytes())
{
}

std::optional<XrEcho> XrEchoes::next()
{
    XrEcho echo;
    echo.receiver = Ssrc { m_in.u32() };
    echo.lastReference = NtpShort { m_in.u32() };
    echo.delay = NtpShort { m_in.u32() };
    return m_in.ok() ? std::optional(echo) : std::nullopt;
}

std::optional<XrSummary> readSummary(const XrBlock& block)
{
    if (block.type != XrType::StatisticsSummary || block.body.size() != 36)
        return std::nullopt;
    ByteReader in(block.body);
    XrSummary summary;
    summary.source = Ssrc { in.u32() };
    summary.begin = in.u16();
    summary.end = in.u16();
    const std::uint32_t lost = in.u32();
    const std::uint32_t duplicates = in.u32();
    XrSummary::Jitter jitter;
    for (RtpTicks* ticks : { &jitter.min, &jitter.max, &jitter.mean, &jitter.deviation })
        *ticks = RtpTicks { in.u32() };
    if (block.flags & 0x80)
        summary.lost = lost;
    if (block.flags & 0x40)
        summary.duplicates = duplicates;
    if (block.flags & 0x20)
        summary.jitter = jitter;
    return summary;
}

std::optional<XrVoipMetrics> readVoipMetrics(const XrBlock& block)
{
    if (block.type != XrType::VoipMetrics || block.body.size() != 32)
        return std::nullopt;
    ByteReader in(block.body);
    XrVoipMetrics m;
    m.source = Ssrc { in.u32() };
    m.lossShare = in.u8();
    m.discardShare = in.u8();
    m.burstDensity = in.u8();
    m.gapDensity = in.u8();
    m.burstMs = in.u16();
    m.gapMs = in.u16();
    m.roundTripMs = in.u16();
    m.endSystemMs = in.u16();
    m.signalLevel = static_cast<std::int8_t>(in.u8());
    m.noiseLevel = static_cast<std::int8_t>(in.u8());
    m.echoReturnLoss = in.u8();
    m.gapThreshold = in.u8();
    m.rFactor = in.u8();
    m.externalRFactor = in.u8();
    m.mosListening = in.u8();
    m.mosConversational = in.u8();
    m.receiverConfiguration = in.u8();
    in.skip(1);
    m.bufferNominalMs = in.u16();
    m.bufferMaximumMs = in.u16();
    m.bufferLimitMs = in.u16();
    return m;
}

std::optional<double> mosOf(const XrVoipMetrics& metrics)
{
    const auto score = [](std::uint8_t tenths) { // 127: none
        return tenths >= 10 && tenths <= 50 ? std::optional(tenths / 10.0) : std::nullopt;
    };
    const auto conversational = score(metrics.mosConversational);
    return conversational ? conversational : score(metrics.mosListening);
}

}
