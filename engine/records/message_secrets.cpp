#include "engine/records/message_secrets.h"

#include "engine/records/header_value.h"

#include <algorithm>
#include <string_view>

namespace callmon {

namespace {

bool startsWith(std::span<const char> text, std::string_view lowerCase)
{
    return startsWithIgnoringCase({ text.data(), text.size() }, lowerCase);
}

template <typename Ends> void blankUntil(std::span<char> text, Ends&& ends)
{
    // lines stay lines, also within quotes of a folded header
    std::replace_if(
        text.begin(), std::find_if(text.begin(), text.end(), ends), [](char c) { return c != '\r' && c != '\n'; }, '*');
}

std::span<char> after(std::span<char> text, std::size_t count)
{
    return text.subspan(std::min(count, text.size()));
}

// What stands behind the first `name`; empty when there is none.
std::span<char> behind(std::span<char> line, std::string_view name)
{
    const auto found =
        std::search(line.begin(), line.end(), name.begin(), name.end(), [](char a, char b) { return toLower(a) == b; });
    return found == line.end() ? std::span<char>() : std::span(found, line.end()).subspan(name.size());
}

// a=crypto (RFC 4568), a=key-mgmt (RFC 4567), and either as a capability that is offered: a=acap (RFC 5939 3.4.1).
void blankKeys(std::span<char> attribute)
{
    for (std::span<char> key = behind(attribute, "inline:"); !key.empty(); key = behind(key, "inline:"))
        blankUntil(key, [](char c) { return c == '|' || c == ';' || isBlank(c); }); // lifetime and MKI may stay
    const std::span<char> protocol = behind(attribute, "key-mgmt:");
    const auto end = std::find(protocol.begin(), protocol.end(), ' ');
    if (end != protocol.end())
        blankUntil(std::span(end + 1, protocol.end()), [](char) { return false; });
}

// The value of `name` = value, wherever it stands as a parameter of its own.
void blankParameter(std::span<char> header, std::string_view name)
{
    for (std::size_t at = 0; at < header.size(); ++at) {
        if (!startsWith(header.subspan(at), name) || (at > 0 && header[at - 1] != ',' && !isBlank(header[at - 1])))
            continue;
        std::span<char> value = afterBlanks(header.subspan(at + name.size()));
        if (value.empty() || value.front() != '=')
            continue;
        value = afterBlanks(value.subspan(1));
        if (!value.empty() && value.front() == '"')
            blankUntil(value.subspan(1), [](char c) { return c == '"'; });
        else
            blankUntil(value, [](char c) { return c == ',' || isBlank(c); });
    }
}

void blankCredentials(std::span<char> header)
{
    header = afterBlanks(header);
    if (startsWith(header, "digest") && header.size() > 6 && isBlank(header[6]))
        return blankParameter(header, "response");
    const auto scheme = std::find_if(header.begin(), header.end(), isBlank);
    for (char& c : std::span(scheme, header.end()))
        c = isBlank(c) ? c : '*';
}

void blankHeader(std::span<char> header)
{
    for (const std::string_view name : { "authorization", "proxy-authorization" })
        if (const auto value = headerValue(header, name))
            return blankCredentials(*value);
    for (const std::string_view name : { "authentication-info", "proxy-authentication-info" })
        if (const auto value = headerValue(header, name))
            return blankParameter(*value, "rspauth");
}

void blankSdpLine(std::span<char> line)
{
    if (startsWith(line, "a="))
        return blankKeys(line);
    if (!startsWith(line, "k="))
        return;
    line = after(line, static_cast<std::size_t>(std::find(line.begin(), line.end(), ':') - line.begin()) + 1);
    blankUntil(line, [](char) { return false; });
}

}

void blankSecrets(std::span<char> message)
{
    // A line ends at either character: who reads the text later may be content with one.
    const auto isEnd = [](char c) { return c == '\r' || c == '\n'; };
    for (auto begin = message.begin(); begin != message.end();) {
        auto end = std::find_if(begin, message.end(), isEnd);
        const char first = begin == end ? '\0' : toLower(*begin);
        if (first == 'p' || (first == 'a' && end - begin > 1 && begin[1] != '=')) {
            for (auto next = end; next != message.end();) { // folded lines belong to it
                next = std::find_if_not(next, message.end(), isEnd);
                if (next == message.end() || (*next != ' ' && *next != '\t'))
                    break;
                end = next = std::find_if(next, message.end(), isEnd);
            }
            blankHeader({ begin, end });
        } else if (first == 'a' || first == 'k') {
            blankSdpLine({ begin, end });
        }
        begin = std::find_if_not(end, message.end(), isEnd);
    }
}

}
