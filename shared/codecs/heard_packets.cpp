#include "shared/codecs/heard_packets.h"

#include "shared/codecs/stream_sound.h"
#include "shared/quality/jitter_buffer.h"

#include <algorithm>
#include <limits>
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

class HeardPackets::Receiver {
public:
    Receiver(const StreamRecord& stream, std::optional<Timestamp> answeredAt)
        : m_stream(stream)
        , m_rule(ruleOf(stream))
        , m_answeredAt(answeredAt)
    {
    }
    void beginRun() { m_runBegins = m_started; }
    // In order of arrival. False: discarded.
    bool takes(const OrderedPacket& packet)
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
        const PayloadMeaning::Kind kind = meaningOf(packet.rtp, m_stream).kind;
        const Milliseconds arrived = packet.arrival - m_firstAt;
        const Milliseconds delay(arrived.count() - 1000.0 * static_cast<double>(m_ticks) / m_stream.clockRate.value);
        const bool talkspurt = packet.rtp.marker && packet.arrival - last >= talkspurtGap;
        const bool segment =
            kind != PayloadMeaning::Kind::Event && m_ticks >= 0 && beginsSegment(packet.arrival, delay, talkspurt);
        if (kind != PayloadMeaning::Kind::Voice || m_packets == 1)
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
    // The last packet, when it was not discarded. Noise and keys move nothing: they come out of the same buffer.
    Timestamp playedAt() const
    {
        const Milliseconds sent(1000.0 * static_cast<double>(m_ticks) / m_stream.clockRate.value);
        const Milliseconds delay(m_buffer.playedMs(m_rule, m_late)); // against the arrival of the first
        return m_firstAt + std::chrono::round<Nanoseconds>(sent + delay);
    }

private:
    // As JitterAnchor: a talkspurt, or the first packet after the answer, that is out of step with the one before.
    bool beginsSegment(Timestamp arrival, Milliseconds delay, bool talkspurt)
    {
        const std::optional<Milliseconds> before = std::exchange(m_lastDelay, delay);
        const bool answered = m_answeredAt && arrival >= *m_answeredAt;
        if (answered)
            m_answeredAt.reset();
        return (answered || talkspurt) && before && std::chrono::abs(delay - *before) >= strayOfOneSegment;
    }

    const StreamRecord& m_stream;
    JitterBufferRule m_rule;
    std::optional<Timestamp> m_answeredAt; // until a packet came after it
    std::optional<Milliseconds> m_lastDelay; // of the packet before, against the first
    JitterBuffer m_buffer;
    JitterBuffer::Late m_late;
    Timestamp m_firstAt;
    Timestamp m_lastAt;
    RtpTicks m_lastSent;
    std::int64_t m_ticks = 0; // since the first
    std::uint64_t m_packets = 0;
    bool m_started = false;
    bool m_runBegins = false;
};

HeardPackets::HeardPackets(const StreamRecord& stream, std::optional<Timestamp> answeredAt, PacketSink sink)
    : m_sink(std::move(sink))
    , m_receiver(stream.clockRate.value == 0 ? nullptr : std::make_unique<Receiver>(stream, answeredAt))
{
}

HeardPackets::~HeardPackets() = default;

std::uint64_t HeardPackets::discarded() const
{
    return m_discarded;
}

void HeardPackets::add(const OrderedPacket& packet, bool begins)
{
    if (!m_receiver)
        return m_sink(packet, begins);
    if (begins) {
        finish();
        m_receiver->beginRun();
        m_begins = true;
    }
    auto place = m_byArrival.end(); // of those that arrived together the lower number comes first
    while (place != m_byArrival.begin() && m_waiting[*std::prev(place) - m_given].packet.arrival > packet.arrival)
        --place;
    m_byArrival.insert(place, m_given + m_waiting.size());
    m_waiting.push_back({ packet });
    judgeUpTo(packet.sequence - mostMisordered);
}

void HeardPackets::judgeUpTo(std::int64_t sequence)
{
    while (!m_byArrival.empty() && m_waiting[m_byArrival.front() - m_given].packet.sequence <= sequence) {
        Waiting& next = m_waiting[m_byArrival.front() - m_given];
        next.taken = m_receiver->takes(next.packet);
        if (next.taken)
            next.packet.playedAt = m_receiver->playedAt();
        next.judged = true;
        m_byArrival.pop_front();
    }
    for (; !m_waiting.empty() && m_waiting.front().judged; m_waiting.pop_front(), ++m_given) {
        if (m_waiting.front().taken)
            m_sink(m_waiting.front().packet, std::exchange(m_begins, false));
        else
            ++m_discarded;
    }
}

void HeardPackets::finish()
{
    judgeUpTo(std::numeric_limits<std::int64_t>::max());
}

}
