#include "engine/reassembly/sip_start_line.h"

#include <algorithm>
#include <array>

namespace callmon {

namespace {

constexpr std::size_t longestMethod = 64;
constexpr std::size_t longestLine = 4096;
constexpr auto npos = std::string_view::npos;

// RFC 3261, 3262, 3311, 3515, 6665, 6086, 3428, 3903. The most frequent first.
constexpr std::array<std::string_view, 14> methods { "INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "PRACK",
    "UPDATE", "REFER", "NOTIFY", "SUBSCRIBE", "INFO", "MESSAGE", "PUBLISH" };
constexpr std::string_view version = "SIP/2.0";

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isTokenCharacter(char c) // RFC 3261 25.1
{
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || std::string_view("-.!%*_+`'~").find(c) != npos;
}

StartLine statusLineAt(std::string_view text)
{
    const std::size_t size = std::min(text.size(), version.size());
    if (text.substr(0, size) != version.substr(0, size))
        return StartLine::No;
    for (std::size_t at = size; at < version.size() + 5; ++at) {
        if (at >= text.size())
            return StartLine::Cut;
        const char c = text[at];
        const bool fits = at == version.size() ? c == ' '
            : at == version.size() + 4         ? !isDigit(c)
            : at == version.size() + 1         ? c >= '1' && c <= '6'
                                               : isDigit(c);
        if (!fits)
            return StartLine::No;
    }
    return StartLine::Yes;
}

// What follows the method. `lineEnd` tells where its line ends, when that was found.
StartLine requestRest(std::string_view text, std::size_t at, std::size_t& lineEnd)
{
    while (at < text.size() && text[at] == ' ')
        ++at;
    // A scheme (RFC 3261 19.1: sip, sips, tel, ...) and its colon: little else that has a blank behind a word has it.
    const std::size_t schemeEnd = std::min(text.size(), at + 32);
    std::size_t colon = at;
    while (colon < schemeEnd && text[colon] != ':') {
        if (!isTokenCharacter(text[colon]))
            return StartLine::No;
        ++colon;
    }
    if (colon == schemeEnd)
        return schemeEnd == text.size() ? StartLine::Cut : StartLine::No;
    lineEnd = text.substr(0, longestLine).find('\n', colon);
    if (lineEnd == npos)
        return text.size() < longestLine ? StartLine::Cut : StartLine::No;
    std::string_view line = text.substr(colon, lineEnd - colon);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
        line.remove_suffix(1);
    return line.size() > version.size() && line.ends_with(version) && line[line.size() - version.size() - 1] == ' '
        ? StartLine::Yes
        : StartLine::No;
}

}

StartLine sipStartLineAt(std::string_view text)
{
    if (text.empty())
        return StartLine::Cut;
    if (const StartLine status = statusLineAt(text); status != StartLine::No)
        return status;
    std::size_t at = 0;
    while (at < text.size() && at < longestMethod && isTokenCharacter(text[at]))
        ++at;
    if (at == text.size())
        return StartLine::Cut;
    if (at == 0 || at == longestMethod || text[at] != ' ')
        return StartLine::No;
    std::size_t lineEnd = 0;
    return requestRest(text, at, lineEnd);
}

std::size_t findSipStartLine(std::string_view text)
{
    std::size_t judgedUntil = 0; // requests whose line ends here are none
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] < 'A' || text[at] > 'U')
            continue;
        const std::string_view rest = text.substr(at);
        if (text[at] == 'S' && statusLineAt(rest) != StartLine::No)
            return at;
        for (const std::string_view method : methods) {
            const std::size_t size = std::min(rest.size(), method.size() + 1);
            if (method[0] != rest[0] || at < judgedUntil || rest.substr(0, size - 1) != method.substr(0, size - 1))
                continue;
            if (size <= method.size()) { // the text ends within the method, or right behind it
                if (rest[size - 1] == method[size - 1])
                    return at;
                continue;
            }
            if (rest[size - 1] != ' ')
                continue;
            std::size_t lineEnd = 0;
            if (requestRest(rest, method.size(), lineEnd) != StartLine::No)
                return at;
            judgedUntil = std::max(judgedUntil, lineEnd == npos ? at + longestLine : at + lineEnd);
        }
    }
    return text.size();
}

}
