#include "engine/records/quality_sampler.h"

#include <algorithm>
#include <cmath>

namespace callmon {

std::optional<EModelInputs> eModelInputsOf(
    const LossCount& count, const std::optional<CodecImpairment>& codec, Milliseconds oneWayDelay)
{
    const std::uint64_t expected = count.lost + count.received;
    if (!codec || expected == 0)
        return std::nullopt;
    EModelInputs inputs;
    inputs.codec = *codec;
    inputs.lossPercent = 100.0 * static_cast<double>(count.lost) / static_cast<double>(expected);
    inputs.discardPercent = 100.0 * static_cast<double>(count.discarded) / static_cast<double>(expected);
    inputs.burstRatio = burstRatioOf(count.lost + count.discarded, expected, count.runs);
    inputs.oneWayDelay = oneWayDelay;
    return inputs;
}

std::optional<double> rFactorOf(const std::optional<EModelInputs>& inputs)
{
    if (!inputs)
        return std::nullopt;
    const double r = rFactor(*inputs);
    return std::isfinite(r) ? std::optional(r) : std::nullopt;
}

double QualitySampler::add(
    const SecondFigures& second, const std::optional<CodecImpairment>& codec, Milliseconds oneWayDelay)
{
    const LossCount count { second.lost, second.discarded, second.received, second.lossRuns };
    m_window[m_seconds++ % windowSeconds] = count;
    double mos = 0;
    if (second.packets > 0) {
        if (const auto r = rFactorOf(eModelInputsOf(count, codec, oneWayDelay))) {
            mos = mosOfR(*r);
            m_mosSum += mos;
            ++m_mosCount;
        }
    }
    LossCount window;
    for (const LossCount& s : m_window) {
        window.lost += s.lost;
        window.discarded += s.discarded;
        window.received += s.received;
        window.runs += s.runs;
    }
    if (const auto r = rFactorOf(eModelInputsOf(window, codec, oneWayDelay))) {
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
