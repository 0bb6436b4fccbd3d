// The sound of a call that is on, as its packets come: sample for sample what assembleCallAudio() makes of the same
// packets when all are there.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/sentence.h"
#include "shared/calls/quality_point.h"
#include "shared/codecs/call_audio.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>

namespace callmon {

// Both sides stay in step, so each piece waits until the packets of both are there: the recording gives them in chunks
// of a second, so a second and a bit; and half a second more for what is late on its way. What comes later than that is
// not heard, and what is concealed of a gap longer than half a second begins that much later. One thread.
class LiveSound {
public:
    // As heard by the jitter buffers of the streams' records, which begin with the first packets that are added.
    explicit LiveSound(Hearing hearing = Hearing::AsSent);
    ~LiveSound();

    void setAnsweredAt(Timestamp at); // as soon as it is known (RecordingFacts)
    // Before its first packets; again when its record says more of its payload types, or when it was described.
    void begin(const StreamRecord& stream);
    // Seconds in which the probe itself lost frames, before the packets that came in them are decoded: over a second
    // behind the newest. Others of `points` are passed over.
    void see(std::span<const QualityPoint> points);
    void add(StreamKey stream, Bytes recorded); // what MediaReader reads, as it comes
    // When what was added of all streams is up to about the same time: the sound that is complete since the last time,
    // in pieces of up to a second, each behind the one before it: both sides equally long. The rate (8000 or 16000)
    // stays that of the first one.
    using Sink = std::function<void(const CallAudio&)>;
    void take(const Sink& sink);
    void finish(const Sink& sink); // the call is over: the rest

    std::vector<Sentence> notes() const; // what did not become sound, for the user

private:
    struct Stream;
    Stream* find(StreamKey stream);
    void start();
    void advance(Timestamp to, const Sink& sink);
    void give(std::int64_t to, const Sink& sink); // samples up to there

    const Hearing m_hearing;
    std::optional<Timestamp> m_answeredAt;
    std::map<StreamKey, RecordingFacts> m_facts; // their blind seconds
    std::vector<std::unique_ptr<Stream>> m_streams;
    std::optional<Timestamp> m_first, m_newest; // arrivals
    struct Tracks;
    std::unique_ptr<Tracks> m_tracks; // once it has begun
};

}
