// SIP messages in a byte stream (RFC 3261 18.3): the header ends at an empty line, the body is as long as
// Content-Length says.
#pragma once

#include "engine/reassembly/framing.h"

#include <string_view>

namespace callmon {

// State of one stream. `text` begins where the last answer ended, and has grown when the last answer was Incomplete.
// Every byte is looked at a fixed number of times, however small the pieces are in which it comes.
class SipFramer {
public:
    Framed next(std::string_view text, FramingCounters& counters);
    void resynchronise() { *this = {}; } // bytes are missing: the next may be anywhere in a message

private:
    Framed skipToStartLine(std::string_view text, FramingCounters& counters);
    Framed message(std::string_view text, std::size_t headerEnd, FramingCounters& counters);

    bool m_inStep = false; // what comes next is the beginning of a message
    bool m_startLineSeen = false; // of the message at the beginning of the text
    std::size_t m_scanned = 0; // without an empty line up to here
    std::size_t m_messageSize = 0; // 0: header not complete yet
};

}
