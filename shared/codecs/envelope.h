// What a waveform view draws: the extremes of the sound under each pixel.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace callmon {

struct Extremes { // of 16-bit samples
    std::int16_t lowest = 0;
    std::int16_t highest = 0;
    bool operator==(const Extremes&) const = default;
};

// The samples in `buckets` parts as equal as they can be, in order. With fewer samples than buckets some share one
// sample; without samples all are zero. `forget` (of CallSound) is called now and then.
std::vector<Extremes> envelope(
    std::span<const std::int16_t> samples, std::size_t buckets, const std::function<void()>& forget = {});

}
