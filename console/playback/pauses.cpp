#include "console/playback/pauses.h"

#include <algorithm>
#include <cstdlib>

namespace callmon {

namespace {

constexpr int quietest = 184; // -45 dB of 32768: above comfort noise and line noise, below speech

bool isLoud(std::span<const std::int16_t> side, std::size_t begin, std::size_t end)
{
    const auto first = side.begin() + static_cast<std::ptrdiff_t>(std::min(begin, side.size()));
    const auto last = side.begin() + static_cast<std::ptrdiff_t>(std::min(end, side.size()));
    return std::any_of(first, last, [](std::int16_t sample) { return std::abs(int { sample }) > quietest; });
}

}

std::vector<Pause> findPauses(const CallSound& sound)
{
    std::vector<Pause> pauses;
    const std::size_t block = sound.sampleRate / 50; // 20 ms
    const auto longest = static_cast<std::int64_t>(sound.sampleRate);
    const auto breath = static_cast<std::int64_t>(sound.sampleRate / 5);
    const std::size_t length = sound.caller.size();
    std::int64_t quietSince = 0;
    const auto loudAt = [&](std::int64_t at) {
        if (at - quietSince > longest)
            pauses.push_back({ quietSince + breath, at - breath });
    };
    std::size_t forgotten = 0;
    for (std::size_t at = 0; at < length; at += block) {
        if (isLoud(sound.caller, at, at + block) || isLoud(sound.callee, at, at + block)) {
            loudAt(static_cast<std::int64_t>(at));
            quietSince = static_cast<std::int64_t>(at + block);
        }
        if (at - forgotten >= CallSound::forgottenEach) {
            sound.letForget();
            forgotten = at;
        }
    }
    loudAt(static_cast<std::int64_t>(length));
    return pauses;
}

}
