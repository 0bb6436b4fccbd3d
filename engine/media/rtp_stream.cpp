#include "engine/media/rtp_stream.h"

#include <algorithm>

namespace callmon {

void RtpStream::begin(const FlowKey& flow, Ssrc ssrc)
{
    *this = RtpStream();
    m_flow = flow;
    m_ssrc = ssrc;
}

Arrival RtpStream::add(const RtpArrival& arrival, const RtpHeader& packet, const PayloadMeaning& meaning)
{
    const bool first = !m_started;
    const bool media = meaning.kind == PayloadKind::Media;
    const bool noise = meaning.kind == PayloadKind::ComfortNoise;
    const auto packetsBefore = static_cast<double>(m_sequence.packets());
    const Arrival order = m_sequence.add(packet.sequence);

    m_bytes += arrival.ipSize;
    m_sizes.add(arrival.ipSize);
    m_uncertaintyMax = std::max(m_uncertaintyMax, arrival.uncertainty);
    if (first || (media && m_payload.kind != PayloadKind::Media))
        m_payload = meaning;

    if (first) {
        m_started = true;
        m_firstPacketAt = m_lastPacketAt = m_lastInSequenceAt = arrival.at;
        if (meaning.kind != PayloadKind::TelephoneEvent && meaning.clock.value != 0)
            m_jitter.add(arrival.at, packet.sent, meaning.clock);
    } else {
        const auto step = static_cast<std::int32_t>(packet.sent.count - m_lastSent.count);
        m_ticksSinceFirst += step;
        const bool inSequence = m_ticksSinceFirst >= 0;
        const bool counts = inSequence && !packet.marker && !noise && !m_afterNoise;
        if (inSequence) {
            const double delta = Milliseconds(arrival.at - m_lastInSequenceAt).count();
            m_lastInSequenceAt = arrival.at;
            if (counts) {
                m_deltas.add(delta);
                // tshark divides by all packets so far, not by those that count: kept, so that the figures agree.
                m_deltaMeanMs += (delta - m_deltaMeanMs) / packetsBefore;
                m_second.deltaMaxMs = std::max(m_second.deltaMaxMs, delta);
            }
            if (meaning.kind != PayloadKind::TelephoneEvent && meaning.clock.value != 0) {
                m_jitter.add(arrival.at, packet.sent, meaning.clock);
                if (counts) {
                    const double jitter = m_jitter.jitter().count();
                    m_jitterMeanMs += (jitter - m_jitterMeanMs) / packetsBefore;
                    m_jitterMaxMs = std::max(m_jitterMaxMs, jitter);
                    m_jitterCounted = true;
                }
            }
        }
        if (media && m_lastWasMedia && step > 0 && packet.sequence == static_cast<std::uint16_t>(m_lastSequence + 1)
            && meaning.clock.value != 0)
            m_packetisation = Milliseconds(1000.0 * step / meaning.clock.value);
        m_lastPacketAt = std::max(m_lastPacketAt, arrival.at);
    }
    m_afterNoise = noise;
    m_lastWasMedia = media;
    m_lastSequence = packet.sequence;
    m_lastSent = packet.sent;
    return order;
}

SecondFigures RtpStream::closeSecond()
{
    const auto since = [](std::uint64_t now, std::uint64_t then) {
        return static_cast<std::uint32_t>(now > then ? now - then : 0);
    };
    SecondFigures figures;
    figures.received = since(m_sequence.received(), m_second.received);
    figures.duplicates = since(m_sequence.duplicates() & 0xffffffff, m_second.duplicates);
    figures.reordered = since(m_sequence.reordered() & 0xffffffff, m_second.reordered);
    figures.packets = figures.received + figures.duplicates;
    figures.lost = since(m_sequence.expected() - m_second.expected, m_sequence.received() - m_second.received);
    figures.jitter = m_jitter.jitter();
    figures.deltaMax = Milliseconds(m_second.deltaMaxMs);
    m_second = { m_sequence.packets(), m_sequence.received(), m_sequence.expected(),
        static_cast<std::uint32_t>(m_sequence.duplicates()), static_cast<std::uint32_t>(m_sequence.reordered()), 0 };
    return figures;
}

std::optional<Milliseconds> RtpStream::deltaMean() const
{
    if (m_deltas.count() == 0)
        return std::nullopt;
    return Milliseconds(m_deltaMeanMs);
}

std::optional<Milliseconds> RtpStream::jitterMean() const
{
    if (!m_jitterCounted)
        return std::nullopt;
    return Milliseconds(m_jitterMeanMs);
}

std::optional<Milliseconds> RtpStream::jitterMax() const
{
    if (!m_jitterCounted)
        return std::nullopt;
    return Milliseconds(m_jitterMaxMs);
}

}
