#include "tests/traffic/impairment.h"

namespace callmon {

namespace {

constexpr std::uint64_t firstDelayed = 5;

}

ImpairmentSettings drawImpairment(CallSort sort, Random& random)
{
    ImpairmentSettings settings;
    if (sort == CallSort::Loss) {
        const double burst = random.uniform(1.5, 6); // packets, mean
        const double loss = random.uniform(0.005, 0.08);
        settings.badToGood = 1 / burst;
        settings.goodToBad = loss / (1 - loss) / burst;
    }
    if (sort == CallSort::Jitter) {
        settings.jitterMean = Milliseconds(random.uniform(2, 10));
        settings.spikeChance = random.uniform(0.002, 0.02);
        settings.spikeMin = Milliseconds(25);
        settings.spikeMax = Milliseconds(90);
    }
    return settings;
}

std::optional<Nanoseconds> Impairment::delay(std::uint64_t index, Random& random)
{
    if (m_settings.goodToBad > 0) {
        m_bad = m_bad ? !random.chance(m_settings.badToGood) : random.chance(m_settings.goodToBad);
        if (m_bad)
            return std::nullopt;
    }
    if (m_settings.jitterMean.count() <= 0 || index < firstDelayed)
        return Nanoseconds(0);
    Milliseconds delay(random.exponential(m_settings.jitterMean.count()));
    if (random.chance(m_settings.spikeChance))
        delay += Milliseconds(random.uniform(m_settings.spikeMin.count(), m_settings.spikeMax.count()));
    return std::chrono::duration_cast<Nanoseconds>(delay);
}

}
