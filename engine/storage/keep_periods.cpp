#include "engine/storage/keep_periods.h"

#include <charconv>
#include <string>

namespace callmon {

Result<std::chrono::seconds> parseAge(std::string_view text)
{
    using namespace std::chrono_literals;
    const Error wrong { "takes a period like 12h, 30d, 8w or 2y, not '" + std::string(text) + "'" };
    if (text.empty())
        return wrong;
    std::chrono::seconds unit {};
    switch (text.back()) {
    case 'h':
        unit = 1h;
        break;
    case 'd':
        unit = 24h;
        break;
    case 'w':
        unit = 7 * 24h;
        break;
    case 'y':
        unit = 365 * 24h;
        break;
    default:
        return wrong;
    }
    const char* const end = text.data() + text.size() - 1;
    std::uint32_t count = 0;
    const auto [stopped, problem] = std::from_chars(text.data(), end, count);
    if (problem != std::errc() || stopped != end || count < 1 || unit * std::int64_t(count) > 100 * 365 * 24h)
        return wrong;
    return unit * std::int64_t(count);
}

}
