// Minimum, mean, maximum and standard deviation in one pass (Welford 1962; Knuth, TAOCP 2, 4.2.2).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace callmon {

class RunningStatistics {
public:
    void add(double value)
    {
        ++m_count;
        m_min = m_count == 1 ? value : std::min(m_min, value);
        m_max = m_count == 1 ? value : std::max(m_max, value);
        const double fromOldMean = value - m_mean;
        m_mean += fromOldMean / static_cast<double>(m_count);
        m_squares += fromOldMean * (value - m_mean);
    }

    std::uint64_t count() const { return m_count; }
    double min() const { return m_min; } // 0 before the first value, as all of these
    double mean() const { return m_mean; }
    double max() const { return m_max; }
    double standardDeviation() const // of the values themselves: divided by their number
    {
        return m_count == 0 ? 0 : std::sqrt(std::max(0.0, m_squares / static_cast<double>(m_count)));
    }

private:
    std::uint64_t m_count = 0;
    double m_min = 0;
    double m_mean = 0;
    double m_max = 0;
    double m_squares = 0; // of the distances from the mean
};

}
