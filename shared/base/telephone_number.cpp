#include "shared/base/telephone_number.h"

#include "shared/base/ip_address.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::ptrdiff_t fewestDigits = 7; // of a number that nobody says is one: a subscriber's in most cities

bool isSeparator(char c)
{
    return c == '-' || c == '.' || c == '(' || c == ')';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isPhoneDigit(char c) // of a local number: RFC 3966 section 3, "phonedigit-hex"
{
    return isDigit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f') || c == '*' || c == '#';
}

bool consistsOf(std::string_view text, bool (*isOne)(char))
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    return std::ranges::all_of(text, [&](char c) { return isOne(c) || isSeparator(c); });
}

bool isTelephoneNumber(std::string_view text, SaidToBe said)
{
    const auto digits = std::ranges::count_if(text, isDigit);
    if (said == SaidToBe::TelephoneNumber)
        return digits > 0 && consistsOf(text, isPhoneDigit);
    return digits >= fewestDigits && consistsOf(text, isDigit) && !IpAddress::parse(text);
}

bool isDigitOrStar(char c)
{
    return isDigit(c) || c == '*';
}

// "10.0.0.*", "192.168.*": numbers from 0 to 255 between three dots at most.
bool mayBeAddress(std::string_view pattern)
{
    if (pattern.find_first_not_of("0123456789.*") != std::string_view::npos || std::ranges::count(pattern, '.') > 3)
        return false;
    int value = 0;
    std::size_t digits = 0;
    for (const char c : pattern) {
        if (!isDigit(c)) {
            digits = 0;
            continue;
        }
        value = digits++ == 0 ? c - '0' : value * 10 + (c - '0');
        if (value > 255 || (digits > 1 && value < 10)) // the second of a leading 0
            return false;
    }
    return true;
}

}

std::string_view withoutSeparators(std::string_view text, SaidToBe said, std::span<char> memory)
{
    if (std::ranges::none_of(text, isSeparator) || !isTelephoneNumber(text, said))
        return text;
    std::size_t size = 0;
    for (const char c : text)
        if (!isSeparator(c) && size < memory.size())
            memory[size++] = c;
    return { memory.data(), size };
}

std::string withoutSeparators(std::string_view text)
{
    std::string memory(text);
    return std::string(withoutSeparators(text, SaidToBe::Anything, memory));
}

std::optional<std::string> wantedWithoutSeparators(std::string_view wanted)
{
    const bool pattern = wanted.find('*') != std::string_view::npos;
    const bool canBeOne = std::ranges::any_of(wanted, isDigit) && consistsOf(wanted, isDigitOrStar);
    const bool isOther = pattern ? mayBeAddress(wanted) : IpAddress::parse(wanted).has_value();
    if (std::ranges::none_of(wanted, isSeparator) || !canBeOne || isOther)
        return std::nullopt;
    std::string bare(wanted);
    std::erase_if(bare, isSeparator);
    return bare;
}

}
