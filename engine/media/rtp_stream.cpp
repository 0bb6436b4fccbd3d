#include "engine/media/rtp_stream.h"

#include "shared/base/telephone_event.h"

#include <cassert>
#include <cstddef>
#include <span>

namespace callmon {

namespace {

constexpr float mediaGapMs = 1000;
// Some telephones send keys under a number that no description names.
bool isUndescribedEvent(const PayloadMeaning& meaning, const RtpHeader& packet)
{
    return meaning.codec == 0 && looksLikeTelephoneEvent(packet.payloadType, packet.payload);
}

constexpr Milliseconds talkspurtGap {
    100
}; // a marker after a shorter pause begins nothing: some senders set it always

}

Arrival RtpStream::addOutOfStep(RtpRun& run, const RtpArrival& arrival, const RtpHeader& packet,
    const PayloadMeaning& meaning, const RtpRules& rules)
{
    static_assert(offsetof(RtpStream, m_late) <= gapBytes && offsetof(RtpStream, m_sequence) <= lateBytes);
    static_assert(offsetof(RtpStream, m_comfortNoise) <= outOfStepBytes);
    endRun(run);
    const bool event = meaning.kind == PayloadKind::TelephoneEvent || isUndescribedEvent(meaning, packet);
    const bool media = !event && (meaning.kind == PayloadKind::Media || meaning.kind == PayloadKind::Text);
    const bool noise = meaning.kind == PayloadKind::ComfortNoise;
    const bool timed = !event && meaning.clock.value != 0;
    const std::uint64_t packetsBefore = m_sequence.packets();
    const std::uint64_t lostBefore = m_sequence.lost();
    const std::uint32_t restartsBefore = m_sequence.restarts();
    const Arrival order = m_sequence.add(packet.sequence);
    bool tooLate = false;
    if (noise && order != Arrival::Duplicate)
        ++m_comfortNoise;
    else if (event)
        countDigit(packet.sent, packet.payload, rules.digits == DigitsKept::Store);

    m_sizes.add(arrival.ipSize);
    m_uncertaintyMaxNs = std::max(m_uncertaintyMaxNs, RtpRun::bounded(arrival.uncertainty));
    if (m_started && arrival.dscp != m_dscp)
        ++m_dscpChanges;
    m_dscp = arrival.dscp;
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
        const bool isNext = packet.sequence == static_cast<std::uint16_t>(m_lastSequence + 1);
        const Nanoseconds sinceLast = arrival.at - m_lastInSequenceAt;
        if (timed && packet.marker && sinceLast >= talkspurtGap)
            m_anchor.beginSegment(); // many a sender's clock stands still in a pause
        bool segment = meaning.clock != m_clock || m_sequence.restarts() != restartsBefore;
        m_ticksSinceFirst += step;
        if (m_ticksSinceFirst >= 0) {
            const bool counts = !packet.marker && !noise && !m_afterNoise;
            // tshark divides by all packets so far, not by those that count: kept, so that the figures agree.
            const double share = 1.0 / static_cast<double>(packetsBefore);
            m_lastInSequenceAt = arrival.at;
            if (counts)
                countDelta(sinceLast, share);
            if (timed) {
                if (const auto difference = m_anchor.differenceTo(arrival.at, packet.sent, meaning.clock)) {
                    m_jitter.add(*difference, arrival.uncertainty);
                } else {
                    m_jitter.skip(arrival.uncertainty);
                    segment = true;
                }
                m_anchor.moveTo(arrival.at, packet.sent, meaning.clock);
                if (counts)
                    countJitter(share);
            }
        }
        if (media && meaning.clock.value != 0) {
            const double sentMs = 1000.0 * static_cast<double>(m_ticksSinceFirst) / meaning.clock.value;
            m_buffer.moveTo(msOf(arrival.at - m_firstPacketAt).count() - sentMs, m_late);
            if (segment)
                m_buffer.begin(m_late);
            else if (order != Arrival::Duplicate)
                tooLate = isTooLate(m_sequence.packets(), m_buffer, arrival.uncertainty,
                    packet.marker && sinceLast >= talkspurtGap, meaning.clock, rules.buffer);
        }
        if (media && m_lastWasMedia && step > 0 && isNext && meaning.clock.value != 0)
            setPacketisation(static_cast<std::uint32_t>(step), meaning.clock);
        m_lastHeardAt = std::max(m_lastHeardAt, arrival.at);
    }
    m_secondPausing = m_secondPausing || noise;
    countLossRuns(lostBefore, restartsBefore, packet.sequence, tooLate);
    m_afterNoise = noise;
    m_lastWasMedia = media;
    m_lastSequence = packet.sequence;
    m_lastSent = packet.sent;
    m_clock = meaning.clock;
    if (media && m_anchor.isAt(arrival.at, packet.sent, meaning.clock) && m_sequence.inStep(packet.sequence)
        && m_lastInSequenceAt == arrival.at && m_lastHeardAt == arrival.at
        && (m_packetisation.count == 0 || m_packetisationClock == meaning.clock))
        beginRun(run, arrival.ipSize);
    return order;
}

bool RtpStream::isTooLate(std::uint64_t packet, JitterBuffer& buffer, Nanoseconds uncertainty, bool talkspurt,
    Hertz clock, const JitterBufferRule& rule)
{
    constexpr Hertz video { 90'000 };
    const auto uncertaintyMs = static_cast<float>(static_cast<double>(uncertainty.count()) * 1e-6);
    if (buffer.judge(packet, uncertaintyMs, talkspurt, rule, m_late) || clock == video)
        return false;
    ++m_discarded;
    return true;
}

void RtpStream::judgeInStep(RtpRun& run, Nanoseconds uncertainty, const JitterBufferRule& rule)
{
    if (isTooLate(m_packetsBefore + run.m_packets, run.m_buffer, uncertainty, false, run.m_clock, rule))
        note(run, { 1, run.m_packets, true });
}

// What a step was for two packets in a row counts: a pause is a step of its own, and no other packet size.
void RtpStream::setPacketisation(std::uint32_t ticks, Hertz clock)
{
    if (m_packetisation.count == ticks && m_packetisationClock == clock)
        return;
    if (m_packetisation.count > 0 && ticks / 2 >= m_packetisation.count)
        m_secondPausing = true;
    m_ptimeChanges = ptimeChanges();
    if (stepIsSettled())
        m_settledStep = m_packetisation;
    m_packetisation = { ticks };
    m_packetisationClock = clock;
    m_stepSince = m_sequence.packets();
}

// A packet after a gap leaves a run behind it, a late one fills a place of one if it can still be played, and one that
// is in order and cannot is a run's or a run.
void RtpStream::countLossRuns(
    std::uint64_t lostBefore, std::uint32_t restartsBefore, std::uint16_t sequence, bool tooLate)
{
    const std::uint64_t lost = m_sequence.lost();
    const auto highest = static_cast<std::uint32_t>(m_sequence.highestExtended());
    if (m_sequence.restarts() != restartsBefore)
        m_lossRuns.restart();
    else if (lost > lostBefore)
        m_lossRuns.missing(
            highest - static_cast<std::uint32_t>(lost - lostBefore), static_cast<std::uint32_t>(lost - lostBefore));
    else if (lost < lostBefore && !tooLate)
        m_lossRuns.cameLate(highest - static_cast<std::uint16_t>(m_sequence.highest() - sequence));
    if (tooLate && sequence == m_sequence.highest())
        m_lossRuns.missing(highest, 1);
}

// RFC 4733 2.3: event, flags and volume, duration. An older timestamp is an earlier event's packet that is late. One
// that lasts longer than its duration field can say goes on as if another began there (2.5.1.3).
void RtpStream::countDigit(RtpTicks sent, Bytes payload, bool keep)
{
    constexpr unsigned lastDtmfEvent = 15; // 0 to 9, *, #, A to D
    const auto event = payload.size() < 4 ? ~0U : std::to_integer<unsigned>(payload[0]);
    if (event > lastDtmfEvent)
        return;
    constexpr std::int32_t longestSegment = 0xffff;
    const auto step = static_cast<std::int32_t>(sent.count - m_lastDigit.count);
    if (m_dtmfDigits > 0 && step <= 0)
        return;
    const bool goesOn = m_dtmfDigits > 0 && step == longestSegment && event == m_lastEvent;
    m_lastDigit = sent;
    m_lastEvent = static_cast<std::uint8_t>(event);
    if (goesOn)
        return;
    ++m_dtmfDigits;
    if (keep && m_digitsKept < maxDigitsKept) {
        m_digits[m_digitsKept / 2] |= static_cast<std::uint8_t>(event << 4 * (m_digitsKept % 2));
        ++m_digitsKept;
    }
}

char RtpStream::digit(std::uint32_t number) const
{
    assert(number < m_digitsKept);
    return "0123456789*#ABCD"[m_digits[number / 2] >> 4 * (number % 2) & 0xf];
}

void RtpStream::beginRun(RtpRun& run, std::uint16_t size)
{
    m_packetsBefore = m_sequence.packets();
    run = RtpRun();
    run.clearSums();
    run.m_lastAt = m_lastInSequenceAt;
    run.m_jitter = m_jitter;
    run.m_buffer = m_buffer;
    run.m_lastSent = m_lastSent;
    run.m_clock = m_clock;
    run.m_packetisation = m_packetisation;
    run.m_uncertaintyMaxNs = m_uncertaintyMaxNs;
    run.m_sequence = m_lastSequence;
    run.m_size = size;
    run.m_dscp = m_dscp;
    run.m_on = true;
}

// The means' weights were all packets so far (see addOutOfStep()), one more each time. What (n - 1) packets have as
// their mean m, one more, x, makes ((n - 1) m + x) / n: so their sum comes in at once.
void RtpStream::takeIn(RtpRun& run)
{
    const auto weightBefore = static_cast<double>(m_packetsBefore - 1);
    const double weight = weightBefore + run.m_packets;
    const double sumMs = msOf(run.m_lastAt - m_lastInSequenceAt).count();
    takeInNumbers(run);
    m_taken = 0;
    m_packetsBefore = m_sequence.packets();
    m_deltaMeanMs = (weightBefore * m_deltaMeanMs + sumMs) / weight;
    m_deltas.addAll(run.m_packets, sumMs, run.packetisationMs(), run.m_deltaSquares, run.m_deltaMin, run.m_deltaMax);
    m_secondDeltaMaxMs = std::max(m_secondDeltaMaxMs, static_cast<float>(run.m_deltaMax.ms()));
    m_jitter = run.m_jitter;
    m_jitterMeanMs = (weightBefore * m_jitterMeanMs + run.m_jitterSumMs) / weight;
    m_jitterMaxMs = std::max(m_jitterMaxMs, run.m_jitterMaxMs);
    m_jitterErrorSumMs += static_cast<double>(run.m_jitterErrorSumMs);
    m_jitterCount += run.m_packets;
    if (run.m_packets > run.m_otherSizes)
        m_sizes.addAll(run.m_packets - run.m_otherSizes, run.m_size);
    m_uncertaintyMaxNs = run.m_uncertaintyMaxNs;
    m_buffer = run.m_buffer;
    m_ticksSinceFirst += run.m_lastSent.count - m_lastSent.count;
    m_lastSent = run.m_lastSent;
    m_lastSequence = run.m_sequence;
    m_lastInSequenceAt = m_lastHeardAt = run.m_lastAt;
    m_anchor.moveTo(run.m_lastAt, run.m_lastSent, run.m_clock);
    run.clearSums();
}

void RtpStream::takeInNumbers(const RtpRun& run)
{
    const auto takeUpTo = [&](std::uint8_t packets) {
        m_sequence.addNext(static_cast<std::uint16_t>(packets - m_taken));
        m_taken = packets;
    };
    for (const Hole& hole : std::span(m_holes).first(m_holeCount)) {
        takeUpTo(hole.after);
        if (hole.came) {
            const auto last = static_cast<std::uint32_t>(m_sequence.highestExtended());
            m_lossRuns.missing(last - hole.packets + 1, hole.packets);
            continue;
        }
        const std::uint64_t lostBefore = m_sequence.lost();
        const std::uint32_t restartsBefore = m_sequence.restarts();
        const auto behindIt = static_cast<std::uint16_t>(m_sequence.highest() + hole.packets + 1);
        m_sequence.add(behindIt);
        ++m_taken;
        countLossRuns(lostBefore, restartsBefore, behindIt, false);
    }
    m_holeCount = 0;
    takeUpTo(run.m_packets);
}

// Before the packet behind it is counted in the run.
void RtpStream::passGap(const RtpRun& run, std::uint16_t sequence)
{
    note(run, { static_cast<std::uint16_t>(sequence - run.m_sequence - 1), run.m_packets, false });
}

void RtpStream::note(const RtpRun& run, const Hole& hole)
{
    if (m_holeCount > 0 && hole.came) {
        Hole& last = m_holes[m_holeCount - 1U];
        if (last.came && last.after + 1 == hole.after) {
            ++last.packets;
            ++last.after;
            return;
        }
    }
    if (m_holeCount == m_holes.size())
        takeInNumbers(run);
    m_holes[m_holeCount++] = hole;
}

void RtpStream::stepBack(RtpRun& run, Timestamp now)
{
    endRun(run);
    m_lastBeforeStepBack = lastPacketAt();
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
    figures.discarded = since(m_discarded, m_second.discarded);
    figures.bytes = m_sizes.sum() - m_second.bytes;
    figures.pausing = m_secondPausing;
    if (m_secondDeltaMaxMs >= mediaGapMs) { // so long that two cannot end in one second
        ++m_mediaGaps;
        m_mediaGapLongestMs = std::max(m_mediaGapLongestMs, m_secondDeltaMaxMs);
    }
    if (figures.received > 0 && m_lastWasMedia && m_clock.value != 0)
        m_skew.add(msOf(m_lastInSequenceAt - m_firstPacketAt).count() / 1000, m_buffer.delayMs(m_late));
    m_secondDeltaMaxMs = 0;
    m_secondPausing = false;
    m_second = { m_sequence.packets(), m_sequence.received(), m_sequence.expected(), m_discarded, m_sizes.sum(),
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
