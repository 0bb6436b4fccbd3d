#include "tests/traffic/rtp_sender.h"

#include <algorithm>
#include <cstring>

namespace callmon {

namespace {

constexpr std::uint32_t endRepeats = 3; // the last packet of an event is sent three times (RFC 4733 2.5.1.4)

void put16(std::byte* at, std::uint32_t value)
{
    at[0] = static_cast<std::byte>(value >> 8 & 0xff);
    at[1] = static_cast<std::byte>(value & 0xff);
}

void put32(std::byte* at, std::uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

}

RtpSender::RtpSender(const EncodedSpeech& speech, Codec codec, Random& random)
    : m_speech(&speech)
    , m_ssrc { static_cast<std::uint32_t>(random.next() >> 32) }
    , m_firstTimestamp(static_cast<std::uint32_t>(random.next() >> 32))
    , m_firstSequence(static_cast<std::uint16_t>(random.next() >> 48))
    , m_payloadType(payloadTypeOf(codec))
{
}

void RtpSender::pressKeys(Nanoseconds firstAfter)
{
    m_keysPressed = true;
    m_nextKeyAt = static_cast<std::uint32_t>(firstAfter / std::chrono::milliseconds(20));
}

RtpPlan RtpSender::next(Nanoseconds pause, Random& random)
{
    RtpPlan plan { .index = m_index };
    if (pause > Nanoseconds(0)) {
        m_block += static_cast<std::uint32_t>(pause / std::chrono::milliseconds(20));
        plan.marker = true; // first packet of a talkspurt (RFC 3551 4.1)
    }
    if (m_index == 0)
        plan.marker = true;
    if (m_keysPressed && m_keyBlocks == 0 && m_block >= m_nextKeyAt) {
        m_keyBegan = m_block;
        m_keyBlocks = 5 + random.below(6); // 100 to 200 ms
        m_digit = static_cast<std::uint8_t>(random.below(12)); // 0-9 * #
        plan.marker = true; // RFC 4733 2.5.1.2
    }
    plan.block = m_block;
    plan.timestamp = m_firstTimestamp + m_block * samplesPerBlock;
    if (m_keyBlocks > 0) {
        // Every packet of an event carries the time at which it began and how long it has lasted.
        const std::uint32_t elapsed = m_block - m_keyBegan + 1;
        plan.event = true;
        plan.digit = m_digit;
        plan.timestamp = m_firstTimestamp + m_keyBegan * samplesPerBlock;
        plan.eventEnds = elapsed >= m_keyBlocks;
        plan.eventDuration = static_cast<std::uint16_t>(std::min(elapsed, m_keyBlocks) * samplesPerBlock);
        if (elapsed >= m_keyBlocks + endRepeats - 1) {
            m_keyBlocks = 0;
            m_nextKeyAt = m_block + 20 + random.below(150);
        }
    }
    ++m_block;
    ++m_index;
    return plan;
}

std::size_t RtpSender::payloadSize(const RtpPlan& plan) const
{
    return plan.event ? 4 : m_speech->block(plan.block).size();
}

std::size_t RtpSender::write(const RtpPlan& plan, std::span<std::byte> out) const
{
    const std::uint8_t type = plan.event ? telephoneEventType : m_payloadType;
    out[0] = std::byte { 0x80 };
    out[1] = static_cast<std::byte>((plan.marker ? 0x80 : 0) | type);
    put16(&out[2], sequenceOf(plan));
    put32(&out[4], plan.timestamp);
    put32(&out[8], m_ssrc.value);
    if (plan.event) { // RFC 4733 2.3: event, end bit and volume, duration
        out[12] = std::byte { plan.digit };
        out[13] = static_cast<std::byte>((plan.eventEnds ? 0x80 : 0) | 10);
        put16(&out[14], plan.eventDuration);
        return 16;
    }
    const auto payload = m_speech->block(plan.block);
    std::memcpy(&out[12], payload.data(), payload.size());
    return 12 + payload.size();
}

}
