#include "shared/codecs/playout_buffer.h"

#include "shared/codecs/stream_sound.h"

#include <utility>

namespace callmon {

namespace {

constexpr Milliseconds talkspurtGap { 100 }; // as of the stream's record
constexpr Milliseconds strayOfOneSegment { 100 }; // likewise

JitterBufferRule ruleOf(const StreamRecord& stream)
{
    const bool isFixed = stream.jitterBuffer == JitterBufferKind::Fixed;
    return isFixed ? JitterBufferRule::fixed(stream.jitterBufferDelay.value_or(fixedJitterBuffer))
                   : JitterBufferRule::adaptive(stream.jitterBufferDelay.value_or(adaptiveJitterBuffer));
}

}

PlayoutBuffer::PlayoutBuffer(const StreamRecord& stream, std::optional<Timestamp> answeredAt)
    : m_stream(stream)
    , m_rule(ruleOf(stream))
    , m_answeredAt(answeredAt)
{
}

bool PlayoutBuffer::takes(const OrderedPacket& packet)
{
    const Timestamp last = m_lastAt;
    if (!m_started) {
        m_started = true;
        m_firstAt = packet.arrival;
        m_lastSent = packet.rtp.sent;
    }
    m_ticks += static_cast<std::int32_t>(packet.rtp.sent.count - m_lastSent.count);
    m_lastSent = packet.rtp.sent;
    m_lastAt = m_ticks >= 0 ? packet.arrival : last;
    ++m_packets;
    const CarriedPayload::Kind kind = carriedBy(packet, m_stream).kind;
    const Milliseconds arrived = packet.arrival - m_firstAt;
    const Milliseconds delay(arrived.count() - 1000.0 * static_cast<double>(m_ticks) / m_stream.clockRate.value);
    const bool talkspurt = packet.rtp.marker && packet.arrival - last >= talkspurtGap;
    const bool segment =
        kind != CarriedPayload::Kind::Event && m_ticks >= 0 && beginsSegment(packet.arrival, delay, talkspurt);
    if (kind != CarriedPayload::Kind::Voice || m_packets == 1)
        return true;
    m_buffer.moveTo(delay.count(), m_late);
    if (std::exchange(m_runBegins, false) || segment) {
        m_buffer.begin(m_late);
        return true;
    }
    const Milliseconds uncertainty = packet.uncertainty;
    return m_buffer.judge(m_packets, static_cast<float>(uncertainty.count()), talkspurt, m_rule, m_late)
        || packet.blind;
}

Timestamp PlayoutBuffer::playedAt() const
{
    const Milliseconds sent(1000.0 * static_cast<double>(m_ticks) / m_stream.clockRate.value);
    const Milliseconds delay(m_buffer.playedMs(m_rule, m_late)); // against the arrival of the first
    return m_firstAt + std::chrono::round<Nanoseconds>(sent + delay);
}

// As JitterAnchor: a talkspurt, or the first packet after the callee's first description, or after the answer, that is
// out of step with the one before.
bool PlayoutBuffer::beginsSegment(Timestamp arrival, Milliseconds delay, bool talkspurt)
{
    const std::optional<Milliseconds> before = std::exchange(m_lastDelay, delay);
    const bool described = !m_afterDescription && m_stream.describedAt && arrival >= *m_stream.describedAt;
    m_afterDescription = m_afterDescription || described;
    const bool answered = m_answeredAt && arrival >= *m_answeredAt;
    if (answered)
        m_answeredAt.reset();
    return (described || answered || talkspurt) && before && std::chrono::abs(delay - *before) >= strayOfOneSegment;
}

}
