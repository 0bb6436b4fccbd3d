// What is played and where it is: shared by the window's thread, which steers, and the audio thread, which renders.
#pragma once

#include "console/playback/playable_sound.h"
#include "console/playback/resampler.h"
#include "console/playback/time_stretch.h"

#include <atomic>

namespace callmon {

enum class AudibleSide : std::uint8_t {
    Both, // caller in the left ear, callee in the right
    CallerOnly, // in both ears
    CalleeOnly,
};

// render() neither locks nor allocates nor calls the system; all that both threads touch is atomic. load() and
// prepare() are for times when no stream renders.
class Playhead {
public:
    void load(PlayableSound sound);
    // Of a call that is on: what is appended is played as it comes, and past its end there is silence until more does.
    void beginLive(std::uint32_t sampleRate, std::size_t room); // samples of a side; likewise
    void prepare(double deviceRate);
    void takeSettings(const Playhead& other); // how it sounds, not what

    // Window's thread. Positions in samples of the sound.
    bool append(const CallAudio& piece); // also while a stream renders; false, and nothing done, when there is no room
    void endLive() { m_live.store(false); } // nothing more comes
    bool isLive() const { return m_live.load(); }
    void seek(std::int64_t sample);
    std::int64_t position() const;
    std::int64_t length() const { return m_length.load(std::memory_order_acquire); }
    bool atEnd() const { return position() >= length(); }
    bool renderedToEnd() const { return m_ended.load(); } // and the stream completed; a seek may have come since
    const CallSound& sound() const { return m_sound; } // of a live one length() samples hold
    void letForget() const { m_sound.letForget(); } // what was played; also while a stream renders
    void setSide(AudibleSide side) { m_side.store(side, std::memory_order_relaxed); }
    void setGain(float gain) { m_gain.store(gain, std::memory_order_relaxed); } // 1: as recorded
    void setSpeed(float speed) { m_speed.store(speed, std::memory_order_relaxed); } // 0.5 to 3; the pitch stays
    void setSkipPauses(bool skip) { m_skip.store(skip, std::memory_order_relaxed); }
    void setLoop(std::int64_t begin, std::int64_t end); // played again and again; none when end <= begin

    // Audio thread: interleaved frames for one or two channels; silence past the end. False once the end is reached.
    bool render(std::int16_t* out, std::size_t frames, unsigned channels) noexcept;

private:
    struct Frame {
        float caller = 0;
        float callee = 0;
    };
    std::uint64_t moved(std::uint64_t at) const noexcept; // past a pause, or back to the beginning of the loop
    Frame frameAt(std::uint64_t at, std::size_t length) const noexcept;
    Frame stretched(float speed, std::size_t length) noexcept;

    static constexpr std::int64_t noSeek = -1;
    std::vector<Pause> m_pauses;
    TimeStretch m_stretch;
    bool m_stretching = false; // audio thread's
    CallSound m_sound;
    std::shared_ptr<CallAudio> m_room; // of a live one: its samples
    std::atomic<std::int64_t> m_length { 0 }; // of its samples; those behind are written by append()
    std::atomic<bool> m_live { false };
    Resampler m_resampler;
    std::uint64_t m_step = std::uint64_t { 1 } << 32; // samples per device frame, as 32.32
    std::atomic<std::uint64_t> m_at { 0 }; // 32.32; written by the audio thread while it runs
    std::atomic<std::int64_t> m_seek { noSeek };
    std::atomic<bool> m_ended { false };
    std::atomic<AudibleSide> m_side { AudibleSide::Both };
    std::atomic<float> m_gain { 1 };
    std::atomic<float> m_speed { 1 };
    std::atomic<bool> m_skip { false };
    std::atomic<std::int64_t> m_loopBegin { 0 };
    std::atomic<std::int64_t> m_loopEnd { 0 };
};

}
