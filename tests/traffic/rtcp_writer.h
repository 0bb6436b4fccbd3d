// RTCP packets, one after the other in a compound (RFC 3550 6, RFC 3611).
#pragma once

#include "shared/base/units.h"

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace callmon {

// NTP counts from 1900, in 1/2^32 s (RFC 3550 4); `ahead`: how far the sender's clock is off.
inline std::uint64_t ntpOf(Timestamp at, Nanoseconds ahead = {})
{
    constexpr std::uint64_t from1900To1970 = 2'208'988'800;
    const auto ns = static_cast<std::uint64_t>((at + ahead).time_since_epoch().count());
    const std::uint64_t fraction = ((ns % 1'000'000'000) << 32) / 1'000'000'000;
    return (ns / 1'000'000'000 + from1900To1970) << 32 | fraction;
}

inline std::uint32_t middleOf(std::uint64_t ntp)
{
    return static_cast<std::uint32_t>(ntp >> 16);
}

inline std::uint32_t shortNtpOf(Nanoseconds span) // 1/65536 s
{
    return static_cast<std::uint32_t>(std::llround(static_cast<double>(span.count()) * 65536e-9));
}

class RtcpWriter {
public:
    struct Block {
        Ssrc source;
        unsigned fractionLost = 0;
        std::int32_t lost = 0;
        std::uint32_t highest = 0;
        std::uint32_t jitter = 0;
        std::uint32_t lastSenderReport = 0;
        std::uint32_t delay = 0;
    };
    struct Sender {
        std::uint64_t ntp = 0;
        RtpTicks sent;
        std::uint32_t packets = 0;
        std::uint32_t octets = 0;
    };
    struct Voip { // the rest is written as unknown
        unsigned lossShare = 0; // of 256
        unsigned rFactor = 127;
        unsigned mosListening = 127; // tenths
        unsigned mosConversational = 127;
        unsigned discardShare = 0, burstDensity = 0, gapDensity = 0;
        unsigned burstMs = 0, gapMs = 0, roundTripMs = 0, endSystemMs = 0;
        unsigned levels = 0x7f7f7f10; // of signal and noise, echo return loss, Gmin
        unsigned externalRFactor = 127;
        unsigned bufferMaximumMs = 60, bufferLimitMs = 200;
    };

    RtcpWriter& senderReport(Ssrc author, const Sender& sender, const std::vector<Block>& blocks)
    {
        begin(200, blocks.size());
        put(author.value, 4);
        put(sender.ntp, 8);
        put(sender.sent.count, 4);
        put(sender.packets, 4);
        put(sender.octets, 4);
        return reports(blocks);
    }
    RtcpWriter& receiverReport(Ssrc author, const std::vector<Block>& blocks)
    {
        begin(201, blocks.size());
        put(author.value, 4);
        return reports(blocks);
    }
    RtcpWriter& description(Ssrc author, std::string_view name)
    {
        begin(202, 1);
        put(author.value, 4);
        put(1, 1); // CNAME
        put(name.size(), 1);
        m_bytes += name;
        do
            put(0, 1);
        while (m_bytes.size() % 4 != 0);
        return end();
    }
    RtcpWriter& goodbye(Ssrc author)
    {
        begin(203, 1);
        put(author.value, 4);
        return end();
    }
    RtcpWriter& referenceTime(Ssrc author, std::uint64_t ntp)
    {
        begin(207, 0);
        put(author.value, 4);
        put(0x04000002, 4);
        put(ntp, 8);
        return end();
    }
    RtcpWriter& echo(Ssrc author, Ssrc receiver, std::uint32_t reference, std::uint32_t delay)
    {
        begin(207, 0);
        put(author.value, 4);
        put(0x05000003, 4);
        put(receiver.value, 4);
        put(reference, 4);
        put(delay, 4);
        return end();
    }
    RtcpWriter& voipMetrics(Ssrc author, Ssrc source, const Voip& voip)
    {
        begin(207, 0);
        put(author.value, 4);
        put(0x07000008, 4);
        put(source.value, 4);
        put(voip.lossShare, 1);
        put(voip.discardShare, 1);
        put(voip.burstDensity, 1);
        put(voip.gapDensity, 1);
        put(voip.burstMs, 2);
        put(voip.gapMs, 2);
        put(voip.roundTripMs, 2);
        put(voip.endSystemMs, 2);
        put(voip.levels, 4);
        put(voip.rFactor, 1);
        put(voip.externalRFactor, 1);
        put(voip.mosListening, 1);
        put(voip.mosConversational, 1);
        put(0, 2);
        put(40, 2); // jitter buffer: nominal, maximum, limit
        put(voip.bufferMaximumMs, 2);
        put(voip.bufferLimitMs, 2);
        return end();
    }
    const std::string& bytes() const { return m_bytes; }

private:
    void put(std::uint64_t value, int size)
    {
        for (int i = size - 1; i >= 0; --i)
            m_bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    }
    void begin(unsigned type, std::size_t count)
    {
        m_begin = m_bytes.size();
        put(0x80 | count, 1);
        put(type, 1);
        put(0, 2);
    }
    RtcpWriter& end()
    {
        const std::size_t words = (m_bytes.size() - m_begin) / 4 - 1;
        m_bytes[m_begin + 2] = static_cast<char>(words >> 8);
        m_bytes[m_begin + 3] = static_cast<char>(words & 0xff);
        return *this;
    }
    RtcpWriter& reports(const std::vector<Block>& blocks)
    {
        for (const Block& block : blocks) {
            put(block.source.value, 4);
            put(block.fractionLost, 1);
            put(static_cast<std::uint32_t>(block.lost) & 0xffffff, 3);
            put(block.highest, 4);
            put(block.jitter, 4);
            put(block.lastSenderReport, 4);
            put(block.delay, 4);
        }
        return end();
    }

    std::string m_bytes;
    std::size_t m_begin = 0;
};

}
