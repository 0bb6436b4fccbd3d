// Patterns that users write: * stands for any run of characters, and the whole text must fit.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace callmon {

// `projection` of a character of the text is what the pattern's must be. Goes back to the last * alone, so that a
// hostile pattern takes the product of both lengths at most.
template <typename Projection = std::identity>
constexpr bool fitsPattern(std::string_view text, std::string_view pattern, Projection projection = {})
{
    std::size_t at = 0;
    std::size_t in = 0;
    std::size_t star = std::string_view::npos;
    std::size_t afterStar = 0;
    while (at < text.size()) {
        if (in < pattern.size() && pattern[in] == '*') {
            star = in++;
            afterStar = at;
        } else if (in < pattern.size() && projection(text[at]) == pattern[in]) {
            ++in;
            ++at;
        } else if (star != std::string_view::npos) {
            in = star + 1;
            at = ++afterStar;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

}
