// The units that figures are kept in. A value whose type cannot carry its unit has it in its name.
#pragma once

#include <chrono> // brings <compare>, which moc 6.4 cannot read when it comes before every Qt header
#include <cstdint>

namespace callmon {

// UTC, nanoseconds since 1970: when a frame reached the probe. Signed 64 bits last until 2262.
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;
using Nanoseconds = std::chrono::nanoseconds;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct RtpTicks { // RTP timestamp; wraps; its rate is the codec's clock (RFC 3550 5.1)
    std::uint32_t count = 0;
    auto operator<=>(const RtpTicks&) const = default;
};

struct Ssrc { // RFC 3550 5.1
    std::uint32_t value = 0;
    auto operator<=>(const Ssrc&) const = default;
};

struct Hertz {
    std::uint32_t value = 0;
    auto operator<=>(const Hertz&) const = default;
};

constexpr std::int64_t nanosecondsSinceEpoch(Timestamp time)
{
    return time.time_since_epoch().count();
}

constexpr Timestamp timestampFromNanoseconds(std::int64_t count)
{
    return Timestamp(Nanoseconds(count));
}

}
