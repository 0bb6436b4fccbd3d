// SIP as a passive observer reads it (RFC 3261 section 7, 20): the fields that tracking needs, as views into the
// message. Tolerant where the wire is untidy; empty when the bytes are not a SIP message.
#pragma once

#include "engine/signalling/sip_address.h"
#include "shared/base/byte_reader.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace callmon {

enum class SipMethod : std::uint8_t {
    Invite,
    Ack,
    Bye,
    Cancel,
    Register,
    Options,
    Prack,
    Update,
    Refer,
    Notify,
    Subscribe,
    Info,
    Message,
    Publish,
    Other,
};

std::string_view toText(SipMethod method);

struct SipMessage {
    bool isRequest = false;
    SipMethod method = SipMethod::Other; // of the request; of a response that of its CSeq
    std::uint16_t status = 0; // 100 to 699; 0 for a request
    std::string_view requestUri; // empty for a response
    std::string_view callId;
    SipAddress from;
    SipAddress to;
    std::uint32_t cseq = 0;
    std::string_view viaBranch; // of the topmost Via; empty when it has none
    std::string_view contactUri;
    std::string_view contentType; // "application/sdp", parameters included
    std::optional<std::size_t> contentLength; // empty when it is missing, no number, or said twice and differently
    std::string_view body; // what Content-Length says of what is there; all that is there without one
};

// Cheap test on the first bytes: a known method and a space, or "SIP/2.0 "; CRLFs of a keep-alive may come before.
bool looksLikeSip(Bytes payload);

// One datagram, one message (RFC 3261 18.3). Needs a start line, Call-ID, CSeq, From and To, each on a line that is
// whole: a capture cut in the middle of a Call-ID would name a call that does not exist. A folded value keeps its CRLF
// inside; where a header comes twice the first one counts. Reads every byte a fixed number of times at most.
std::optional<SipMessage> parseSip(std::string_view message);

// The SDP in the body: itself, or the first application/sdp part of a multipart (RFC 2046 5.1; not of a multipart
// inside a multipart). Empty when none.
std::string_view sdpOf(const SipMessage& message);

}
