// A header of a message that is to be kept, for whoever overwrites part of it.
#pragma once

#include "shared/base/ascii.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

namespace callmon {

inline std::span<char> afterBlanks(std::span<char> text)
{
    return { std::find_if_not(text.begin(), text.end(), isBlank), text.end() };
}

// What follows `lowerCaseName` and a colon, if anything; nothing of a header of another name.
inline std::optional<std::span<char>> headerValue(std::span<char> header, std::string_view lowerCaseName)
{
    if (!startsWithIgnoringCase({ header.data(), header.size() }, lowerCaseName))
        return std::nullopt;
    const std::span<char> colon = afterBlanks(header.subspan(lowerCaseName.size()));
    return !colon.empty() && colon.front() == ':' ? std::optional(colon.subspan(1)) : std::nullopt;
}

}
