// What SIP, MIME and SDP text have in common: words, numbers, lines. Views only.
#pragma once

#include "shared/base/ascii.h"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace callmon {

// Decimal digits and nothing else; empty when they do not fit.
template <std::unsigned_integral Number> constexpr std::optional<Number> decimal(std::string_view text)
{
    constexpr Number most = std::numeric_limits<Number>::max();
    Number value = 0;
    for (const char c : text) {
        const auto digit = static_cast<unsigned>(c) - '0';
        if (digit > 9 || value > most / 10 || (value == most / 10 && digit > most % 10))
            return std::nullopt;
        value = static_cast<Number>(value * 10 + digit);
    }
    return text.empty() ? std::nullopt : std::optional(value);
}

// Index of the first of the wanted characters, or npos: 16 at a time where the processor does that, because most of
// what reading a message costs is looking for ends of lines and colons. bench: sip_bench
template <char... wanted> std::size_t findAny(std::string_view text)
{
    std::size_t at = 0;
#if defined(__SSE2__)
    const auto foundIn = [](__m128i block) {
        return static_cast<unsigned>((_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(wanted))) | ...));
    };
    const auto blockAt = [text](std::size_t from) {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + from));
    };
    for (; at + 16 <= text.size(); at += 16) {
        if (const unsigned found = foundIn(blockAt(at)); found != 0)
            return at + static_cast<std::size_t>(std::countr_zero(found));
    }
    if (text.size() >= 16) { // the rest, with some of the block before it
        at = text.size() - 16;
        const unsigned found = foundIn(blockAt(at));
        return found == 0 ? std::string_view::npos : at + static_cast<std::size_t>(std::countr_zero(found));
    }
#endif
    for (; at < text.size(); ++at) {
        if (((text[at] == wanted) || ...))
            return at;
    }
    return std::string_view::npos;
}

// Takes what comes before the first `end` off the front, and that too; all there is without one.
template <char end> std::string_view takeUntil(std::string_view& text)
{
    const std::size_t size = std::min(findAny<end>(text), text.size());
    const std::string_view taken = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    return taken;
}

// Takes what comes before the first blank off the front, and the blanks in front of it.
constexpr std::string_view takeWord(std::string_view& text)
{
    std::size_t begin = 0;
    while (begin < text.size() && isBlank(text[begin]))
        ++begin;
    std::size_t end = begin;
    while (end < text.size() && !isBlank(text[end]))
        ++end;
    const std::string_view word = text.substr(begin, end - begin);
    text.remove_prefix(end);
    return word;
}

// Takes one line off the front, without its LF or CRLF. The last one may lack its end.
inline std::string_view takeLine(std::string_view& text)
{
    const std::size_t end = findAny<'\n'>(text);
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

}
