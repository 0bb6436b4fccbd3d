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

void QualitySampler::count(const Counts& second)
{
    Counts& place = m_window[m_seconds++ % windowSeconds];
    m_sum.lost += second.lost - place.lost;
    m_sum.discarded += second.discarded - place.discarded;
    m_sum.received += second.received - place.received;
    m_sum.runs += second.runs - place.runs;
    place = second;
}

double QualitySampler::add(
    const SecondFigures& second, const std::optional<CodecImpairment>& codec, Milliseconds oneWayDelay)
{
    const auto mosOf = [&](const LossCount& count) {
        const auto r = rFactorOf(eModelInputsOf(count, codec, oneWayDelay));
        return r ? mosOfR(*r) : 0.0;
    };
    count({ second.lost, second.discarded, second.received, second.lossRuns });
    double mos = 0;
    if (second.packets > 0) {
        mos = mosOf({ second.lost, second.discarded, second.received, second.lossRuns });
        if (mos > 0) {
            m_mosSum += mos;
            ++m_mosCount;
        }
    }
    // Nearly always nothing was lost in all of the window: then it says what the second says.
    const bool clean = m_sum.lost + m_sum.discarded == 0 && mos > 0;
    const double windowMos = clean ? mos : mosOf({ m_sum.lost, m_sum.discarded, m_sum.received, m_sum.runs });
    if (windowMos > 0) {
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
