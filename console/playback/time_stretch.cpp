#include "console/playback/time_stretch.h"

#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

constexpr std::int64_t hopsPerSecond = 50; // 20 ms, all of it a fade
constexpr std::int64_t searchParts = 80; // of a second, to either side: 12.5 ms, a period of the deepest voice
constexpr std::int64_t stride = 2; // every second sample is enough to find what is alike

// How alike the sound at two places is over one hop, both sides together: -1 to 1.
double likeness(const CallSound& sound, std::int64_t a, std::int64_t b, std::int64_t count)
{
    double product = 0;
    double energyA = 1;
    double energyB = 1;
    for (const auto* side : { &sound.caller, &sound.callee }) {
        const auto size = static_cast<std::int64_t>(side->size());
        const std::int64_t end = std::min({ count, size - a, size - b });
        for (std::int64_t i = 0; i < end; i += stride) {
            const double one = (*side)[static_cast<std::size_t>(a + i)];
            const double other = (*side)[static_cast<std::size_t>(b + i)];
            product += one * other;
            energyA += one * one;
            energyB += other * other;
        }
    }
    return product / std::sqrt(energyA * energyB);
}

}

void TimeStretch::restart(std::uint64_t position)
{
    m_nominal = static_cast<double>(position >> 32);
    m_from = position;
    m_to = position;
    m_read = 0;
    m_hopDue = true;
}

TimeStretch::Place TimeStretch::next(const CallSound& sound, double speed, std::uint64_t step) noexcept
{
    if (m_hopDue)
        beginHop(sound, speed);
    const std::uint64_t hop = static_cast<std::uint64_t>(sound.sampleRate / hopsPerSecond) << 32;
    const float weight = static_cast<float>(static_cast<double>(m_read) / static_cast<double>(hop));
    const Place place { m_from, m_to, weight };
    m_from += step;
    m_to += step;
    m_read += step;
    m_hopDue = m_read >= hop;
    return place;
}

void TimeStretch::beginHop(const CallSound& sound, double speed) noexcept
{
    const auto hop = static_cast<std::int64_t>(sound.sampleRate / hopsPerSecond);
    const auto search = static_cast<std::int64_t>(sound.sampleRate / searchParts);
    m_from = m_to; // goes on as it was
    const auto goingOn = static_cast<std::int64_t>(m_from >> 32);
    const auto wanted = static_cast<std::int64_t>(m_nominal);
    std::int64_t best = std::max<std::int64_t>(0, wanted);
    double most = -2;
    for (std::int64_t offset = -search; offset <= search; ++offset) {
        const std::int64_t place = wanted + offset;
        if (place < 0)
            continue;
        const double alike = likeness(sound, goingOn, place, hop);
        if (alike > most) {
            most = alike;
            best = place;
        }
    }
    m_to = static_cast<std::uint64_t>(best) << 32;
    m_nominal += static_cast<double>(hop) * speed;
    m_read = 0;
    m_hopDue = false;
}

}
