// The sound of a call as it is played and drawn, wherever its samples lie.
#pragma once

#include "shared/base/sentence.h"
#include "shared/codecs/call_audio.h"

#include <filesystem>
#include <memory>

namespace callmon {

struct CallSound {
    CallSound() = default;
    CallSound(CallAudio audio); // in memory

    std::uint32_t sampleRate = 8000; // Hz
    Timestamp start;
    std::span<const std::int16_t> caller; // equal lengths
    std::span<const std::int16_t> callee;
    std::vector<SoundSpan> callerLost {};
    std::vector<SoundSpan> calleeLost {};
    std::vector<Sentence> notes {};
    std::shared_ptr<const void> samples {}; // of both sides, as long as anybody has it
    // What was looked at need not stay in memory: it will be read again. For whoever goes through all of it, each
    // `forgottenEach` samples; nothing where it lies in memory.
    std::function<void()> forget {};
    static constexpr std::size_t forgottenEach = std::size_t { 1 } << 20;
    void letForget() const
    {
        if (forget)
            forget();
    }
};

// Of a call of any length in a few MiB of memory: both sides lie in temporary files in `folder`, of which the kernel
// reads what is looked at. Without sound where nothing can be decoded; its notes tell why.
Result<CallSound> keepCallSound(
    const std::vector<RecordedStream>& media, Hearing hearing, const std::filesystem::path& folder);

// `count` frames of `sound` at most, as the samples of a WAV file: interleaved where there are two channels.
std::vector<std::int16_t> samplesOf(
    const CallSound& sound, WavChannels channels, std::size_t from = 0, std::size_t count = SIZE_MAX);
// 16-bit PCM WAV. `goesOn`, if given, is told now and then how many frames are written; after it said false, the rest
// is not.
Result<void> writeWav(const CallSound& sound, const std::string& path, WavChannels channels = WavChannels::Stereo,
    const std::function<bool(std::uint64_t frames)>& goesOn = {});

// The same file of a call of any length in a few MiB of memory: both sides lie in temporary files in `folder`
// meanwhile. `nothing`: the error when nothing of the call can be decoded.
Result<void> writeCallWav(const std::vector<RecordedStream>& media, Hearing hearing, const std::string& path,
    WavChannels channels, const std::filesystem::path& folder, const std::string& nothing,
    std::vector<Sentence>& notes);

}
