#include "shared/codecs/stream_sound.h"

#include "shared/base/ascii.h"

#include <algorithm>
#include <limits>

namespace callmon {

namespace {

using Kind = PayloadMeaning::Kind;

constexpr std::size_t longestConcealment = soundRate; // 1 s; past it there is silence

// The voice of one stream: one decoder per payload type, and the place where the sound written so far ends.
class StreamSound {
public:
    StreamSound(const StreamRecord& stream, SoundTrack& track, SoundLoss& loss)
        : m_stream(stream)
        , m_track(track)
        , m_loss(loss)
    {
    }

    void add(const PacketRun& run, const std::vector<std::int64_t>& positions)
    {
        m_lastSequence.reset(); // another numbering: what is missing before it cannot be told
        for (std::size_t i = 0; i < run.size(); ++i)
            add(run[i], positions[i]);
    }

private:
    void add(const OrderedPacket& packet, std::int64_t position)
    {
        const PayloadMeaning meaning = meaningOf(packet.rtp, m_stream);
        const std::int64_t missing = m_lastSequence ? packet.sequence - *m_lastSequence - 1 : 0;
        m_lastSequence = packet.sequence;
        if (meaning.kind == Kind::Voice) {
            if (Decoder* const decoder = decoderOf(packet.rtp.payloadType, meaning.codec))
                return addVoice(*decoder, packet.rtp.payload, position, missing);
        }
        if (meaning.kind == Kind::Voice || meaning.kind == Kind::Unknown)
            ++m_loss.undecodedPackets[meaning.codec.empty() ? "payload type " + std::to_string(packet.rtp.payloadType)
                                                            : "codec " + std::string(meaning.codec)];
        m_voice = nullptr; // the pause that follows is meant: nothing to conceal
    }

    void addVoice(Decoder& decoder, Bytes payload, std::int64_t position, std::int64_t missing)
    {
        if (m_voice == &decoder && position > m_end)
            fillGap(decoder, position - m_end, missing);
        m_voice = &decoder;
        m_buffer.clear();
        m_loss.strangeBytes += decoder.decode(payload, m_buffer);
        m_lastDuration = static_cast<std::int64_t>(m_buffer.size());
        write(position);
    }

    void fillGap(Decoder& decoder, std::int64_t gap, std::int64_t missing)
    {
        const auto room = static_cast<std::int64_t>(m_track.limit()) - m_end;
        std::int64_t left = std::min(gap, room);
        if (!decoder.pausing())
            left = std::min({ left, missing * m_lastDuration, static_cast<std::int64_t>(longestConcealment) });
        for (; left > 0; left -= static_cast<std::int64_t>(m_buffer.size())) {
            m_buffer.clear();
            decoder.conceal(std::min(static_cast<std::size_t>(left), longestConcealment), m_buffer);
            write(m_end);
        }
    }

    // Writes m_buffer at `position`, but for the part that lies before the end of what was written.
    void write(std::int64_t position)
    {
        const auto size = static_cast<std::int64_t>(m_buffer.size());
        const std::int64_t overlap = std::clamp<std::int64_t>(m_end - position, 0, size);
        m_loss.overlapped += static_cast<std::uint64_t>(overlap);
        if (overlap == size)
            return;
        const std::int64_t from = position + overlap;
        m_track.add(static_cast<std::size_t>(from), std::span(m_buffer).subspan(static_cast<std::size_t>(overlap)));
        m_end = position + size;
    }

    Decoder* decoderOf(std::uint8_t type, std::string_view codec)
    {
        const auto known = m_decoders.find(type);
        if (known != m_decoders.end())
            return known->second.get();
        const Hertz clock = type == m_stream.payloadType ? m_stream.clockRate : Hertz { soundRate };
        return (m_decoders[type] = makeDecoder(codec, clock)).get();
    }

    const StreamRecord& m_stream;
    SoundTrack& m_track;
    SoundLoss& m_loss;
    std::map<std::uint8_t, std::unique_ptr<Decoder>> m_decoders;
    std::vector<std::int16_t> m_buffer;
    const Decoder* m_voice = nullptr; // of the packet before, when it was voice
    std::optional<std::int64_t> m_lastSequence;
    std::int64_t m_lastDuration = 0; // samples
    std::int64_t m_end = 0;
};

}

PayloadMeaning meaningOf(const RtpHeader& packet, const StreamRecord& stream)
{
    const std::string_view codec = stream.codec;
    if (packet.payloadType == stream.payloadType && !codec.empty()) {
        if (equalsIgnoringCase(codec, "telephone-event"))
            return { Kind::Event, {} };
        if (equalsIgnoringCase(codec, "cn"))
            return { Kind::ComfortNoise, {} };
        return { Kind::Voice, codec };
    }
    switch (packet.payloadType) {
    case 0:
        return { Kind::Voice, "PCMU" };
    case 8:
        return { Kind::Voice, "PCMA" };
    case 18:
        return { Kind::Voice, "G729" };
    case 13:
    case 19: // reserved: comfort noise of before RFC 3389
        return { Kind::ComfortNoise, {} };
    default:
        constexpr std::size_t eventBytes = 4;
        constexpr std::uint8_t firstDynamic = 96;
        const bool event = packet.payloadType >= firstDynamic && packet.payload.size() == eventBytes;
        return { event ? Kind::Event : Kind::Unknown, {} };
    }
}

void SoundTrack::add(std::size_t at, std::span<const std::int16_t> sound)
{
    const std::size_t room = m_limit - std::min(at, m_limit);
    if (sound.size() > room) {
        m_beyondLimit += sound.size() - room;
        sound = sound.first(room);
    }
    if (sound.empty())
        return;
    if (m_samples.empty())
        m_samples.reserve(m_limit);
    if (m_samples.size() < at + sound.size())
        m_samples.resize(at + sound.size());
    for (std::size_t i = 0; i < sound.size(); ++i) {
        const int sum = m_samples[at + i] + sound[i];
        m_samples[at + i] = static_cast<std::int16_t>(
            std::clamp<int>(sum, std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()));
    }
}

Positions placeStream(const PacketOrder& order, const StreamRecord& stream, Timestamp origin)
{
    Positions positions;
    std::vector<bool> follows;
    for (const PacketRun& run : order.runs) {
        follows.clear();
        for (const OrderedPacket& packet : run)
            follows.push_back(meaningOf(packet.rtp, stream).kind != Kind::Event);
        positions.push_back(placePackets(run, origin, follows));
    }
    return positions;
}

void addSound(const PacketOrder& order, const Positions& positions, const StreamRecord& stream, SoundTrack& track,
    SoundLoss& loss)
{
    StreamSound sound(stream, track, loss);
    for (std::size_t i = 0; i < order.runs.size(); ++i)
        sound.add(order.runs[i], positions[i]);
}

}
