#include "shared/codecs/envelope.h"

#include "shared/codecs/call_sound.h"

#include <algorithm>

namespace callmon {

std::vector<Extremes> envelope(
    std::span<const std::int16_t> samples, std::size_t buckets, const std::function<void()>& forget)
{
    std::vector<Extremes> extremes(buckets);
    if (samples.empty())
        return extremes;
    std::size_t looked = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        const std::size_t begin = i * samples.size() / buckets;
        const std::size_t end = std::max(begin + 1, (i + 1) * samples.size() / buckets);
        const auto part = samples.subspan(begin, end - begin);
        const auto [lowest, highest] = std::minmax_element(part.begin(), part.end());
        extremes[i] = { *lowest, *highest };
        looked += part.size();
        if (forget && looked >= CallSound::forgottenEach) {
            forget();
            looked = 0;
        }
    }
    return extremes;
}

}
