// A call's messages as a ladder: a column for each endpoint, an arrow for each message, its copies with it.
#pragma once

#include "shared/calls/call_message.h"

#include <span>
#include <string>
#include <vector>

namespace callmon {

struct MessageSummary { // of a text from the network: may hold anything but line ends
    std::string firstLine;
    std::string method; // of a request; of a response that of its CSeq
    std::uint16_t status = 0; // 0: a request
    std::string cseq; // "1 INVITE"
    std::string media; // what its SDP says: "audio 10.0.0.1:4000 PCMA telephone-event sendonly; video ..."

    std::string label() const; // "INVITE", "180 Ringing"; else the first line
};
MessageSummary summaryOf(const CallMessage& message);

// The message as it is, or, where it is no text, its bytes in hexadecimal.
std::string readableText(const CallMessage& message);

struct LadderColumn {
    Endpoint endpoint;
    std::string role; // "caller", "callee", "proxy": who sent and received the INVITE; or empty
};

struct LadderArrow {
    std::size_t message = 0; // index of the first copy
    std::size_t from = 0; // columns
    std::size_t to = 0;
    std::uint32_t copies = 1;
    MessageSummary summary;
};

struct CallLadder {
    std::vector<LadderColumn> columns; // in the order in which they appear
    std::vector<LadderArrow> arrows; // in the order of `messages`
};
CallLadder ladderOf(std::span<const CallMessage> messages);

}
