#include "shared/codecs/heard_packets.h"

#include "shared/codecs/stream_sound.h"
#include "shared/quality/jitter_buffer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace callmon {

namespace {

constexpr Milliseconds talkspurtGap { 100 }; // as of the stream's record

JitterBufferRule ruleOf(const StreamRecord& stream)
{
    const bool isFixed = stream.jitterBuffer == JitterBufferKind::Fixed;
    return isFixed ? JitterBufferRule::fixed(stream.jitterBufferDelay.value_or(fixedJitterBuffer))
                   : JitterBufferRule::adaptive(stream.jitterBufferDelay.value_or(adaptiveJitterBuffer));
}

class Receiver {
public:
    explicit Receiver(const StreamRecord& stream)
        : m_stream(stream)
        , m_rule(ruleOf(stream))
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
        if (meaningOf(packet.rtp, m_stream).kind != PayloadMeaning::Kind::Voice || m_packets == 1)
            return true;
        const Milliseconds arrived = packet.arrival - m_firstAt;
        m_buffer.moveTo(arrived.count() - 1000.0 * static_cast<double>(m_ticks) / m_stream.clockRate.value, m_late);
        if (std::exchange(m_runBegins, false)) {
            m_buffer.begin(m_late);
            return true;
        }
        const bool talkspurt = packet.rtp.marker && packet.arrival - last >= talkspurtGap;
        const Milliseconds uncertainty = packet.uncertainty;
        return m_buffer.judge(m_packets, static_cast<float>(uncertainty.count()), talkspurt, m_rule, m_late);
    }
    Timestamp firstAt() const { return m_firstAt; }
    // The last packet, when it was not discarded. Noise and keys move nothing: they come out of the same buffer.
    PlayedPacket played() const { return { m_ticks, m_buffer.playedMs(m_rule, m_late) }; }

private:
    const StreamRecord& m_stream;
    JitterBufferRule m_rule;
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

}

HeardPackets takeOutDiscarded(PacketOrder& order, const StreamRecord& stream)
{
    HeardPackets heard;
    if (stream.clockRate.value == 0)
        return heard;
    Receiver receiver(stream);
    std::vector<std::size_t> arrivals;
    for (PacketRun& run : order.runs) {
        receiver.beginRun();
        arrivals.resize(run.size());
        std::iota(arrivals.begin(), arrivals.end(), 0);
        std::stable_sort(arrivals.begin(), arrivals.end(),
            [&](std::size_t a, std::size_t b) { return run[a].arrival < run[b].arrival; });
        std::vector<std::optional<PlayedPacket>> played(run.size());
        for (const std::size_t packet : arrivals)
            if (receiver.takes(run[packet]))
                played[packet] = receiver.played();
        std::vector<PlayedPacket> kept;
        for (std::size_t i = 0; i < run.size(); ++i)
            if (played[i]) {
                run[kept.size()] = run[i];
                kept.push_back(*played[i]);
            }
        heard.discarded += run.size() - kept.size();
        run.resize(kept.size());
        if (!kept.empty())
            heard.played.push_back(std::move(kept));
    }
    std::erase_if(order.runs, [](const PacketRun& run) { return run.empty(); });
    heard.firstAt = receiver.firstAt();
    return heard;
}

std::vector<std::vector<std::int64_t>> placeHeard(
    const HeardPackets& heard, const StreamRecord& stream, Timestamp origin, std::uint32_t rate)
{
    const std::int64_t first = samplesBetween(origin, heard.firstAt, rate);
    Positions positions;
    for (const auto& run : heard.played) {
        positions.emplace_back();
        for (const PlayedPacket& packet : run)
            positions.back().push_back(first + scaled(packet.ticks, clockOf(stream), rate)
                + static_cast<std::int64_t>(std::llround(packet.delayMs * rate / 1000)));
    }
    return positions;
}

}
