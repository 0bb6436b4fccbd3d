// writeWav of call_audio.h, by libsndfile.
#include "shared/codecs/call_audio.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <memory>

namespace callmon {

Result<void> writeWav(const CallAudio& audio, const std::string& path)
{
    SF_INFO info {};
    info.samplerate = CallAudio::sampleRate;
    info.channels = 2;
    info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_WRITE, &info), sf_close);
    if (!file)
        return Error { "cannot write the sound to " + path + ": " + sf_strerror(nullptr) };

    constexpr std::size_t blockFrames = 4096;
    std::array<std::int16_t, 2 * blockFrames> block {};
    const std::size_t length = std::max(audio.caller.size(), audio.callee.size());
    for (std::size_t at = 0; at < length; at += blockFrames) {
        const std::size_t frames = std::min(blockFrames, length - at);
        for (std::size_t i = 0; i < frames; ++i) {
            block[2 * i] = at + i < audio.caller.size() ? audio.caller[at + i] : std::int16_t { 0 };
            block[2 * i + 1] = at + i < audio.callee.size() ? audio.callee[at + i] : std::int16_t { 0 };
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
