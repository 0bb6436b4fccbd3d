// Sound at one sampling rate from sound at another, block after block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace callmon {

// A windowed sinc as a polyphase filter, for rates whose ratio is one of small numbers (44100 to 16000 is 160 to 441).
// N samples in all give floor(N * to / from) or one more, whatever the blocks were. What comes out is late by delay().
class RateConverter {
public:
    RateConverter(std::uint32_t from, std::uint32_t to); // Hz
    void convert(std::span<const std::int16_t> in, std::vector<std::int16_t>& out);
    double delay() const; // seconds: 1.5 ms from 8000 Hz

private:
    std::uint64_t m_up; // to : from, in lowest terms
    std::uint64_t m_down;
    std::size_t m_half; // samples of input on either side of an output sample
    std::uint32_t m_from;
    std::vector<float> m_weights; // m_up phases of 2 * m_half
    std::vector<std::int16_t> m_input; // what the next output sample still needs, and newer
    std::uint64_t m_phase = 0; // of the next output sample, from m_input's first position, in 1 / m_up of a sample
};

}
