#include "shared/codecs/stream_sound.h"

#include "shared/base/ascii.h"
#include "shared/base/rtp_redundancy.h"
#include "shared/base/telephone_event.h"
#include "shared/codecs/dtmf_tone.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace callmon {

namespace {

using Kind = CarriedPayload::Kind;

struct Meaning { // of a payload type
    Kind kind = Kind::Unknown;
    std::string_view codec;
    Hertz clock;
};

Meaning named(std::string_view codec, Hertz clock)
{
    if (equalsIgnoringCase(codec, "telephone-event"))
        return { Kind::Event, {}, {} };
    if (equalsIgnoringCase(codec, "cn"))
        return { Kind::ComfortNoise, {}, {} };
    return { Kind::Voice, codec, clock };
}

Meaning meaningOf(std::uint8_t type, Bytes payload, Timestamp arrival, const StreamRecord& stream)
{
    if (const PayloadUse* const use = stream.payloads.meaningAt(type, arrival))
        return named(use->codec, use->clockRate);
    if (type == stream.payloadType && !stream.codec.empty())
        return named(stream.codec, stream.clockRate);
    switch (type) {
    case 0:
        return named("PCMU", {});
    case 2:
        return named("G721", {});
    case 3:
        return named("GSM", {});
    case 8:
        return named("PCMA", {});
    case 9:
        return named("G722", {});
    case 10:
    case 11:
        return named("L16", {});
    case 18:
        return named("G729", {});
    case 13:
    case 19: // reserved: comfort noise of before RFC 3389
        return named("CN", {});
    default:
        return { looksLikeTelephoneEvent(type, payload) ? Kind::Event : Kind::Unknown, {}, {} };
    }
}

CarriedPayload carried(std::uint8_t type, Bytes payload, Timestamp arrival, const StreamRecord& stream)
{
    const Meaning meaning = meaningOf(type, payload, arrival, stream);
    return { meaning.kind, meaning.codec, meaning.clock, type, payload };
}

bool repeatsOthers(const CarriedPayload& packet)
{
    return packet.kind == Kind::Voice && equalsIgnoringCase(packet.codec, "red");
}

// Whether the capture cut the packet short is not asked: what it lost is missing from the primary, which comes last.
std::optional<RedundantBlocks> blocksOf(Bytes payload)
{
    return parseRedundancy(payload, Stored::CutShort);
}

}

std::uint32_t clockOf(const StreamRecord& stream)
{
    if (const auto rates = ratesOf(stream.codec, stream.clockRate))
        return rates->clock;
    const std::uint32_t clock = stream.clockRate.value; // 8 to 96 kHz in RFC 3551 and what was registered since
    return clock < 8000 || clock > 192'000 ? 8000 : clock;
}

std::int64_t scaled(std::int64_t position, std::uint32_t from, std::uint32_t to)
{
    const std::int64_t rest = position % from * to;
    const std::int64_t half = from / 2;
    return position / from * to + (rest + (rest < 0 ? -half : half)) / from;
}

void SoundForm::see(const OrderedPacket& packet, bool begins)
{
    const CarriedPayload meaning = carriedBy(packet, m_stream);
    if (std::exchange(m_seen[meaning.payloadType & 0x7f], meaning.codec) != meaning.codec) {
        if (const auto rates = ratesOf(meaning.codec, meaning.clock))
            m_rate = std::max(m_rate, rates->sound);
    }
    if (m_channels || !equalsIgnoringCase(m_stream.codec.view(), "l16"))
        return;
    if (m_before && !begins) {
        const std::uint32_t samples = packet.rtp.sent.count - m_before->rtp.sent.count;
        if (packet.sequence == m_before->sequence + 1 && m_beforeBytes == meaning.payload.size()
            && m_before->rtp.payloadType == packet.rtp.payloadType && samples > 0 && samples < 10'000)
            m_channels = static_cast<unsigned>(m_beforeBytes / 2 / samples);
    }
    m_before = packet;
    m_beforeBytes = meaning.payload.size();
    m_before->rtp.payload = {};
}

CarriedPayload carriedBy(const OrderedPacket& packet, const StreamRecord& stream)
{
    const CarriedPayload whole = carried(packet.rtp.payloadType, packet.rtp.payload, packet.arrival, stream);
    if (!repeatsOthers(whole) || stream.secure)
        return whole;
    const auto blocks = blocksOf(whole.payload);
    return blocks ? carried(blocks->primary().payloadType, blocks->primary().payload, packet.arrival, stream) : whole;
}

std::span<const std::int16_t> SoundSide::withinLimit(std::size_t at, std::span<const std::int16_t> sound)
{
    const std::size_t room = m_limit - std::min(at, m_limit);
    if (sound.size() <= room)
        return sound;
    m_beyondLimit += sound.size() - room;
    return sound.first(room);
}

void mix(std::span<std::int16_t> into, std::span<const std::int16_t> sound)
{
    for (std::size_t i = 0; i < sound.size(); ++i) {
        const int sum = into[i] + sound[i];
        into[i] = static_cast<std::int16_t>(
            std::clamp<int>(sum, std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()));
    }
}

void SoundTrack::add(std::size_t at, std::span<const std::int16_t> sound)
{
    if (at < m_begin) {
        const std::size_t late = std::min(m_begin - at, sound.size());
        m_tooLate += late;
        sound = sound.subspan(late);
        at += late;
    }
    sound = withinLimit(at, sound);
    if (sound.empty())
        return;
    if (m_samples.capacity() == 0)
        m_samples.reserve(m_limit - m_begin);
    at -= m_begin;
    if (m_samples.size() < at + sound.size())
        m_samples.resize(at + sound.size());
    mix(std::span(m_samples).subspan(at, sound.size()), sound);
}

void SoundTrack::moveOn(std::size_t to)
{
    if (to <= m_begin)
        return;
    const std::size_t past = std::min(to - m_begin, m_samples.size());
    m_samples.erase(m_samples.begin(), m_samples.begin() + static_cast<std::ptrdiff_t>(past));
    m_lost.clear();
    m_limit += to - m_begin;
    m_begin = to;
}

StreamSound::StreamSound(const StreamRecord& stream, unsigned channels, SoundSide& track, SoundLoss& loss)
    : m_stream(stream)
    , m_track(track)
    , m_loss(loss)
    , m_clock(clockOf(stream))
    , m_channels(channels)
    , m_longestStretch(track.rate() / 100)
{
}

void StreamSound::add(const OrderedPacket& packet, std::int64_t position)
{
    const CarriedPayload meaning = carriedBy(packet, m_stream);
    Missing missing { m_lastSequence ? packet.sequence - *m_lastSequence - 1 : 0, packet.blind };
    m_lastSequence = packet.sequence;
    if (meaning.payload.data() != packet.rtp.payload.data())
        addRepeated(packet, position, missing);
    if (meaning.kind == Kind::Voice) {
        if (Decoder* const decoder = decoderOf(meaning))
            return addVoice(*decoder, meaning.payload, position, missing);
    }
    if (meaning.kind == Kind::Voice || meaning.kind == Kind::Unknown) {
        if (meaning.codec.empty())
            ++m_loss.unknownPackets[meaning.payloadType];
        else
            ++m_loss.undecodedPackets[std::string(meaning.codec)];
    }
    if (meaning.kind == Kind::Event)
        addKey(meaning.payload, position);
    m_voice = nullptr; // the pause that follows is meant: nothing to conceal
}

// What the packet repeats of those before it (RFC 2198): the voice that is missing, and keys, which are heard once
// however often they come.
void StreamSound::addRepeated(const OrderedPacket& packet, std::int64_t position, Missing& missing)
{
    const auto blocks = blocksOf(packet.rtp.payload);
    if (!blocks)
        return;
    for (const RedundantBlock& block : blocks->redundant()) {
        const CarriedPayload before = carried(block.payloadType, block.payload, packet.arrival, m_stream);
        const std::int64_t at = position - scaled(block.behind, m_clock, m_track.rate());
        if (before.kind == Kind::Event && at >= 0)
            addKey(before.payload, at);
        if (before.kind != Kind::Voice || before.payload.empty() || missing.packets == 0 || m_lastDuration == 0
            || at >= position || at < m_end - m_longestStretch)
            continue;
        Decoder* const decoder = repeatsOthers(before) ? nullptr : decoderOf(before);
        if (decoder == nullptr || decoder != m_voice)
            continue;
        const std::int64_t packetsBefore =
            std::min((at - m_end + m_lastDuration / 2) / m_lastDuration, missing.packets - 1);
        addVoice(*decoder, before.payload, at, { packetsBefore, missing.withProbe });
        missing.packets -= packetsBefore + 1;
    }
}

void StreamSound::addVoice(Decoder& decoder, Bytes payload, std::int64_t position, const Missing& missing)
{
    // Where the clock does not divide into samples, neighbours can be one sample apart by rounding.
    const bool rounded = m_clock % m_track.rate() != 0 && m_track.rate() % m_clock != 0;
    if (rounded && m_voice == &decoder && missing.packets == 0 && std::abs(position - m_end) == 1)
        position = m_end;
    const bool goesOn = m_voice == &decoder;
    if (goesOn && position > m_end)
        fillGap(decoder, payload, position - m_end, missing);
    m_voice = &decoder;
    m_buffer.clear();
    m_loss.strangeBytes += decoder.decode(payload, m_buffer);
    m_lastDuration = static_cast<std::int64_t>(m_buffer.size());
    if (m_asHeard && goesOn && missing.packets == 0 && position > m_end && position - m_end <= m_longestStretch)
        stretchTo(position);
    write(position);
}

// Every update of an event tells its length so far, and prolongs its tone to that. Tones of one stream never overlap,
// so that hostile lengths cost no more than the track has room for.
void StreamSound::addKey(Bytes payload, std::int64_t position)
{
    const auto event = parseTelephoneEvent(payload);
    if (!event)
        return;
    const std::int64_t from = std::max(position, m_keysEnd);
    const std::int64_t to = std::min(
        position + scaled(event->duration, m_clock, m_track.rate()), static_cast<std::int64_t>(m_track.limit()));
    if (from >= to)
        return;
    m_buffer.clear();
    appendDtmf(*event, m_track.rate(), static_cast<std::uint64_t>(from - position),
        static_cast<std::uint64_t>(to - position), m_buffer);
    m_track.add(static_cast<std::size_t>(from), m_buffer);
    m_keysEnd = to;
}

void StreamSound::fillGap(Decoder& decoder, Bytes next, std::int64_t gap, const Missing& missing)
{
    const std::size_t longestConcealment = m_track.rate(); // 1 s; past it there is silence
    const auto room = static_cast<std::int64_t>(m_track.limit()) - m_end;
    std::int64_t left = std::min(gap, room);
    if (missing.packets > 0 && left > 0) {
        m_track.addLoss({ m_end, m_end + std::min(left, missing.packets * m_lastDuration), missing.withProbe });
        m_loss.withProbe += missing.withProbe ? static_cast<std::uint64_t>(missing.packets) : 0;
        if (m_asHeard && missing.withProbe)
            return;
    }
    if (!decoder.pausing())
        left = std::min(
            { left, missing.packets * m_lastDuration + (m_asHeard && missing.packets > 0 ? m_longestStretch : 0),
                static_cast<std::int64_t>(longestConcealment) });
    const bool upToNext = left == gap; // else the next packet does not follow on what is concealed
    for (; left > 0; left -= static_cast<std::int64_t>(m_buffer.size())) {
        m_buffer.clear();
        const std::size_t samples = std::min(static_cast<std::size_t>(left), longestConcealment);
        const bool last = samples == static_cast<std::size_t>(left);
        decoder.conceal(samples, last && upToNext && !decoder.pausing() ? next : Bytes(), m_buffer);
        write(m_end);
    }
}

// From the voice before to m_buffer, which will be written there.
void StreamSound::stretchTo(std::int64_t position)
{
    if (m_buffer.empty())
        return;
    const std::int64_t steps = position - m_end + 1;
    std::vector<std::int16_t> between;
    for (std::int64_t i = 1; i < steps; ++i)
        between.push_back(static_cast<std::int16_t>(m_lastSample + (m_buffer.front() - m_lastSample) * i / steps));
    m_track.add(static_cast<std::size_t>(m_end), between);
    m_loss.stretched += between.size();
    m_end = position;
}

// Writes m_buffer at `position`, but for the part that lies before the end of what was written.
void StreamSound::write(std::int64_t position)
{
    const auto size = static_cast<std::int64_t>(m_buffer.size());
    const std::int64_t overlap = std::clamp<std::int64_t>(m_end - position, 0, size);
    m_loss.overlapped += static_cast<std::uint64_t>(overlap);
    if (overlap == size)
        return;
    const std::int64_t from = position + overlap;
    m_track.add(static_cast<std::size_t>(from), std::span(m_buffer).subspan(static_cast<std::size_t>(overlap)));
    m_end = position + size;
    m_lastSample = m_buffer.back();
}

Decoder* StreamSound::decoderOf(const CarriedPayload& carried)
{
    const auto known = m_decoders.find({ carried.payloadType, carried.codec });
    if (known != m_decoders.end())
        return known->second.get();
    return (m_decoders[{ carried.payloadType, carried.codec }] =
                makeDecoder(carried.codec, carried.clock, m_track.rate(), m_channels))
        .get();
}

}
