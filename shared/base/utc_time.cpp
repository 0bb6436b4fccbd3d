#include "shared/base/utc_time.h"

#include <cstdio>

namespace callmon {

namespace {

// Takes exactly `digits` decimal digits off the front.
std::optional<int> takeNumber(std::string_view& text, std::size_t digits)
{
    if (text.size() < digits)
        return std::nullopt;
    int value = 0;
    for (const char c : text.substr(0, digits)) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char expected)
{
    if (text.empty() || text.front() != expected)
        return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::sys_days> takeDate(std::string_view& text)
{
    const auto year = takeNumber(text, 4);
    if (!year || !take(text, '-'))
        return std::nullopt;
    const auto month = takeNumber(text, 2);
    if (!month || !take(text, '-'))
        return std::nullopt;
    const auto day = takeNumber(text, 2);
    if (!day)
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
        std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok() || *year < 1678 || *year > 2261)
        return std::nullopt;
    return std::chrono::sys_days(date);
}

std::optional<Nanoseconds> takeClock(std::string_view& text)
{
    const auto hour = takeNumber(text, 2);
    if (!hour || *hour > 23 || !take(text, ':'))
        return std::nullopt;
    const auto minute = takeNumber(text, 2);
    if (!minute || *minute > 59)
        return std::nullopt;
    Nanoseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
    if (!take(text, ':'))
        return time;
    const auto second = takeNumber(text, 2);
    if (!second || *second > 59)
        return std::nullopt;
    time += std::chrono::seconds(*second);
    if (!take(text, '.'))
        return time;
    std::int64_t scale = 100'000'000;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 9) {
        time += Nanoseconds((text.front() - '0') * scale);
        scale /= 10;
        ++digits;
        text.remove_prefix(1);
    }
    if (digits == 0)
        return std::nullopt;
    return time;
}

}

std::string toIso8601(Timestamp time)
{
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(time - days);
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02ld:%02ld:%02ld.%09ldZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<long>(clock.hours().count()), static_cast<long>(clock.minutes().count()),
        static_cast<long>(clock.seconds().count()), static_cast<long>(clock.subseconds().count()));
    return text;
}

std::optional<Timestamp> parseIso8601(std::string_view text)
{
    const auto date = takeDate(text);
    if (!date)
        return std::nullopt;
    Timestamp time = *date;
    if (text.empty())
        return time;
    if (!take(text, 'T') && !take(text, ' '))
        return std::nullopt;
    const auto clock = takeClock(text);
    if (!clock)
        return std::nullopt;
    time += *clock;
    if (text.empty() || text == "Z")
        return time;
    const bool east = take(text, '+');
    if (!east && !take(text, '-'))
        return std::nullopt;
    const auto hours = takeNumber(text, 2);
    if (!hours || *hours > 14)
        return std::nullopt;
    take(text, ':');
    const auto minutes = takeNumber(text, 2);
    if (!minutes || *minutes > 59 || !text.empty())
        return std::nullopt;
    const Nanoseconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return east ? time - offset : time + offset;
}

UtcDay dayOf(Timestamp time)
{
    return { static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(time).time_since_epoch().count()) };
}

Timestamp startOf(UtcDay day)
{
    return std::chrono::sys_days(std::chrono::days(day.number));
}

std::string toString(UtcDay day)
{
    return toIso8601(startOf(day)).substr(0, 10);
}

std::optional<UtcDay> parseDay(std::string_view text)
{
    const auto date = takeDate(text);
    if (!date || !text.empty())
        return std::nullopt;
    return UtcDay { static_cast<std::int32_t>(date->time_since_epoch().count()) };
}

}
