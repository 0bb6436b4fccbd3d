// The sound of a call from its recorded streams: stereo, caller left, callee right, both sides in step.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/result.h"
#include "shared/calls/stream_record.h"
#include "shared/codecs/recording_facts.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace callmon {

struct StreamMedia {
    StreamRecord stream;
    std::vector<std::byte> bytes; // MediaChunk bytes of the stream, in a row
    RecordingFacts facts {};
};

// A stream whose recorded bytes lie in pieces of whole packets, and not all in memory.
struct RecordedStream {
    StreamRecord stream;
    std::vector<Bytes> pieces {};
    std::function<void()> forget {}; // what was read of them, and will be read again, need not stay in memory
    RecordingFacts facts {};
    std::stop_token stop {}; // asked for, the pieces that follow are not read: the sound is for nobody any more
};

struct SoundSpan { // samples from the beginning of the sound
    std::int64_t begin = 0;
    std::int64_t end = 0;
    bool withProbe = false; // in a second in which the probe itself lost frames: whose loss it is, nobody knows
    bool operator==(const SoundSpan&) const = default;
};

struct CallAudio {
    std::uint32_t sampleRate = 8000; // Hz; 16000 when a stream sounds better than 8000 can hold: G.722, Opus, L16
    Timestamp start; // arrival of the first packet of either side; earlier when that one was held up on the way
    std::vector<std::int16_t> caller; // equal lengths; silence where nothing was sent
    std::vector<std::int16_t> callee;
    std::vector<SoundSpan> callerLost {}; // where packets are missing, in order of their streams: concealed, or silence
    std::vector<SoundSpan> calleeLost {};
    std::vector<Sentence> notes {}; // "stream 2: codec opus is not decoded", for the user
};

enum class Hearing : std::uint8_t {
    AsSent, // every packet that was recorded
    // What the jitter buffer of the streams' records lets through, when it plays it (heard_packets.h). What is missing
    // with the probe's own losses is silence: what was heard there, nobody knows.
    AsHeard,
};

// Packets are placed by their RTP timestamps (each stream anchored at its first arrival, and anew when its timestamps
// have departed from the arrivals for good: timeline.h; as heard by the delay that the jitter buffer has then), lost
// ones concealed by the codec's own means, duplicates and reordering undone. Never longer than the packets took to
// arrive, nor than four hours. Depends on nothing but `media`. Takes seconds for a long G.729 call: not for a window's
// thread. Packets that arrived at `end` or later are not looked at: the beginning of a call costs no more than it is
// long.
CallAudio assembleCallAudio(
    const std::vector<StreamMedia>& media, Timestamp end = Timestamp::max(), Hearing hearing = Hearing::AsSent);
CallAudio assembleCallAudio(const std::vector<RecordedStream>& media, Timestamp end, Hearing hearing);

// A side of the sound is added stream by stream, and each where it belongs. Made once it is known how long it can be.
class SoundSide;
struct AssembledSound {
    std::uint32_t sampleRate = 8000;
    Timestamp start;
    std::vector<Sentence> notes {};
};
using MakeSide = std::function<SoundSide&(Party side, std::size_t limit, std::uint32_t rate)>;
AssembledSound assembleSound(
    const std::vector<RecordedStream>& media, Timestamp end, Hearing hearing, const MakeSide& makeSide);

enum class WavChannels : std::uint8_t {
    Stereo, // caller left, callee right
    Mono, // half of each
    Caller,
    Callee,
};

// Both sides in one channel: half of each, which never clips, rounded to even as the player's device gets it.
std::int16_t monoOf(std::int16_t caller, std::int16_t callee);

// The 44 bytes in front of them; `bytes` of samples, UINT32_MAX while nobody knows how many there will be.
std::array<std::byte, 44> wavHeader(std::uint32_t sampleRate, WavChannels channels, std::uint32_t bytes);

}
