// One stream's packets, placed, decoded and added to the sound of its side of the call.
#pragma once

#include "shared/calls/stream_record.h"
#include "shared/codecs/decoder.h"
#include "shared/codecs/timeline.h"

#include <map>
#include <string>

namespace callmon {

// What a packet carries, told by its payload type.
struct PayloadMeaning {
    enum class Kind : std::uint8_t { Voice, ComfortNoise, Event, Unknown } kind = Kind::Unknown;
    std::string_view codec; // of Voice; a view into the stream record or a literal
};

// By the stream's own codec where the type is the stream's, else by RFC 3551 table 4 (0 PCMU, 8 PCMA, 18 G729, 13 CN).
// Another dynamic type is a telephone-event when its payload has that size (RFC 4733 2.3), else unknown.
PayloadMeaning meaningOf(const RtpHeader& packet, const StreamRecord& stream);

// One side of the call: streams are added to it, and what they would write past its limit is left out and counted.
class SoundTrack {
public:
    explicit SoundTrack(std::size_t limit)
        : m_limit(limit)
    {
    }
    void add(std::size_t at, std::span<const std::int16_t> sound); // saturates where streams overlap
    std::vector<std::int16_t>& samples() { return m_samples; }
    std::size_t limit() const { return m_limit; }
    std::uint64_t beyondLimit() const { return m_beyondLimit; }

private:
    std::vector<std::int16_t> m_samples;
    std::size_t m_limit;
    std::uint64_t m_beyondLimit = 0;
};

// What did not become sound, for the notes.
struct SoundLoss {
    std::uint64_t strangeBytes = 0; // of payloads that are no frames of their codec
    std::uint64_t overlapped = 0; // samples that the sender's clock put where others were already
    std::map<std::string, std::uint64_t> undecodedPackets; // by codec, or by "payload type 97"
};

// Per run and packet: where its sound begins, in samples from the beginning of the track; not negative.
using Positions = std::vector<std::vector<std::int64_t>>;

// As placePackets gives them, in samples from `origin`.
Positions placeStream(const PacketOrder& order, const StreamRecord& stream, Timestamp origin);

// Adds the stream's sound to the track.
void addSound(const PacketOrder& order, const Positions& positions, const StreamRecord& stream, SoundTrack& track,
    SoundLoss& loss);

}
