#include "engine/media/rtp_stream.h"

namespace callmon {

Arrival RtpStream::addOutOfStep(const RtpArrival& arrival, const RtpHeader& packet, const PayloadMeaning& meaning)
{
    leaveStep();
    const bool media = meaning.kind == PayloadKind::Media;
    const bool noise = meaning.kind == PayloadKind::ComfortNoise;
    const bool timed = meaning.kind != PayloadKind::TelephoneEvent && meaning.clock.value != 0;
    const std::uint64_t packetsBefore = m_sequence.packets();
    const std::uint64_t lostBefore = m_sequence.lost();
    const std::uint32_t restartsBefore = m_sequence.restarts();
    const Arrival order = m_sequence.add(packet.sequence);
    countLossRuns(lostBefore, restartsBefore, packet.sequence);
    if (noise && order != Arrival::Duplicate)
        ++m_comfortNoise;
    else if (meaning.kind == PayloadKind::TelephoneEvent)
        countDigit(packet.sent, packet.payload);

    m_sizes.add(arrival.ipSize);
    m_uncertaintyMax = std::max(m_uncertaintyMax, arrival.uncertainty);
    if (!m_started || (media && !m_payloadIsMedia)) {
        m_payload = meaning;
        m_payloadIsMedia = media;
    }

    if (!m_started) {
        m_started = true;
        m_firstPacketAt = m_lastHeardAt = m_lastInSequenceAt = arrival.at;
        if (timed) {
            m_jitter.skip(arrival.uncertainty);
            m_anchor.moveTo(arrival.at, packet.sent, meaning.clock);
        }
    } else {
        const auto step = static_cast<std::int32_t>(packet.sent.count - m_lastSent.count);
        m_ticksSinceFirst += step;
        if (m_ticksSinceFirst >= 0) {
            const bool counts = !packet.marker && !noise && !m_afterNoise;
            const double share = 1.0 / static_cast<double>(packetsBefore); // as in addInStep()
            const Milliseconds delta = msBetween(m_lastInSequenceAt, arrival.at);
            m_lastInSequenceAt = arrival.at;
            if (counts)
                countDelta(delta, share);
            if (timed) {
                if (const auto difference = m_anchor.differenceTo(arrival.at, packet.sent, meaning.clock))
                    m_jitter.add(*difference, arrival.uncertainty);
                else
                    m_jitter.skip(arrival.uncertainty);
                m_anchor.moveTo(arrival.at, packet.sent, meaning.clock);
                if (counts)
                    countJitter(share);
            }
        }
        if (media && m_lastWasMedia && step > 0 && packet.sequence == static_cast<std::uint16_t>(m_lastSequence + 1)
            && meaning.clock.value != 0) {
            m_packetisation = { static_cast<std::uint32_t>(step) };
            m_packetisationClock = meaning.clock;
        }
        m_lastHeardAt = std::max(m_lastHeardAt, arrival.at);
    }
    m_afterNoise = noise;
    m_lastWasMedia = media;
    m_lastSequence = packet.sequence;
    m_lastSent = packet.sent;
    m_clock = meaning.clock;
    m_inStep = media && m_anchor.isAt(arrival.at, packet.sent, meaning.clock) && m_sequence.inStep(packet.sequence)
        && m_lastInSequenceAt == arrival.at && m_lastHeardAt == arrival.at
        && (m_packetisation.count == 0 || m_packetisationClock == meaning.clock);
    return order;
}

// A packet after a gap leaves a run behind it, a late one fills a place of one, and all others change nothing.
void RtpStream::countLossRuns(std::uint64_t lostBefore, std::uint32_t restartsBefore, std::uint16_t sequence)
{
    const std::uint64_t lost = m_sequence.lost();
    const auto highest = static_cast<std::uint32_t>(m_sequence.highestExtended());
    if (m_sequence.restarts() != restartsBefore)
        m_lossRuns.restart();
    else if (lost > lostBefore)
        m_lossRuns.missing(
            highest - static_cast<std::uint32_t>(lost - lostBefore), static_cast<std::uint32_t>(lost - lostBefore));
    else if (lost < lostBefore)
        m_lossRuns.cameLate(highest - static_cast<std::uint16_t>(m_sequence.highest() - sequence));
}

// RFC 4733 2.3: event, flags and volume, duration. An older timestamp is an earlier event's packet that is late.
void RtpStream::countDigit(RtpTicks sent, Bytes payload)
{
    constexpr unsigned lastDtmfEvent = 15; // 0 to 9, *, #, A to D
    if (payload.size() < 4 || std::to_integer<unsigned>(payload[0]) > lastDtmfEvent)
        return;
    if (m_dtmfDigits > 0 && static_cast<std::int32_t>(sent.count - m_lastDigit.count) <= 0)
        return;
    ++m_dtmfDigits;
    m_lastDigit = sent;
}

void RtpStream::leaveStep()
{
    if (!m_inStep)
        return;
    m_inStep = false;
    m_lastSequence = m_sequence.highest();
    m_lastHeardAt = m_lastInSequenceAt;
    m_anchor.moveTo(m_lastInSequenceAt, m_lastSent, m_clock);
}

void RtpStream::stepBack(Timestamp now)
{
    m_lastBeforeStepBack = lastPacketAt();
    leaveStep();
    m_lastHeardAt = std::min(m_lastHeardAt, now);
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
    figures.lossRuns = since(m_lossRuns.runs(), m_second.lossRuns);
    figures.packets = figures.received + figures.duplicates;
    figures.lost = since(m_sequence.expected() - m_second.expected, m_sequence.received() - m_second.received);
    figures.jitter = m_jitter.jitter();
    figures.jitterError = m_jitter.error();
    figures.deltaMax = Milliseconds(m_secondDeltaMaxMs);
    m_secondDeltaMaxMs = 0;
    m_second = { m_sequence.packets(), m_sequence.received(), m_sequence.expected(),
        static_cast<std::uint32_t>(m_sequence.duplicates()), static_cast<std::uint32_t>(m_sequence.reordered()),
        m_lossRuns.runs() };
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
    if (m_jitterCount == 0)
        return std::nullopt;
    return Milliseconds(m_jitterMeanMs);
}

std::optional<Milliseconds> RtpStream::jitterMax() const
{
    if (m_jitterCount == 0)
        return std::nullopt;
    return Milliseconds(m_jitterMaxMs);
}

std::optional<Milliseconds> RtpStream::jitterError() const
{
    if (m_jitterCount == 0)
        return std::nullopt;
    return Milliseconds(m_jitterErrorSumMs / m_jitterCount);
}

Milliseconds RtpStream::packetisation() const
{
    if (m_packetisationClock.value == 0)
        return {};
    return Milliseconds(1000.0 * m_packetisation.count / m_packetisationClock.value);
}

}
