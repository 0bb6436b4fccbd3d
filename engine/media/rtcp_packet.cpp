#include "engine/media/rtcp_packet.h"

#include "shared/base/rtp_header.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace callmon {

namespace {

constexpr std::size_t headerSize = 4;
constexpr std::size_t blockSize = 24;

struct Header {
    bool padded = false;
    std::uint8_t count = 0;
    RtcpType type {};
    std::size_t size = 0; // of the packet, with this header
};

// Empty when this is not the header of an RTCP packet (RFC 5761 4).
std::optional<Header> readHeader(Bytes bytes)
{
    ByteReader in(bytes);
    const unsigned first = in.u8();
    const std::uint8_t type = in.u8();
    const std::size_t words = in.u16();
    if (!in.ok() || first >> 6 != 2 || !isRtcpType(type))
        return std::nullopt;
    return Header { (first & 0x20) != 0, static_cast<std::uint8_t>(first & 0x1f), RtcpType { type }, 4 * words + 4 };
}

// The packet without header and padding. Empty when the padding is no padding (RFC 3550 6.4.1).
std::optional<Bytes> bodyOf(const Header& header, Bytes packet)
{
    const Bytes body = packet.subspan(headerSize);
    if (!header.padded)
        return body;
    if (body.empty())
        return std::nullopt;
    const auto padding = std::to_integer<std::size_t>(body.back());
    if (padding == 0 || padding % 4 != 0 || padding > body.size())
        return std::nullopt;
    return body.first(body.size() - padding);
}

// Some devices count their SDES a little short of what they send.
bool isLeftover(Bytes rest)
{
    return rest.size() < headerSize
        && std::all_of(rest.begin(), rest.end(), [](std::byte byte) { return byte == std::byte { 0 }; });
}

// RFC 3711 3.4: after the encrypted part a word of the E flag and the packet's index, a key identifier if any, and a
// tag of 10 bytes or, with some ciphers, 4; RFC 7714 9.2 has the word at the very end. The index counts from zero, so
// its upper bits are zero for years.
bool endsLikeSrtcp(Bytes datagram)
{
    constexpr std::array<std::size_t, 5> wordBeforeEnd { 14, 18, 8, 12, 4 };
    return std::any_of(wordBeforeEnd.begin(), wordBeforeEnd.end(), [&](std::size_t before) {
        return datagram.size() >= 8 + before && datagram[datagram.size() - before] == std::byte { 0x80 };
    });
}

}

RtcpForm formOf(Bytes datagram, std::size_t wireSize)
{
    const bool cut = wireSize > datagram.size();
    Bytes rest = datagram;
    bool first = true;
    while (!rest.empty()) {
        const auto header = readHeader(rest);
        if (rest.size() < headerSize)
            return !first && !cut && isLeftover(rest) ? RtcpForm::Plain : RtcpForm::Malformed;
        if (!header || (header->size > rest.size() && !cut))
            return !first && endsLikeSrtcp(datagram) ? RtcpForm::Encrypted : RtcpForm::Malformed;
        if (header->size > rest.size())
            return first ? RtcpForm::Malformed : RtcpForm::Plain;
        const Bytes packet = rest.first(header->size);
        rest = rest.subspan(header->size);
        if ((header->padded && !rest.empty()) || !bodyOf(*header, packet))
            return RtcpForm::Malformed;
        first = false;
    }
    return first || cut ? RtcpForm::Malformed : RtcpForm::Plain;
}

std::optional<RtcpPart> RtcpParts::next()
{
    const auto header = readHeader(m_rest);
    if (!header || header->size > m_rest.size())
        return std::nullopt;
    const Bytes packet = m_rest.first(header->size);
    m_rest = m_rest.subspan(header->size);
    const auto body = bodyOf(*header, packet);
    if (!body)
        return std::nullopt;
    return RtcpPart { header->type, header->count, *body };
}

std::optional<RtcpReport> readReport(const RtcpPart& part)
{
    if (part.type != RtcpType::SenderReport && part.type != RtcpType::ReceiverReport)
        return std::nullopt;
    ByteReader in(part.body);
    RtcpReport report;
    report.author = Ssrc { in.u32() };
    if (part.type == RtcpType::SenderReport) {
        RtcpSenderInfo sender;
        sender.sentAt = NtpShort { static_cast<std::uint32_t>(in.u64() >> 16) };
        sender.sent = RtpTicks { in.u32() };
        sender.packets = in.u32();
        sender.octets = in.u32();
        report.sender = sender;
    }
    report.blocks = part.count;
    report.blockBytes = in.take(blockSize * part.count); // what follows is an extension of some profile
    return in.ok() ? std::optional(report) : std::nullopt;
}

RtcpReportBlock RtcpReport::block(std::size_t index) const
{
    assert(index < blocks);
    ByteReader in(blockBytes.subspan(blockSize * index, blockSize));
    RtcpReportBlock block;
    block.source = Ssrc { in.u32() };
    const std::uint32_t lost = in.u32();
    block.fractionLost = static_cast<std::uint8_t>(lost >> 24);
    block.cumulativeLost = static_cast<std::int32_t>(lost << 8) >> 8;
    block.highestSequence = in.u32();
    block.jitter = RtpTicks { in.u32() };
    block.lastSenderReport = NtpShort { in.u32() };
    block.delay = NtpShort { in.u32() };
    return block;
}

}
