// Minimum, mean, maximum and standard deviation in one pass, without a division until somebody asks: of measured values
// (sums of their distances from the first; Chan, Golub, LeVeque, Am. Stat. 37, 1983, "shifted data"), and of packet
// sizes, whose sums are exact.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace callmon {

class RunningStatistics {
public:
    void add(double value)
    {
        const auto rounded = static_cast<float>(value);
        if (m_count == 0)
            m_shift = m_min = m_max = rounded;
        ++m_count;
        m_min = std::min(m_min, rounded);
        m_max = std::max(m_max, rounded);
        const double shifted = value - static_cast<double>(m_shift);
        m_sum += shifted;
        m_squares += shifted * shifted;
    }

    std::uint64_t count() const { return m_count; }
    double min() const { return static_cast<double>(m_min); } // 0 before the first value, as all of these
    double mean() const { return m_count == 0 ? 0 : static_cast<double>(m_shift) + m_sum / m_count; }
    double max() const { return static_cast<double>(m_max); }
    double standardDeviation() const // of the values themselves: divided by their number
    {
        return m_count == 0 ? 0 : std::sqrt(std::max(0.0, (m_squares - m_sum * m_sum / m_count) / m_count));
    }

private:
    std::uint32_t m_count = 0;
    float m_shift = 0; // about the first value
    float m_min = 0;
    float m_max = 0;
    double m_sum = 0; // of the distances from m_shift
    double m_squares = 0; // of the same
};

// Whole bytes.
class SizeStatistics {
public:
    void add(std::uint16_t bytes)
    {
        m_min = std::min(m_min, bytes);
        m_max = std::max(m_max, bytes);
        m_sum += bytes;
        m_squares += std::uint64_t { bytes } * bytes;
    }

    std::uint64_t sum() const { return m_sum; }
    double min() const { return m_min <= m_max ? m_min : 0; } // 0 before the first value, as all of these
    double max() const { return m_max; }
    double mean(std::uint64_t count) const
    {
        return count == 0 ? 0 : static_cast<double>(m_sum) / static_cast<double>(count);
    }
    double standardDeviation(std::uint64_t count) const // of the values themselves: divided by their number
    {
        if (count == 0)
            return 0;
        using Wide = unsigned __int128;
        const Wide spread = Wide { m_squares } * count - Wide { m_sum } * m_sum; // never negative (Cauchy-Schwarz)
        return std::sqrt(static_cast<double>(spread)) / static_cast<double>(count);
    }

private:
    std::uint64_t m_sum = 0;
    std::uint64_t m_squares = 0;
    std::uint16_t m_min = 0xffff;
    std::uint16_t m_max = 0;
};

}
