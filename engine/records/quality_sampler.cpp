#include "engine/records/quality_sampler.h"

#include <algorithm>
#include <cmath>

namespace callmon {

std::optional<double> rFactorOf(
    std::uint64_t lost, std::uint64_t received, const std::optional<CodecImpairment>& codec, Milliseconds oneWayDelay)
{
    if (!codec || lost + received == 0)
        return std::nullopt;
    EModelInputs inputs;
    inputs.codec = *codec;
    inputs.lossPercent = 100.0 * static_cast<double>(lost) / static_cast<double>(lost + received);
    inputs.oneWayDelay = oneWayDelay;
    const double r = rFactor(inputs);
    return std::isfinite(r) ? std::optional(r) : std::nullopt;
}

double QualitySampler::add(
    const SecondFigures& second, const std::optional<CodecImpairment>& codec, Milliseconds oneWayDelay)
{
    m_window[m_seconds++ % windowSeconds] = { second.lost, second.received };
    double mos = 0;
    if (second.packets > 0) {
        if (const auto r = rFactorOf(second.lost, second.received, codec, oneWayDelay)) {
            mos = mosOfR(*r);
            m_mosSum += mos;
            ++m_mosCount;
        }
    }
    std::uint64_t lost = 0;
    std::uint64_t received = 0;
    for (const Second& s : m_window) {
        lost += s.lost;
        received += s.received;
    }
    if (const auto r = rFactorOf(lost, received, codec, oneWayDelay)) {
        const double windowMos = mosOfR(*r);
        const bool firstWhole = m_seconds <= windowSeconds; // replaces what the shorter windows before it said
        m_mosMin = firstWhole || m_mosMin == 0 ? windowMos : std::min(m_mosMin, windowMos);
    }
    return mos;
}

std::optional<double> QualitySampler::mosMean() const
{
    if (m_mosCount == 0)
        return std::nullopt;
    return m_mosSum / m_mosCount;
}

std::optional<double> QualitySampler::mosMin() const
{
    if (m_mosMin == 0)
        return std::nullopt;
    return m_mosMin;
}

}
