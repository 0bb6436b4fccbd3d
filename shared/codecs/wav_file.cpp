// The WAV files of call_sound.h, by libsndfile.
#include "shared/codecs/call_sound.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace callmon {

namespace {

constexpr std::size_t blockFrames = 4096;

using WavFile = std::unique_ptr<SNDFILE, int (*)(SNDFILE*)>;

Result<WavFile> openWav(const std::string& path, std::uint32_t sampleRate, WavChannels channels)
{
    SF_INFO info {};
    info.samplerate = static_cast<int>(sampleRate);
    info.channels = channels == WavChannels::Stereo ? 2 : 1;
    info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    WavFile file(sf_open(path.c_str(), SFM_WRITE, &info), sf_close);
    if (!file)
        return Error { sentence(TR("Engine", "cannot write the sound to %1: %2"), path, sf_strerror(nullptr)) };
    return file;
}

Result<void> write(WavFile& file, const std::string& path, std::span<const std::int16_t> block)
{
    const auto items = static_cast<sf_count_t>(block.size());
    if (sf_write_short(file.get(), block.data(), items) != items)
        return Error { sentence(
            TR("Engine",
                "cannot write the sound to %1: is the disk full? Free some space there, or choose another place"),
            path) };
    return {};
}

Result<void> finish(WavFile& file, const std::string& path)
{
    if (sf_close(file.release()) != 0)
        return Error { sentence(TR("Engine", "cannot finish %1: is the disk full?"), path) };
    return {};
}

}

std::int16_t monoOf(std::int16_t caller, std::int16_t callee)
{
    return static_cast<std::int16_t>(std::lrintf((static_cast<float>(caller) + static_cast<float>(callee)) / 2));
}

std::vector<std::int16_t> samplesOf(const CallSound& sound, WavChannels channels, std::size_t from, std::size_t count)
{
    const std::size_t length = sound.caller.size();
    const std::size_t end = std::min(count, length - std::min(from, length)) + from;
    std::vector<std::int16_t> samples;
    samples.reserve((channels == WavChannels::Stereo ? 2 : 1) * (end - from));
    for (std::size_t i = from; i < end; ++i) {
        const std::int16_t caller = sound.caller[i];
        const std::int16_t callee = sound.callee[i];
        switch (channels) {
        case WavChannels::Stereo:
            samples.push_back(caller);
            samples.push_back(callee);
            break;
        case WavChannels::Mono:
            samples.push_back(monoOf(caller, callee));
            break;
        case WavChannels::Caller:
            samples.push_back(caller);
            break;
        case WavChannels::Callee:
            samples.push_back(callee);
            break;
        }
    }
    return samples;
}

std::array<std::byte, 44> wavHeader(std::uint32_t sampleRate, WavChannels channels, std::uint32_t bytes)
{
    std::array<std::byte, 44> header {};
    std::size_t at = 0;
    const auto text = [&](const char(&four)[5]) {
        for (std::size_t i = 0; i < 4; ++i)
            header[at++] = static_cast<std::byte>(four[i]);
    };
    const auto number = [&](std::uint32_t value, int size) {
        for (int i = 0; i < size; ++i)
            header[at++] = static_cast<std::byte>(value >> 8 * i);
    };
    constexpr std::uint32_t rest = 36; // of the header, behind the length of all
    const std::uint32_t frame = channels == WavChannels::Stereo ? 4 : 2;
    text("RIFF");
    number(bytes > UINT32_MAX - rest ? UINT32_MAX : bytes + rest, 4);
    text("WAVE");
    text("fmt ");
    number(16, 4);
    number(1, 2); // PCM
    number(frame / 2, 2);
    number(sampleRate, 4);
    number(sampleRate * frame, 4);
    number(frame, 2);
    number(16, 2);
    text("data");
    number(bytes, 4);
    return header;
}

Result<void> writeCallWav(const std::vector<RecordedStream>& media, Hearing hearing, const std::string& path,
    WavChannels channels, const std::filesystem::path& folder, const std::string& nothing, std::vector<Sentence>& notes)
{
    const auto sound = keepCallSound(media, hearing, folder);
    if (!sound)
        return sound.error();
    notes = sound.value().notes;
    if (sound.value().caller.empty())
        return Error { nothing };
    return writeWav(sound.value(), path, channels);
}

Result<void> writeWav(const CallSound& sound, const std::string& path, WavChannels channels,
    const std::function<bool(std::uint64_t frames)>& goesOn)
{
    auto file = openWav(path, sound.sampleRate, channels);
    if (!file)
        return file.error();
    for (std::size_t at = 0; at < sound.caller.size(); at += blockFrames) {
        if (auto written = write(file.value(), path, samplesOf(sound, channels, at, blockFrames)); !written)
            return written;
        if (at % CallSound::forgottenEach == 0)
            sound.letForget();
        if (goesOn && !goesOn(at + blockFrames))
            break;
    }
    return finish(file.value(), path);
}

}
