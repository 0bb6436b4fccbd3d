#include "shared/calls/call_notes.h"

#include <algorithm>

namespace callmon {

namespace {

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

// RFC 3629 4: the bytes of each sequence, without the forms that are too long and without surrogates.
bool isUtf8(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
        const unsigned first = byte(at);
        std::size_t more = 0;
        unsigned least = 0x80, most = 0xbf; // of the second byte
        if (first < 0x80)
            more = 0;
        else if (first >= 0xc2 && first <= 0xdf)
            more = 1;
        else if (first >= 0xe0 && first <= 0xef) {
            more = 2;
            least = first == 0xe0 ? 0xa0 : least;
            most = first == 0xed ? 0x9f : most;
        } else if (first >= 0xf0 && first <= 0xf4) {
            more = 3;
            least = first == 0xf0 ? 0x90 : least;
            most = first == 0xf4 ? 0x8f : most;
        } else
            return false;
        for (std::size_t i = 1; i <= more; ++i) {
            const unsigned next = byte(at + i);
            if (next < (i == 1 ? least : 0x80U) || next > (i == 1 ? most : 0xbfU))
                return false;
        }
        at += more + 1;
    }
    return true;
}

bool mayBeInTag(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'
        || c == ':' || c == '/';
}

}

Result<std::string> tagOf(std::string_view text)
{
    std::string tag(trimmed(text));
    std::ranges::transform(tag, tag.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    if (tag.empty())
        return Error { sentence(TR("Engine", "a tag has at least one character")) };
    if (tag.size() > longestTag)
        return Error { sentence(
            TR("Engine", "a tag has %1 bytes at most; what is longer is a note: callmonctl note"), longestTag) };
    if (!std::ranges::all_of(tag, mayBeInTag) || tag.front() == '-' || !isUtf8(tag))
        return Error { sentence(TR("Engine",
            "a tag is one word of letters, digits and - _ . : / that does not begin with -, as in bad-line")) };
    return tag;
}

Result<std::string> noteOf(std::string_view text)
{
    const std::string_view note = trimmed(text);
    if (note.empty())
        return Error { sentence(TR("Engine", "a note has at least one character")) };
    if (note.size() > longestNote)
        return Error { sentence(TR("Engine", "a note has %1 bytes at most; make two of it"), longestNote) };
    const auto isControl = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
    };
    if (std::ranges::any_of(note, isControl) || !isUtf8(note))
        return Error { sentence(TR("Engine", "a note is text: UTF-8, without control characters")) };
    return std::string(note);
}

std::string joined(const std::vector<CallTag>& tags)
{
    std::string text;
    for (const CallTag& tag : tags)
        text += (text.empty() ? "" : " ") + tag.name;
    return text;
}

}
