#include "engine/ctl/text_width.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace callmon {

namespace {

constexpr char32_t replacement = 0xfffd;

// Takes one character off the front; anything that is not well-formed UTF-8 (Unicode 3.9, table 3-7) costs one byte.
char32_t takeCharacter(std::string_view& text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    char32_t value = size == 1 ? lead : lead & (0xffu >> (size + 1));
    bool good = size != 0 && size <= text.size() && lead < 0xf5;
    for (std::size_t i = 1; good && i < size; ++i) {
        good = (byte(i) & 0xc0) == 0x80;
        value = value << 6 | (byte(i) & 0x3f);
    }
    good = good && !(size == 3 && value < 0x800) && !(size == 4 && value < 0x10000) && value <= 0x10ffff
        && !(value >= 0xd800 && value < 0xe000);
    text.remove_prefix(good ? size : 1);
    return good ? value : replacement;
}

// C0, C1, and the marks that reorder or hide text.
bool isControl(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

std::size_t widthOf(char32_t c)
{
    if ((c >= 0x300 && c <= 0x36f) || (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x20d0 && c <= 0x20ff)
        || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xfe20 && c <= 0xfe2f))
        return 0;
    const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3)
        || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60)
        || (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
    return wide ? 2 : 1;
}

struct Character {
    std::string bytes;
    std::size_t width;
};

std::vector<Character> characters(std::string_view text)
{
    std::vector<Character> found;
    while (!text.empty()) {
        const std::string_view before = text;
        const char32_t c = takeCharacter(text);
        if (c == replacement || isControl(c))
            found.push_back({ "\xef\xbf\xbd", 1 });
        else
            found.push_back({ std::string(before.substr(0, before.size() - text.size())), widthOf(c) });
    }
    return found;
}

}

std::size_t textWidth(std::string_view utf8)
{
    std::size_t width = 0;
    for (const Character& character : characters(utf8))
        width += character.width;
    return width;
}

std::string fitted(std::string_view utf8, std::size_t width, bool right)
{
    const auto all = characters(utf8);
    std::size_t full = 0;
    for (const Character& character : all)
        full += character.width;
    const bool cut = full > width;
    const std::size_t room = cut && width > 0 ? width - 1 : width;
    std::string text;
    std::size_t used = 0;
    for (const Character& character : all) {
        if (used + character.width > room)
            break;
        text += character.bytes;
        used += character.width;
    }
    if (cut && width > 0) {
        text += "\xe2\x80\xa6";
        ++used;
    }
    const std::string padding(width - used, ' ');
    return right ? padding + text : text + padding;
}

std::string asciiOnly(std::string_view utf8)
{
    std::string text;
    while (!utf8.empty()) {
        const char32_t c = takeCharacter(utf8);
        if (c < 0x80)
            text += static_cast<char>(c);
        else if (c == 0x2192 || c == 0x2190)
            text += c == 0x2192 ? '>' : '<';
        else if (c == 0x2026)
            text += '~';
        else
            text.append(widthOf(c), '?');
    }
    return text;
}

bool terminalTakesUtf8()
{
    for (const char* name : { "LC_ALL", "LC_CTYPE", "LANG" }) {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0')
            continue;
        std::string set(value);
        std::ranges::transform(set, set.begin(), [](unsigned char c) { return std::tolower(c); });
        return set.find("utf-8") != std::string::npos || set.find("utf8") != std::string::npos;
    }
    return false;
}

}
