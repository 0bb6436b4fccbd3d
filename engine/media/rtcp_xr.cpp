#include "engine/media/rtcp_xr.h"

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
