// Blanks and case in the text of protocols: ASCII, whatever the locale. Views only.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace callmon {

// Linear white space of SIP and MIME (RFC 3261 25.1). CR and LF are part of it: a folded header value keeps them.
constexpr bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
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

// `lowerCase` is the word in lower case.
constexpr bool equalsIgnoringCase(std::string_view text, std::string_view lowerCase)
{
    if (text.size() != lowerCase.size())
        return false;
    std::size_t at = 0;
    if (!std::is_constant_evaluated()) {
        const auto wordOf = [](std::string_view eight) {
            std::uint64_t word = 0;
            std::memcpy(&word, eight.data(), sizeof word);
            return word;
        };
        for (; text.size() - at >= 8; at += 8) {
            if (eightToLower(wordOf(text.substr(at))) != wordOf(lowerCase.substr(at)))
                return false;
        }
    }
    for (; at < text.size(); ++at) {
        if (toLower(text[at]) != lowerCase[at])
            return false;
    }
    return true;
}

constexpr bool startsWithIgnoringCase(std::string_view text, std::string_view lowerCase)
{
    return text.size() >= lowerCase.size() && equalsIgnoringCase(text.substr(0, lowerCase.size()), lowerCase);
}

}
