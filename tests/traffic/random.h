// A generator of random numbers whose sequence is fixed by its seed on every machine (the standard library's
// distributions are not): the same seed writes the same capture, to the bit.
#pragma once

#include <cstdint>
#include <span>

namespace callmon {

class Random { // xoshiro256** (Blackman and Vigna), seeded by splitmix64
public:
    explicit Random(std::uint64_t seed);

    std::uint64_t next();
    double uniform(); // [0, 1)
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    std::uint32_t below(std::uint32_t count); // 0 .. count - 1
    bool chance(double probability) { return uniform() < probability; }
    double exponential(double mean);
    double normal(); // mean 0, standard deviation 1
    double inverseGaussian(double mean, double shape);

    std::uint32_t weighted(std::span<const double> weights); // index, in proportion to the weights

private:
    std::uint64_t m_state[4];
};

// One step of splitmix64: spreads a small number (a call's index) over 64 bits.
std::uint64_t mixBits(std::uint64_t value);

}
