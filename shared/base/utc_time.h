// Times as text, always UTC (ISO 8601), and the day that a record belongs to.
#pragma once

#include "shared/base/units.h"

#include <optional>
#include <string>
#include <string_view>

namespace callmon {

// "2026-11-23T06:14:55.123456789Z"
std::string toIso8601(Timestamp time);

// Accepts a date, "2026-11-23", or date and time with 'T' or a space between, 0 to 9 decimals, and "Z", "+hh:mm",
// or nothing (UTC). Anything else is empty.
std::optional<Timestamp> parseIso8601(std::string_view text);

// Days since 1970-01-01, UTC.
struct UtcDay {
    std::int32_t number = 0;
    auto operator<=>(const UtcDay&) const = default;
};

UtcDay dayOf(Timestamp time);
Timestamp startOf(UtcDay day);
std::string toString(UtcDay day); // "2026-11-23"
std::optional<UtcDay> parseDay(std::string_view text);

}
