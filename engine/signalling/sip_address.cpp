#include "engine/signalling/sip_address.h"

#include "engine/signalling/text.h"

#include <algorithm>
#include <charconv>

namespace callmon {

namespace {

constexpr auto npos = std::string_view::npos;

// Index of the quote that closes the one at `open`, or npos. A backslash takes the next character with it (quoted-pair,
// RFC 3261 25.1).
std::size_t closingQuote(std::string_view text, std::size_t open)
{
    for (std::size_t i = open + 1; i < text.size();) {
        const std::size_t step = findAny<'\\', '"'>(text.substr(i));
        if (step == npos || text[i + step] == '"')
            return step == npos ? npos : i + step;
        i += step + 2;
    }
    return npos;
}

// Index of the semicolon or comma that ends the parameter at `from`, or the size of the text.
std::size_t endOfParameter(std::string_view text, std::size_t from)
{
    while (from < text.size()) {
        const std::size_t step = findAny<';', ',', '"'>(text.substr(from));
        if (step == npos)
            break;
        if (text[from + step] != '"')
            return from + step;
        const std::size_t quote = closingQuote(text, from + step);
        if (quote == npos)
            break;
        from = quote + 1;
    }
    return text.size();
}

std::string_view unquoted(std::string_view text)
{
    if (!text.starts_with('"'))
        return text;
    return text.substr(1, closingQuote(text, 0) - 1); // npos - 1 is still beyond the end
}

bool hasTelephonyScheme(std::string_view text)
{
    return startsWithIgnoringCase(text, "sip:") || startsWithIgnoringCase(text, "sips:")
        || startsWithIgnoringCase(text, "tel:");
}

// What comes before the port, the parameters and the headers. An IPv6 reference gives up its brackets.
std::string_view hostOf(std::string_view hostPort)
{
    if (hostPort.starts_with('['))
        return hostPort.substr(1, hostPort.find(']') - 1);
    return trim(hostPort.substr(0, findAny<':', ';', '?', '/'>(hostPort)));
}

void splitUri(SipAddress& address)
{
    std::string_view rest = address.uri;
    const std::size_t colon = findAny<':'>(rest);
    const std::size_t at = findAny<'@'>(rest); // an @ of the user part itself is escaped (RFC 3261 19.1.2)
    const bool telephony = hasTelephonyScheme(rest);
    if (startsWithIgnoringCase(rest, "tel:")) {
        address.user = trim(rest.substr(4, findAny<';'>(rest) - 4));
        return;
    }
    if (at == npos) {
        if (telephony)
            address.host = hostOf(rest.substr(colon + 1));
        else
            address.user = rest.substr(colon == npos ? 0 : colon + 1);
        return;
    }
    address.host = hostOf(rest.substr(at + 1));
    std::string_view user = rest.substr(0, at);
    if (telephony || colon < at) // without a scheme the colon would be a password's: not told apart
        user.remove_prefix(colon + 1);
    address.user = user.substr(0, findAny<':', ';'>(user)); // a password, or parameters of a telephone number
}

}

std::string_view unescaped(std::string_view text, std::span<char> memory)
{
    if (text.find('%') == npos)
        return text;
    std::size_t size = 0;
    for (std::size_t i = 0; i < text.size() && size < memory.size(); ++i) {
        char c = text[i];
        unsigned char value = 0;
        if (c == '%' && i + 2 < text.size()) {
            const char* const end = text.data() + i + 3;
            const auto [stop, error] = std::from_chars(text.data() + i + 1, end, value, 16);
            if (error == std::errc() && stop == end && value >= 0x20 && value != 0x7f) {
                c = static_cast<char>(value);
                i += 2;
            }
        }
        memory[size++] = c;
    }
    return { memory.data(), size };
}

std::string_view parameterOf(std::string_view value, std::string_view lowerCaseName)
{
    std::size_t at = findAny<';', ','>(value);
    while (at < value.size() && value[at] == ';') {
        const std::size_t begin = at + 1;
        at = endOfParameter(value, begin);
        const std::string_view parameter = value.substr(begin, at - begin);
        const std::size_t equals = findAny<'='>(parameter);
        if (equalsIgnoringCase(trim(parameter.substr(0, equals)), lowerCaseName))
            return equals == npos ? std::string_view() : unquoted(trim(parameter.substr(equals + 1)));
    }
    return {};
}

bool isOfTelephoneNumber(const SipAddress& address)
{
    if (startsWithIgnoringCase(address.uri, "tel:"))
        return true;
    const std::size_t at = findAny<'@'>(address.uri); // what stands before are parameters of the number itself
    if (at == npos)
        return false;
    const std::string_view rest = address.uri.substr(at);
    return equalsIgnoringCase(parameterOf(rest.substr(0, findAny<'?'>(rest)), "user"), "phone");
}

SipAddress parseSipAddress(std::string_view value)
{
    SipAddress address;
    std::string_view text = trim(value);
    std::size_t bracket = npos;
    if (const std::size_t quote = text.starts_with('"') ? closingQuote(text, 0) : npos; quote != npos) {
        address.displayName = text.substr(1, quote - 1);
        text = trim(text.substr(quote + 1));
        bracket = findAny<'<'>(text);
    } else if (!hasTelephonyScheme(text)) { // else addr-spec: a bracket further on is of the next address in a list
        // Unquoted display names with commas, dots and bytes beyond ASCII are against the grammar and on every wire.
        bracket = findAny<'<'>(text);
        if (bracket != npos)
            address.displayName = trim(text.substr(0, bracket));
    }

    std::string_view parameters;
    if (bracket == npos) { // RFC 3261 20.10: without brackets, parameters belong to the header and not to the URI
        const std::size_t end = std::min(findAny<';', ','>(text), text.size());
        address.uri = trim(text.substr(0, end));
        parameters = text.substr(end);
    } else {
        text.remove_prefix(bracket + 1);
        std::size_t end = findAny<'>'>(text);
        if (end == npos) // never closed: the same as without
            end = std::min(findAny<';', ','>(text), text.size());
        address.uri = trim(text.substr(0, end));
        parameters = text.substr(end);
    }
    splitUri(address);
    address.tag = parameterOf(parameters, "tag");
    return address;
}

}
