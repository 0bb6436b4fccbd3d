// Addresses and parameters inside SIP header values (RFC 3261 19.1, 20.10, 25.1), as views.
#pragma once

#include <span>
#include <string_view>

namespace callmon {

struct SipAddress { // From, To, Contact: RFC 3261 20.10, 20.20, 20.39
    std::string_view displayName; // without its quotes, escapes left as they are
    std::string_view uri; // without <>
    std::string_view user; // of a sip, sips or tel URI, without password and parameters; of another scheme without a
                           // host all of it ("service:sos" of a URN, RFC 5031); empty when there is none
    std::string_view host; // without port and brackets; empty for tel
    std::string_view tag;
};

// The first address of a header value, with or without angle brackets. What is missing or malformed is empty.
SipAddress parseSipAddress(std::string_view value);

// A tel URI, or a SIP URI with user=phone (RFC 3261 19.1.1), whose user part is a telephone number.
bool isOfTelephoneNumber(const SipAddress& address);

// The value of ";name=value" in the first of the comma-separated elements of a header value, without quotes; empty when
// it is not there or has no value. `lowerCaseName` is looked for in any case. A comma or semicolon in a quoted value
// ends nothing.
std::string_view parameterOf(std::string_view value, std::string_view lowerCaseName);

// The text with its percent escapes (RFC 3261 19.1.2) undone, those of control characters left; in `memory` if it has
// any, and cut where that ends.
std::string_view unescaped(std::string_view text, std::span<char> memory);

// Calls element(value) for each of the comma-separated elements of a header value (RFC 3261 7.3.1); a comma in quotes
// or angle brackets parts nothing.
template <typename Element> void forEachElement(std::string_view value, Element&& element)
{
    bool quoted = false;
    bool bracketed = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '<' || c == '>'))
            bracketed = c == '<';
        else if (!quoted && !bracketed && c == ',') {
            element(value.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    element(value.substr(begin));
}

}
