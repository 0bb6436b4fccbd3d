// How fast a sender's clock runs against the probe's: the slope of a line through the packets that were delayed least.
// Delays on the way only add, so the least of several seconds lies on the sender's clock, give or take the jitter.
#pragma once

#include <cstdint>
#include <optional>

namespace callmon {

class ClockSkew {
public:
    // Once a second: one packet's arrival, in seconds since the stream began, and its delay against the first packet.
    void add(double seconds, double delayMs);
    // Positive: the sender's clock is fast. Empty until the line is sure to 10 ppm (standard error of its slope), which
    // takes half a minute at least. A sender whose timestamps jump begins anew.
    std::optional<double> ppm() const;

private:
    static constexpr std::uint32_t samplesPerPoint = 8;
    static constexpr std::uint32_t leastPoints = 4;
    static constexpr double jumpMs = 100; // between points: more than clocks drift apart, or ways differ by

    void addPoint();

    double m_leastSeconds = 0; // of the samples since the last point
    double m_leastMs = 0;
    double m_lastMs = 0; // of the last point
    double m_sumX = 0; // s
    double m_sumY = 0; // ms
    double m_sumXX = 0;
    double m_sumXY = 0;
    double m_sumYY = 0;
    std::uint32_t m_samples = 0;
    std::uint32_t m_points = 0;
};

}
