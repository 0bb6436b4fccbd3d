// Addresses and parameters inside SIP header values (RFC 3261 19.1, 20.10, 25.1), as views.
#pragma once

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

// The value of ";name=value" in the first of the comma-separated elements of a header value, without quotes; empty when
// it is not there or has no value. `lowerCaseName` is looked for in any case. A comma or semicolon in a quoted value
// ends nothing.
std::string_view parameterOf(std::string_view value, std::string_view lowerCaseName);

}
