// SIP as a passive observer reads it (RFC 3261 section 7, 20): the fields that tracking needs, as views into the
// message. Tolerant where the wire is untidy; empty when the bytes are not a SIP message.
#pragma once

#include "engine/signalling/sip_address.h"
#include "shared/base/byte_reader.h"

#include <array>
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
    std::string_view reasonPhrase; // of a response
    std::string_view callId;
    SipAddress from;
    SipAddress to;
    std::uint32_t cseq = 0;
    std::string_view viaBranch; // of the topmost Via; empty when it has none
    std::string_view contentType; // "application/sdp", parameters included

    // Values as they stand, folds inside; empty when they are not there.
    std::string_view contact; // the first
    std::string_view assertedIdentity; // RFC 3325
    std::string_view diversion; // RFC 5806
    std::string_view historyInfo; // RFC 7044
    bool historyContinues = false; // in another field of that name
    std::array<std::string_view, 2> reasons; // RFC 3326: a field for each protocol, or a list in one
    std::string_view referTo; // RFC 3515
    std::string_view replaces; // RFC 3891
    std::string_view sessionExpires; // RFC 4028
    std::string_view sessionId; // RFC 7989
    std::string_view userAgent; // User-Agent of a request; of a response Server, else User-Agent
    std::string_view headers; // all of them, for headerValue()

    std::optional<std::size_t> contentLength; // empty when it is missing, no number, or said twice and differently
    std::string_view body; // what Content-Length says of what is there; all that is there without one
};

// Cheap test on the first bytes: a known method and a space, or "SIP/2.0 "; CRLFs of a keep-alive may come before.
bool looksLikeSip(Bytes payload);

// One datagram, one message (RFC 3261 18.3). Needs a start line, Call-ID, CSeq, From and To, each on a line that is
// whole: a capture cut in the middle of a Call-ID would name a call that does not exist. A folded value keeps its CRLF
// inside; where a header comes twice the first one counts. Reads every byte a fixed number of times at most.
std::optional<SipMessage> parseSip(std::string_view message);

struct SipLimits { // against messages that are large for the work they make
    std::uint32_t headers = 256; // fields of one message
    std::uint32_t headerBytes = 8192; // of one field, its folds included
};
struct SipReading {
    std::optional<SipMessage> message;
    bool overLimit = false; // read no further than that
};
SipReading readSip(std::string_view message, const SipLimits& limits); // parseSip() with limits

// Value of the first header field of that name; compact forms are other names.
std::string_view headerValue(const SipMessage& message, std::string_view lowerCaseName);

// The SDP in the body: itself, or the first application/sdp part of a multipart (RFC 2046 5.1; not of a multipart
// inside a multipart). Empty when none.
std::string_view sdpOf(const SipMessage& message);

// The body when it is application/trickle-ice-sdpfrag (RFC 8840); else empty.
std::string_view iceFragmentOf(const SipMessage& message);

}
