#include "engine/reassembly/sip_framer.h"

#include "engine/reassembly/sip_start_line.h"
#include "shared/base/ascii.h"

#include <algorithm>
#include <optional>

namespace callmon {

namespace {

constexpr auto npos = std::string_view::npos;

// Behind the empty line; npos when there is none. Lone LF are taken too, as SIP parsers do.
std::size_t findHeaderEnd(std::string_view text, std::size_t from)
{
    for (std::size_t at = text.find('\n', from); at != npos; at = text.find('\n', at + 1)) {
        if (text.substr(at + 1, 1) == "\n")
            return at + 2;
        if (text.substr(at + 1, 2) == "\r\n")
            return at + 3;
    }
    return npos;
}

// Of the first Content-Length or l (RFC 3261 20.14) that is a number. Values beyond the limit stop at it.
std::optional<std::size_t> contentLength(std::string_view header)
{
    while (!header.empty()) {
        const std::size_t end = header.find('\n');
        const std::string_view line = header.substr(0, end);
        const std::size_t colon = line.find(':');
        if (colon != npos) {
            std::string_view name = line.substr(0, colon);
            while (!name.empty() && (name.back() == ' ' || name.back() == '\t'))
                name.remove_suffix(1);
            if (equalsIgnoringCase(name, "l") || equalsIgnoringCase(name, "content-length")) {
                std::size_t at = header.find_first_not_of(" \t\r\n", colon + 1); // the value may be on the next line
                std::optional<std::size_t> value;
                for (; at < header.size() && header[at] >= '0' && header[at] <= '9'; ++at)
                    value = std::min(
                        value.value_or(0) * 10 + static_cast<std::size_t>(header[at] - '0'), longestMessage + 1);
                if (value)
                    return value;
            }
        }
        header.remove_prefix(end == npos ? header.size() : end + 1);
    }
    return std::nullopt;
}

}

Framed SipFramer::next(std::string_view text, FramingCounters& counters)
{
    if (text.empty())
        return {};
    if (!m_startLineSeen) {
        if (text[0] == '\r' || text[0] == '\n') {
            const std::size_t size = std::min(text.find_first_not_of("\r\n"), text.size());
            counters.keepAlives += m_inStep;
            return { Framed::Discard, size };
        }
        switch (sipStartLineAt(text)) {
        case StartLine::Cut:
            return {};
        case StartLine::No:
            return skipToStartLine(text, counters);
        case StartLine::Yes:
            m_startLineSeen = true;
            m_inStep = true;
        }
    }
    if (m_messageSize == 0) {
        const std::size_t headerEnd = findHeaderEnd(text, m_scanned);
        if (headerEnd != npos)
            return message(text, headerEnd, counters);
        if (text.size() > longestMessage) {
            ++counters.tooLong;
            *this = {};
            return { Framed::Discard, text.size() }; // not line by line: every line may look like a start
        }
        m_scanned = text.size() > 2 ? text.size() - 2 : 0;
        return {};
    }
    if (text.size() < m_messageSize)
        return {};
    const std::size_t size = m_messageSize;
    *this = {};
    m_inStep = true;
    ++counters.messages;
    return { Framed::Message, size };
}

Framed SipFramer::message(std::string_view text, std::size_t headerEnd, FramingCounters& counters)
{
    const auto length = contentLength(text.substr(0, headerEnd));
    counters.withoutLength += !length;
    if (headerEnd + length.value_or(0) > longestMessage) {
        ++counters.tooLong;
        *this = {};
        return { Framed::Discard, headerEnd };
    }
    m_messageSize = headerEnd + length.value_or(0);
    return next(text, counters);
}

Framed SipFramer::skipToStartLine(std::string_view text, FramingCounters& counters)
{
    counters.resynchronised += m_inStep;
    m_inStep = false;
    const std::size_t size = 1 + findSipStartLine(text.substr(1));
    counters.bytesSkipped += size;
    return { Framed::Discard, size };
}

}
