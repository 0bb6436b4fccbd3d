#include "engine/capture/device_times.h"

#include <algorithm>

namespace callmon {

using namespace std::chrono_literals;

namespace {

constexpr auto heldAtMost = 1s; // by the port, before it was polled
constexpr int forgetting = 64; // readings after which a shorter one is forgotten

}

void DeviceTimes::calibrate(std::uint64_t deviceClock, Nanoseconds before, Nanoseconds after)
{
    const Nanoseconds span = after - before;
    const Nanoseconds middle = before + span / 2;
    m_clock.calibrate({ .counter = deviceClock, .raw = middle, .utc = Timestamp(middle), .span = span });
    const Nanoseconds half = span / 2;
    m_halfReading = m_halfReading == 0ns ? half : std::min(half, m_halfReading + m_halfReading / forgetting + 1ns);
}

std::optional<DeviceTimes::Mapped> DeviceTimes::map(std::uint64_t deviceTime, Nanoseconds polled) const
{
    if (!m_clock.isReady())
        return std::nullopt;
    Mapped mapped { m_clock.steady(deviceTime), m_halfReading + m_clock.scatter() };
    if (mapped.steady > polled + mapped.uncertainty || mapped.steady < polled - heldAtMost)
        return std::nullopt;
    mapped.steady = std::min(mapped.steady, polled);
    return mapped;
}

}
