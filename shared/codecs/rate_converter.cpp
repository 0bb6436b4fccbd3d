#include "shared/codecs/rate_converter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace callmon {

namespace {

constexpr double pi = std::numbers::pi;
constexpr std::size_t zeroCrossings = 12; // on either side: 50 dB up to 3000 Hz, as its test shows

double sinc(double x)
{
    return std::abs(x) < 1e-12 ? 1 : std::sin(pi * x) / (pi * x);
}

}

RateConverter::RateConverter(std::uint32_t from, std::uint32_t to)
    : m_up(to / std::gcd(from, to))
    , m_down(from / std::gcd(from, to))
    , m_from(from)
{
    const double cutoff = std::min(1.0, static_cast<double>(to) / from);
    m_half = static_cast<std::size_t>(std::ceil(zeroCrossings / cutoff));
    m_input.assign(2 * m_half - 1, 0);
    m_weights.resize(m_up * 2 * m_half);
    for (std::uint64_t phase = 0; phase < m_up; ++phase) {
        float* const weights = m_weights.data() + phase * 2 * m_half;
        double sum = 0;
        for (std::size_t tap = 0; tap < 2 * m_half; ++tap) {
            const double x = static_cast<double>(tap) - static_cast<double>(m_half - 1)
                - static_cast<double>(phase) / static_cast<double>(m_up);
            const double window = 0.5 + 0.5 * std::cos(pi * x / static_cast<double>(m_half)); // Hann
            weights[tap] = static_cast<float>(sinc(x * cutoff) * window);
            sum += weights[tap];
        }
        for (std::size_t tap = 0; tap < 2 * m_half; ++tap) // a constant stays that constant
            weights[tap] /= static_cast<float>(sum);
    }
}

void RateConverter::convert(std::span<const std::int16_t> in, std::vector<std::int16_t>& out)
{
    m_input.insert(m_input.end(), in.begin(), in.end());
    std::size_t first = 0; // of the samples under the filter
    while (true) {
        first += m_phase / m_up;
        m_phase %= m_up;
        if (first + 2 * m_half > m_input.size())
            break;
        const float* const weights = m_weights.data() + m_phase * 2 * m_half;
        float sum = 0;
        for (std::size_t tap = 0; tap < 2 * m_half; ++tap)
            sum += weights[tap] * m_input[first + tap];
        out.push_back(static_cast<std::int16_t>(std::lrintf(std::clamp(sum, -32768.0F, 32767.0F))));
        m_phase += m_down;
    }
    const std::size_t used = std::min(first, m_input.size());
    m_input.erase(m_input.begin(), m_input.begin() + static_cast<std::ptrdiff_t>(used));
    m_phase += (first - used) * m_up; // a long step may end past what has come
}

double RateConverter::delay() const
{
    return static_cast<double>(m_half) / m_from;
}

}
