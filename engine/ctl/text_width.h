// Text as columns of a terminal.
#pragma once

#include <string>
#include <string_view>

namespace callmon {

// Columns that UTF-8 text takes: none for combining marks, two for East Asian wide characters and emoji.
std::size_t textWidth(std::string_view utf8);

// Padded with spaces, or cut with an ellipsis, to exactly `width` columns. Control characters and bytes that are no
// UTF-8 become U+FFFD: text from the network must not move the cursor.
std::string fitted(std::string_view utf8, std::size_t width, bool right = false);

// For a terminal that shows ASCII only: > and < for the arrows, ~ for the ellipsis, ? for the rest; the columns stay.
std::string asciiOnly(std::string_view utf8);

// Whether this process's environment (LC_ALL, LC_CTYPE, LANG, the first that is set) asks for UTF-8.
bool terminalTakesUtf8();

}
