// What SIP, MIME and SDP text have in common: words, numbers, lines. Views only.
#pragma once

#include "shared/base/ascii.h"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>

namespace callmon {

// Decimal digits and nothing else; empty when they do not fit.
template <std::unsigned_integral Number> std::optional<Number> decimal(std::string_view text)
{
    Number value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end)
        return std::nullopt;
    return value;
}

// As find_first_of(), which calls memchr for each character: most of what reading an INVITE cost. bench: sip_bench
template <char... wanted> constexpr std::size_t findAny(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (((text[i] == wanted) || ...))
            return i;
    }
    return std::string_view::npos;
}

// Takes what comes before the first blank off the front, and the blanks around it.
constexpr std::string_view takeWord(std::string_view& text)
{
    text = trim(text);
    const auto* const end = std::find_if(text.begin(), text.end(), [](char c) { return isBlank(c); });
    const std::string_view word(text.data(), static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(word.size());
    return word;
}

// Takes one line off the front, without its LF or CRLF. The last one may lack its end.
constexpr std::string_view takeLine(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

}
