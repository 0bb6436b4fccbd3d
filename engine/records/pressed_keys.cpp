#include "engine/records/pressed_keys.h"

#include "engine/records/header_value.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace callmon {

namespace {

enum class Body : std::uint8_t { Other, Keys, Events, Kpml };

bool has(std::string_view text, std::string_view lowerCase)
{
    return std::search(text.begin(), text.end(), lowerCase.begin(), lowerCase.end(), [](char a, char b) {
        return toLower(a) == b;
    }) != text.end();
}

Body bodyOf(std::string_view contentType)
{
    if (has(contentType, "kpml-response"))
        return Body::Kpml;
    if (has(contentType, "telephone-event"))
        return Body::Events;
    const bool keys = has(contentType, "dtmf") || has(contentType, "digits");
    return keys ? Body::Keys : Body::Other;
}

bool isType(std::span<char> header)
{
    return headerValue(header, "content-type") || headerValue(header, "c");
}

bool isText(char c)
{
    const auto code = static_cast<unsigned char>(c);
    return (code >= ' ' && code < 0x7f) || c == '\t' || c == '\r' || c == '\n';
}

void blank(std::span<char> text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return !isBlank(c); }, '*');
}

void blankLine(std::span<char> line)
{
    const std::string_view text(line.data(), line.size());
    if (startsWithIgnoringCase(trim(text), "duration"))
        return;
    const std::size_t equals = text.find('=');
    blank(equals == std::string_view::npos ? line : line.subspan(equals + 1));
}

// Every attribute `digits` = "…" of XML, on one line or over several.
void blankDigits(std::span<char> xml)
{
    constexpr std::string_view name = "digits";
    for (auto at = xml.begin();;) {
        at = std::search(at, xml.end(), name.begin(), name.end());
        if (at == xml.end())
            return;
        at += name.size();
        auto value = std::find_if_not(at, xml.end(), isBlank);
        if (value == xml.end() || *value != '=')
            continue;
        value = std::find_if_not(value + 1, xml.end(), isBlank);
        if (value == xml.end() || (*value != '"' && *value != '\''))
            continue;
        at = std::find(value + 1, xml.end(), *value);
        blank({ value + 1, at });
    }
}

// The body behind the line end that `rest` begins with. False: it is, or may be, text.
bool blankEventsAfter(std::span<char> rest)
{
    const std::string_view text(rest.data(), rest.size());
    const std::size_t begin = std::min<std::size_t>(text.starts_with("\r\n") ? 2 : 1, text.size());
    const std::size_t boundary = std::min(text.find("\r\n--", begin), text.size());
    const std::span<char> body = rest.subspan(begin, boundary - begin);
    constexpr std::size_t eventSize = 4; // RFC 4733 2.3
    constexpr char lastKey = 15;
    const bool binary = !std::ranges::all_of(body, isText);
    if (!binary && body.size() != eventSize) // a tab may be the key 9
        return false;
    for (std::size_t i = 0; i < body.size(); i += eventSize)
        if (body[i] >= 0 && body[i] <= lastKey && body[i] != '\r' && body[i] != '\n') // lines stay lines
            body[i] = '*';
    return binary;
}

}

void blankKeysOfSip(std::span<char> message)
{
    const std::string_view text(message.data(), message.size());
    if (!text.starts_with("INFO ") && !text.starts_with("NOTIFY "))
        return;
    Body body = Body::Other;
    bool inHeaders = true; // of the message, or of a part of its body
    bool inType = false; // the header before was a Content-Type: a folded line goes on with it
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
        const std::string_view line = text.substr(at, end - at);
        if (line.starts_with("--")) { // the boundary of parts; a body of keys has no such line
            body = Body::Other;
            inHeaders = true;
        } else if (inHeaders && line.empty()) {
            inHeaders = false;
            if (body == Body::Kpml)
                blankDigits(message.subspan(at));
            if (body == Body::Events && blankEventsAfter(message.subspan(at)))
                body = Body::Other;
        } else if (inHeaders) {
            const bool folded = line.front() == ' ' || line.front() == '\t';
            inType = folded ? inType : isType(message.subspan(at, end - at));
            if (inType && body == Body::Other)
                body = bodyOf(line);
        } else if (body == Body::Keys || body == Body::Events) {
            blankLine(message.subspan(at, end - at));
        }
        if (end < text.size())
            end += text.substr(end).starts_with("\r\n") ? 2 : 1;
        at = end;
    }
}

void blankKeysOfSkinny(std::span<char> message)
{
    constexpr std::uint32_t keypadButton = 0x0003;
    constexpr std::uint32_t tones[] = { 0x0082, 0x0127, 0x0128 };
    constexpr std::uint32_t lastToneOfKey = 19;
    constexpr std::size_t idAt = 8;
    constexpr std::size_t keyAt = 12;
    constexpr std::uint32_t star = 0x0e; // as a button and as a tone
    std::uint32_t id = 0;
    std::uint32_t key = 0;
    if (message.size() < keyAt + sizeof key)
        return;
    std::memcpy(&id, message.data() + idAt, sizeof id); // little-endian, as this machine (rtp_packet.h)
    std::memcpy(&key, message.data() + keyAt, sizeof key);
    const bool toneOfKey = std::ranges::find(tones, id) != std::end(tones) && key >= 1 && key <= lastToneOfKey;
    if (id == keypadButton || toneOfKey)
        std::memcpy(message.data() + keyAt, &star, sizeof star);
}

void blankKeysOfEvents(std::span<std::byte> payload)
{
    constexpr std::byte lastKey { 15 };
    constexpr std::byte star { 10 };
    constexpr std::size_t eventSize = 4;
    for (std::size_t at = 0; at < payload.size(); at += eventSize)
        if (payload[at] <= lastKey)
            payload[at] = star;
}

void blankDigitsOfText(std::span<std::byte> text)
{
    std::ranges::replace_if(
        text, [](std::byte b) { return b >= std::byte { '0' } && b <= std::byte { '9' }; }, std::byte { '*' });
}

}
