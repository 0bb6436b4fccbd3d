// The SDP in the body of a SIP message, alone or as one of several parts.
#include "engine/signalling/sip_message.h"
#include "engine/signalling/text.h"

namespace callmon {

namespace {

std::string_view mediaTypeOf(std::string_view contentType)
{
    return trim(contentType.substr(0, contentType.find(';')));
}

bool isDelimiter(std::string_view line, std::string_view boundary)
{
    return line.starts_with("--") && line.substr(2).starts_with(boundary);
}

// Takes the headers of a body part and the blank line after them; says whether they announce SDP.
bool takePartHeaders(std::string_view& text)
{
    bool isSdp = false;
    while (!text.empty()) {
        const std::string_view line = takeLine(text);
        if (line.empty())
            break;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            continue;
        const std::string_view name = trim(line.substr(0, colon));
        if (equalsIgnoringCase(name, "content-type") || equalsIgnoringCase(name, "c"))
            isSdp = equalsIgnoringCase(mediaTypeOf(line.substr(colon + 1)), "application/sdp");
    }
    return isSdp;
}

// What comes before the next delimiter line, or all there is when the capture cut it. Leaves the text at that line.
std::string_view takePartBody(std::string_view& text, std::string_view boundary)
{
    const char* const begin = text.data();
    while (!text.empty()) {
        const std::string_view atLine = text;
        if (isDelimiter(takeLine(text), boundary)) {
            text = atLine;
            break;
        }
    }
    return { begin, static_cast<std::size_t>(text.data() - begin) };
}

}

std::string_view sdpOf(const SipMessage& message)
{
    const std::string_view type = mediaTypeOf(message.contentType);
    if (equalsIgnoringCase(type, "application/sdp"))
        return message.body;
    if (type.empty()) // a must of RFC 3261 20.15 that some senders forget
        return message.body.starts_with("v=0") ? message.body : std::string_view();
    const std::string_view boundary = parameterOf(message.contentType, "boundary");
    if (!startsWithIgnoringCase(type, "multipart/") || boundary.empty())
        return {};
    std::string_view rest = message.body;
    takePartBody(rest, boundary); // the preamble
    while (!rest.empty()) {
        takeLine(rest); // the delimiter
        const bool isSdp = takePartHeaders(rest);
        const std::string_view part = takePartBody(rest, boundary);
        if (isSdp)
            return part;
    }
    return {};
}

std::string_view iceFragmentOf(const SipMessage& message)
{
    const bool isOne = equalsIgnoringCase(mediaTypeOf(message.contentType), "application/trickle-ice-sdpfrag");
    return isOne ? message.body : std::string_view();
}

}
