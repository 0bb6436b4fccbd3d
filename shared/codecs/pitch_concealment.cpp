#include "shared/codecs/pitch_concealment.h"

#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

constexpr std::size_t shortestPeriod = 40; // 5 ms, 200 Hz (I.2.3)
constexpr std::size_t longestPeriod = 120; // 15 ms, 66 Hz
constexpr std::size_t comparedSamples = 160; // 20 ms

}

PitchConcealment::PitchConcealment(std::uint32_t rate)
    : m_rate(rate)
    , m_history(scaled(historySamples))
{
}

double PitchConcealment::gainAfter(std::size_t concealed) const
{
    const std::size_t full = scaled(fullSamples);
    const std::size_t silent = scaled(silentAfterSamples);
    if (concealed < full)
        return 1;
    if (concealed >= silent)
        return 0;
    return static_cast<double>(silent - concealed) / static_cast<double>(silent - full);
}

void PitchConcealment::received(std::span<const std::int16_t> samples)
{
    m_concealed = 0;
    const std::size_t added = std::min(samples.size(), m_history.size());
    std::copy(m_history.begin() + static_cast<std::ptrdiff_t>(added), m_history.end(), m_history.begin());
    std::copy_n(samples.end() - static_cast<std::ptrdiff_t>(added), added,
        m_history.end() - static_cast<std::ptrdiff_t>(added));
}

void PitchConcealment::conceal(std::size_t count, std::vector<std::int16_t>& out)
{
    if (count == 0)
        return;
    if (m_concealed == 0)
        beginLoss();
    out.reserve(out.size() + count);
    for (std::size_t i = 0; i < count; ++i, ++m_concealed) {
        const double sample = m_period[m_concealed % m_period.size()] * gainAfter(m_concealed);
        out.push_back(static_cast<std::int16_t>(std::lround(sample)));
    }
}

void PitchConcealment::beginLoss()
{
    const std::size_t period = pitchPeriod();
    const std::size_t begin = m_history.size() - period;
    m_period.assign(m_history.begin() + static_cast<std::ptrdiff_t>(begin), m_history.end());
    // I.2.4: the last quarter of the period passes over into what came before the period's first sample, so that the
    // repetitions join without a click.
    const std::size_t quarter = period / 4;
    for (std::size_t i = 0; i < quarter; ++i) {
        const double weight = static_cast<double>(i + 1) / static_cast<double>(quarter);
        const std::size_t at = period - quarter + i;
        const double blended = (1 - weight) * m_period[at] + weight * m_history[begin - quarter + i];
        m_period[at] = static_cast<std::int16_t>(std::lround(blended));
    }
}

// I.2.3: the lag at which the last 20 ms resemble what came before them most, by normalised cross-correlation.
std::size_t PitchConcealment::pitchPeriod() const
{
    const std::size_t compared = scaled(comparedSamples);
    const std::size_t longest = scaled(longestPeriod);
    const std::int16_t* const last = m_history.data() + m_history.size() - compared;
    std::size_t best = longest;
    double bestLikeness = 0;
    for (std::size_t lag = scaled(shortestPeriod); lag <= longest; ++lag) {
        std::int64_t product = 0;
        std::int64_t energy = 0;
        for (std::size_t i = 0; i < compared; ++i) {
            const std::int64_t earlier = *(last + i - lag);
            product += earlier * last[i];
            energy += earlier * earlier;
        }
        const double likeness =
            energy > 0 ? static_cast<double>(product) / std::sqrt(static_cast<double>(energy)) : 0.0;
        if (likeness > bestLikeness) {
            bestLikeness = likeness;
            best = lag;
        }
    }
    return best;
}

}
