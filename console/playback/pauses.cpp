#include "console/playback/pauses.h"

#include <algorithm>
#include <cstdlib>

namespace callmon {

namespace {

constexpr int quietest = 184; // -45 dB of 32768: above comfort noise and line noise, below speech

bool isLoud(const std::vector<std::int16_t>& side, std::size_t begin, std::size_t end)
{
    const auto first = side.begin() + static_cast<std::ptrdiff_t>(std::min(begin, side.size()));
    const auto last = side.begin() + static_cast<std::ptrdiff_t>(std::min(end, side.size()));
    return std::any_of(first, last, [](std::int16_t sample) { return std::abs(int { sample }) > quietest; });
}

}

std::vector<Pause> findPauses(const CallAudio& audio)
{
    std::vector<Pause> pauses;
    const std::size_t block = audio.sampleRate / 50; // 20 ms
    const auto longest = static_cast<std::int64_t>(audio.sampleRate);
    const auto breath = static_cast<std::int64_t>(audio.sampleRate / 5);
    const std::size_t length = std::max(audio.caller.size(), audio.callee.size());
    std::int64_t quietSince = 0;
    const auto loudAt = [&](std::int64_t at) {
        if (at - quietSince > longest)
            pauses.push_back({ quietSince + breath, at - breath });
    };
    for (std::size_t at = 0; at < length; at += block)
        if (isLoud(audio.caller, at, at + block) || isLoud(audio.callee, at, at + block)) {
            loudAt(static_cast<std::int64_t>(at));
            quietSince = static_cast<std::int64_t>(at + block);
        }
    loudAt(static_cast<std::int64_t>(length));
    return pauses;
}

}
