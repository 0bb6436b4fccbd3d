#include "tests/traffic/random.h"

#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>

namespace callmon {

std::uint64_t mixBits(std::uint64_t value)
{
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

Random::Random(std::uint64_t seed)
{
    for (auto& word : m_state) {
        seed = mixBits(seed);
        word = seed;
    }
}

std::uint64_t Random::next()
{
    const std::uint64_t result = std::rotl(m_state[1] * 5, 7) * 9;
    const std::uint64_t shifted = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= shifted;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
}

double Random::uniform()
{
    return static_cast<double>(next() >> 11) * 0x1p-53;
}

std::uint32_t Random::below(std::uint32_t count)
{
    return static_cast<std::uint32_t>(((next() >> 32) * count) >> 32);
}

double Random::exponential(double mean)
{
    return -mean * std::log1p(-uniform());
}

double Random::normal() // Box and Muller; the second value is not kept, so that the state is the seed's alone
{
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

double Random::inverseGaussian(double mean, double shape) // Michael, Schucany and Haas (1976)
{
    const double z = normal();
    const double y = z * z;
    const double root = std::sqrt(4 * mean * shape * y + mean * mean * y * y);
    const double x = mean + mean * mean * y / (2 * shape) - mean / (2 * shape) * root;
    return uniform() <= mean / (mean + x) ? x : mean * mean / x;
}

std::uint32_t Random::weighted(std::span<const double> weights)
{
    double left = uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
        left -= weights[i];
        if (left < 0 && weights[i] > 0)
            return i;
    }
    return static_cast<std::uint32_t>(weights.size()) - 1;
}

}
