// writeWav of call_audio.h, by libsndfile.
#include "shared/codecs/call_audio.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace callmon {

std::int16_t monoOf(std::int16_t caller, std::int16_t callee)
{
    return static_cast<std::int16_t>(std::lrintf((static_cast<float>(caller) + static_cast<float>(callee)) / 2));
}

Result<void> writeWav(const CallAudio& audio, const std::string& path, WavChannels channels)
{
    const bool stereo = channels == WavChannels::Stereo;
    SF_INFO info {};
    info.samplerate = static_cast<int>(audio.sampleRate);
    info.channels = stereo ? 2 : 1;
    info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_WRITE, &info), sf_close);
    if (!file)
        return Error { "cannot write the sound to " + path + ": " + sf_strerror(nullptr) };

    constexpr std::size_t blockFrames = 4096;
    std::array<std::int16_t, 2 * blockFrames> block {};
    const std::size_t length = std::max(audio.caller.size(), audio.callee.size());
    for (std::size_t at = 0; at < length; at += blockFrames) {
        const std::size_t frames = std::min(blockFrames, length - at);
        std::int16_t* out = block.data();
        for (std::size_t i = at; i < at + frames; ++i) {
            const std::int16_t caller = i < audio.caller.size() ? audio.caller[i] : std::int16_t { 0 };
            const std::int16_t callee = i < audio.callee.size() ? audio.callee[i] : std::int16_t { 0 };
            switch (channels) {
            case WavChannels::Stereo:
                *out++ = caller;
                *out++ = callee;
                break;
            case WavChannels::Mono:
                *out++ = monoOf(caller, callee);
                break;
            case WavChannels::Caller:
                *out++ = caller;
                break;
            case WavChannels::Callee:
                *out++ = callee;
                break;
            }
        }
        const auto count = static_cast<sf_count_t>(frames);
        if (sf_writef_short(file.get(), block.data(), count) != count)
            return Error { "cannot write the sound to " + path + ": " + sf_strerror(file.get()) };
    }
    if (sf_close(file.release()) != 0)
        return Error { "cannot finish " + path + ": is the disk full?" };
    return {};
}

}
