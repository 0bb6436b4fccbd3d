// Telephone numbers as RFC 3966 compares them (sections 4 and 5.1.1): its visual separators, - . ( and ), say nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace callmon {

// A tel URI and user=phone say that it is a telephone number; of anything else its form has to tell.
enum class SaidToBe : std::uint8_t { Anything, TelephoneNumber };

// The text without separators when it is a telephone number, else as it is. In `memory`, which may hold the text, if
// something goes, and cut where that ends. Where nobody says so it is one when it has seven digits or more (100-1 is
// somebody's second telephone), nothing else but a leading + and separators, and is no IPv4 address.
std::string_view withoutSeparators(std::string_view text, SaidToBe said, std::span<char> memory);
std::string withoutSeparators(std::string_view text); // said to be anything

// Of what a user looks for, a number or a pattern (*: any run of characters), the form without separators; nothing when
// it has none, or cannot be a number: john-doe*, 10.0.0.*. Of how many digits is not asked: whoever looks for 555-* may
// mean 5550123.
std::optional<std::string> wantedWithoutSeparators(std::string_view wanted);

}
