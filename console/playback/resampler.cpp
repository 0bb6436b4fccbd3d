#include "console/playback/resampler.h"

#include <cmath>
#include <numbers>

namespace callmon {

Resampler::Resampler()
{
    constexpr double half = taps / 2.0;
    for (std::size_t phase = 0; phase < phases; ++phase) {
        const double fraction = static_cast<double>(phase) / phases;
        double sum = 0;
        for (std::size_t tap = 0; tap < taps; ++tap) {
            const double x = static_cast<double>(tap) - (half - 1) - fraction; // samples from the position
            const double pi = std::numbers::pi;
            const double sinc = std::abs(x) < 1e-12 ? 1 : std::sin(pi * x) / (pi * x);
            const double window = 0.5 + 0.5 * std::cos(pi * x / half); // Hann
            m_weights[phase][tap] = static_cast<float>(sinc * window);
            sum += sinc * window;
        }
        for (float& weight : m_weights[phase]) // a constant stays that constant
            weight /= static_cast<float>(sum);
    }
}

float Resampler::at(std::span<const std::int16_t> samples, std::uint64_t position) const noexcept
{
    const std::uint64_t whole = position >> 32;
    const auto fraction = static_cast<std::uint32_t>(position);
    if (fraction == 0)
        return whole < samples.size() ? static_cast<float>(samples[whole]) : 0.0F;
    constexpr std::uint32_t phaseWidth = static_cast<std::uint32_t>((std::uint64_t { 1 } << 32) / phases);
    const auto& weights = m_weights[fraction / phaseWidth];
    float sum = 0;
    for (std::size_t tap = 0; tap < taps; ++tap) {
        const std::uint64_t index = whole + tap - (taps / 2 - 1); // wraps below zero, and is then past the end
        if (index < samples.size())
            sum += weights[tap] * static_cast<float>(samples[index]);
    }
    return sum;
}

}
