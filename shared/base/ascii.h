// Blanks and case in the text of protocols: ASCII, whatever the locale. Views only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace callmon {

// Linear white space of SIP and MIME (RFC 3261 25.1). CR and LF are part of it: a folded header value keeps them.
constexpr bool isBlank(char c)
{
    return static_cast<unsigned char>(c) <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

constexpr std::string_view trim(std::string_view text)
{
    while (!text.empty() && isBlank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back()))
        text.remove_suffix(1);
    return text;
}

constexpr char toLower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Eight characters in a word, each as toLower() gives it.
constexpr std::uint64_t eightToLower(std::uint64_t eight)
{
    constexpr std::uint64_t each = 0x0101010101010101;
    const std::uint64_t low = eight & each * 0x7f; // so that no sum reaches the next character
    const std::uint64_t fromA = low + each * (0x80 - 'A'); // the highest bit of each: not below A
    const std::uint64_t beyondZ = low + each * (0x7f - 'Z');
    const std::uint64_t upper = fromA & ~beyondZ & ~eight & each * 0x80;
    return eight | upper >> 2;
}

// Four to eight characters in a word, those in the middle twice where they are fewer than eight.
inline std::uint64_t upToEight(std::string_view text)
{
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, text.data(), sizeof first);
    std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
    return std::uint64_t { last } << 32 | first;
}

// `lowerCase` is the word in lower case. Inlined, so that one known beforehand becomes two constants. bench: sip_bench
[[gnu::always_inline]] constexpr bool equalsIgnoringCase(std::string_view text, std::string_view lowerCase)
{
    if (text.size() != lowerCase.size())
        return false;
    if (!std::is_constant_evaluated() && text.size() >= 4) {
        while (text.size() > 8) {
            if (eightToLower(upToEight(text.substr(0, 8))) != upToEight(lowerCase.substr(0, 8)))
                return false;
            const std::size_t step = std::min<std::size_t>(text.size() - 8, 8); // the last eight overlap those before
            text.remove_prefix(step);
            lowerCase.remove_prefix(step);
        }
        return eightToLower(upToEight(text)) == upToEight(lowerCase);
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (toLower(text[at]) != lowerCase[at])
            return false;
    }
    return true;
}

[[gnu::always_inline]] constexpr bool startsWithIgnoringCase(std::string_view text, std::string_view lowerCase)
{
    return text.size() >= lowerCase.size() && equalsIgnoringCase(text.substr(0, lowerCase.size()), lowerCase);
}

}
