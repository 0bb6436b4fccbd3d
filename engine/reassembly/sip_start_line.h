// Where a SIP message can begin (RFC 3261 7.1, 7.2): what framing and resynchronisation go by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace callmon {

enum class StartLine : std::uint8_t {
    Yes,
    No,
    Cut, // not decided: the text ends before it could be
};

// A request line with any method, or a status line, at the very beginning of the text.
StartLine sipStartLineAt(std::string_view text);

// The first place from which a message may begin: a status line or the request line of a known method, or what may
// become one when more text comes. text.size() when none. Reads every byte a fixed number of times at most.
std::size_t findSipStartLine(std::string_view text);

}
