// One stream's packets, placed, decoded and added to the sound of its side of the call.
#pragma once

#include "shared/calls/stream_record.h"
#include "shared/codecs/call_audio.h"
#include "shared/codecs/decoder.h"
#include "shared/codecs/timeline.h"

#include <array>
#include <map>
#include <optional>
#include <string>

namespace callmon {

// What a packet carries, told by its payload type.
struct CarriedPayload {
    enum class Kind : std::uint8_t { Voice, ComfortNoise, Event, Unknown } kind = Kind::Unknown;
    std::string_view codec; // of Voice; a view into the stream record or a literal
    Hertz clock; // of Voice; 0 when unknown
    std::uint8_t payloadType = 0;
    Bytes payload;
};

// By what the record says of the type at that time; else by the stream's own codec where the type is the stream's, else
// by RFC 3551 table 4. Another dynamic type is a telephone-event when its payload has that size (RFC 4733 2.3), else
// unknown. A packet that repeats others (RFC 2198) carries its primary.
CarriedPayload carriedBy(const OrderedPacket& packet, const StreamRecord& stream);

// One side of the call: streams are added to it, and what they would write past its limit is left out and counted.
class SoundSide {
public:
    SoundSide(std::size_t limit, std::uint32_t rate)
        : m_limit(limit)
        , m_rate(rate)
    {
    }
    virtual ~SoundSide() = default;
    virtual void add(std::size_t at, std::span<const std::int16_t> sound) = 0; // saturates where streams overlap
    virtual void addLoss(const SoundSpan& span) = 0;
    std::size_t limit() const { return m_limit; }
    std::uint32_t rate() const { return m_rate; } // Hz
    std::uint64_t beyondLimit() const { return m_beyondLimit; }

protected:
    std::span<const std::int16_t> withinLimit(std::size_t at, std::span<const std::int16_t> sound);

    std::size_t m_limit;
    std::uint32_t m_rate;
    std::uint64_t m_beyondLimit = 0;
};

void mix(std::span<std::int16_t> into, std::span<const std::int16_t> sound); // equally many

// In memory.
class SoundTrack final : public SoundSide {
public:
    using SoundSide::SoundSide;
    void add(std::size_t at, std::span<const std::int16_t> sound) override;
    void addLoss(const SoundSpan& span) override { m_lost.push_back(span); }
    std::vector<std::int16_t>& samples() { return m_samples; }
    // Forgets what lies before `to`, and is open for as much behind it as it was made for: of a call that is on.
    void moveOn(std::size_t to);
    std::size_t begin() const { return m_begin; } // where samples() begin
    std::uint64_t tooLate() const { return m_tooLate; } // samples that would have been before that
    std::vector<SoundSpan>& lost() { return m_lost; }

private:
    std::vector<std::int16_t> m_samples;
    std::vector<SoundSpan> m_lost;
    std::size_t m_begin = 0;
    std::uint64_t m_tooLate = 0;
};

// What did not become sound, for the notes.
struct SoundLoss {
    std::uint64_t strangeBytes = 0; // of payloads that are no frames of their codec
    std::uint64_t overlapped = 0; // samples that their time put where others were already
    std::uint64_t stretched = 0; // samples between two packets that follow on each other (playAsHeard)
    std::uint64_t withProbe = 0; // packets missing from seconds in which the probe itself lost frames
    std::map<std::string, std::uint64_t> undecodedPackets; // by codec
    std::map<std::uint8_t, std::uint64_t> unknownPackets; // by payload type that says no codec
};

std::uint32_t clockOf(const StreamRecord& stream); // Hz, of its RTP timestamps
std::int64_t scaled(std::int64_t position, std::uint32_t from, std::uint32_t to); // of one clock in another's

// What the packets of a stream tell of its sound, one after the other.
class SoundForm {
public:
    explicit SoundForm(const StreamRecord& stream)
        : m_stream(stream)
    {
    }
    void see(const OrderedPacket& packet, bool begins);
    // 16000 when anything in the stream sounds better than 8000 Hz can hold, else 8000.
    std::uint32_t rate() const { return m_rate; }
    // Of L16, 1 of all else. RTP does not tell, nor does the record of a stream: by the size of two packets in a row.
    unsigned channels() const { return m_channels.value_or(1); }

private:
    const StreamRecord& m_stream;
    std::array<std::string_view, 128> m_seen {}; // codecs, by payload type
    std::uint32_t m_rate = 8000;
    std::optional<unsigned> m_channels;
    std::optional<OrderedPacket> m_before; // only its header is looked at
    std::size_t m_beforeBytes = 0; // of its payload
};

// The voice and the keys of one stream, decoded in order: one decoder per payload type and what it means.
class StreamSound {
public:
    StreamSound(const StreamRecord& stream, unsigned channels, SoundSide& track, SoundLoss& loss);
    // Positions are those of a receiver whose delay moves amid speech, a sample or so a packet: where it grows, a line
    // is drawn from the sound before to the sound behind; without this there is silence, as in a pause. What the probe
    // lost is not made up: the receiver may have played it.
    void playAsHeard() { m_asHeard = true; }
    void beginRun() { m_lastSequence.reset(); } // another numbering: what is missing before it cannot be told
    void add(const OrderedPacket& packet, std::int64_t position);

private:
    struct Missing { // between a packet and the one before it
        std::int64_t packets = 0;
        bool withProbe = false;
    };
    void addRepeated(const OrderedPacket& packet, std::int64_t position, Missing& missing);
    void addVoice(Decoder& decoder, Bytes payload, std::int64_t position, const Missing& missing);
    void addKey(Bytes payload, std::int64_t position);
    void fillGap(Decoder& decoder, Bytes next, std::int64_t gap, const Missing& missing);
    void stretchTo(std::int64_t position);
    void write(std::int64_t position);
    Decoder* decoderOf(const CarriedPayload& carried);

    const StreamRecord& m_stream;
    SoundSide& m_track;
    SoundLoss& m_loss;
    std::uint32_t m_clock; // Hz, of the RTP timestamps
    unsigned m_channels;
    std::map<std::pair<std::uint8_t, std::string_view>, std::unique_ptr<Decoder>> m_decoders;
    std::vector<std::int16_t> m_buffer;
    const Decoder* m_voice = nullptr; // of the packet before, when it was voice
    std::optional<std::int64_t> m_lastSequence;
    std::int64_t m_lastDuration = 0; // samples
    std::int64_t m_longestStretch; // samples: what a packet moves a receiver's delay by, unless it begins anew
    std::int16_t m_lastSample = 0; // of the voice written so far
    bool m_asHeard = false;
    std::int64_t m_end = 0; // of the voice written so far
    std::int64_t m_keysEnd = 0; // of the keys' tones
};

}
