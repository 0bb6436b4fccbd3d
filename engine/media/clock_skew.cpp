#include "engine/media/clock_skew.h"

#include <algorithm>
#include <cmath>

namespace callmon {

void ClockSkew::add(double seconds, double delayMs)
{
    if (m_samples == 0 || delayMs < m_leastMs) {
        m_leastSeconds = seconds;
        m_leastMs = delayMs;
    }
    if (++m_samples < samplesPerPoint)
        return;
    if (m_points > 0 && std::fabs(m_leastMs - m_lastMs) > jumpMs) {
        m_points = 0;
        m_sumX = m_sumY = m_sumXX = m_sumXY = m_sumYY = 0;
    }
    addPoint();
}

void ClockSkew::addPoint()
{
    m_sumX += m_leastSeconds;
    m_sumY += m_leastMs;
    m_sumXX += m_leastSeconds * m_leastSeconds;
    m_sumXY += m_leastSeconds * m_leastMs;
    m_sumYY += m_leastMs * m_leastMs;
    m_lastMs = m_leastMs;
    m_samples = 0;
    ++m_points;
}

std::optional<double> ClockSkew::ppm() const
{
    if (m_points < leastPoints)
        return std::nullopt;
    const double spreadX = m_sumXX - m_sumX * m_sumX / m_points;
    const double spreadXY = m_sumXY - m_sumX * m_sumY / m_points;
    const double spreadY = m_sumYY - m_sumY * m_sumY / m_points;
    if (spreadX <= 0)
        return std::nullopt;
    const double slope = spreadXY / spreadX; // ms a second: 1000 ppm
    const double residual = std::max(0.0, spreadY - slope * spreadXY) / (m_points - 2);
    constexpr double ppmOfSlope = 1000;
    constexpr double surePpm = 10;
    if (ppmOfSlope * std::sqrt(residual / spreadX) > surePpm)
        return std::nullopt;
    return -ppmOfSlope * slope; // a fast clock stamps ahead: its packets seem to come earlier and earlier
}

}
