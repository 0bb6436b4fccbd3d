// Sound at any rate from samples at another: for devices that refuse telephone rate.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace callmon {

// Windowed-sinc interpolation, 16 taps, for reading upwards (device rate at or above the sound's). Keeps no state, so
// that seeking needs nothing. Whole positions yield the sample itself.
class Resampler {
public:
    Resampler();
    // The sound at a position in samples, 32 bits of whole and 32 of fraction; zeros around the ends.
    float at(std::span<const std::int16_t> samples, std::uint64_t position) const noexcept;

private:
    static constexpr std::size_t taps = 16;
    static constexpr std::size_t phases = 512;
    std::array<std::array<float, taps>, phases> m_weights;
};

}
