// The WAV files of call_audio.h, by libsndfile.
#include "shared/codecs/call_audio.h"

#include "shared/codecs/scratch_side.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

namespace callmon {

namespace {

std::size_t lengthOf(const CallAudio& audio)
{
    return std::max(audio.caller.size(), audio.callee.size());
}

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
        return Error { "cannot write the sound to " + path + ": " + sf_strerror(nullptr) };
    return file;
}

Result<void> write(WavFile& file, const std::string& path, std::span<const std::int16_t> block)
{
    const auto items = static_cast<sf_count_t>(block.size());
    if (sf_write_short(file.get(), block.data(), items) != items)
        return Error { "cannot write the sound to " + path + ": " + sf_strerror(file.get()) };
    return {};
}

Result<void> finish(WavFile& file, const std::string& path)
{
    if (sf_close(file.release()) != 0)
        return Error { "cannot finish " + path + ": is the disk full?" };
    return {};
}

}

std::int16_t monoOf(std::int16_t caller, std::int16_t callee)
{
    return static_cast<std::int16_t>(std::lrintf((static_cast<float>(caller) + static_cast<float>(callee)) / 2));
}

std::vector<std::int16_t> samplesOf(const CallAudio& audio, WavChannels channels, std::size_t from, std::size_t count)
{
    const std::size_t end = std::min(count, lengthOf(audio) - std::min(from, lengthOf(audio))) + from;
    std::vector<std::int16_t> samples;
    samples.reserve((channels == WavChannels::Stereo ? 2 : 1) * (end - from));
    for (std::size_t i = from; i < end; ++i) {
        const std::int16_t caller = i < audio.caller.size() ? audio.caller[i] : std::int16_t { 0 };
        const std::int16_t callee = i < audio.callee.size() ? audio.callee[i] : std::int16_t { 0 };
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
    const auto text = [&](const char (&four)[5]) {
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

Result<void> writeCallWav(const std::vector<RecordedStream>& media, Hearing hearing,
    const std::string& path, WavChannels channels, const std::filesystem::path& folder, const std::string& nothing,
    std::vector<std::string>& notes)
{
    auto callerFile = ScratchFile::in(folder);
    if (!callerFile)
        return callerFile.error();
    auto calleeFile = ScratchFile::in(folder);
    if (!calleeFile)
        return calleeFile.error();
    std::optional<ScratchSide> caller, callee;
    AssembledSound sound = assembleSound(media, Timestamp::max(), hearing,
        [&](Party side, std::size_t limit, std::uint32_t rate) -> SoundSide& {
            return side == Party::Caller ? caller.emplace(std::move(callerFile.value()), limit, rate)
                                         : callee.emplace(std::move(calleeFile.value()), limit, rate);
        });
    notes = std::move(sound.notes);
    const std::size_t length = caller ? std::max(caller->size(), callee->size()) : 0;
    if (length == 0)
        return Error { nothing };
    auto file = openWav(path, sound.sampleRate, channels);
    if (!file)
        return file.error();
    CallAudio block;
    for (std::size_t at = 0; at < length; at += blockFrames) {
        block.caller.resize(std::min(blockFrames, length - at));
        block.callee.resize(block.caller.size());
        if (auto read = caller->read(at, block.caller); !read)
            return read.error();
        if (auto read = callee->read(at, block.callee); !read)
            return read.error();
        if (auto written = write(file.value(), path, samplesOf(block, channels)); !written)
            return written.error();
    }
    return finish(file.value(), path);
}

Result<void> writeWav(const CallAudio& audio, const std::string& path, WavChannels channels)
{
    auto file = openWav(path, audio.sampleRate, channels);
    if (!file)
        return file.error();
    for (std::size_t at = 0; at < lengthOf(audio); at += blockFrames)
        if (auto written = write(file.value(), path, samplesOf(audio, channels, at, blockFrames)); !written)
            return written;
    return finish(file.value(), path);
}

}
