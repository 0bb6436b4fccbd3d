// The input is one message, as one datagram carries it.
#include "engine/signalling/sdp.h"
#include "engine/signalling/sip_message.h"

#include <cstdlib>

namespace {

// A view is empty or lies in the message. Reads its bytes, for the sanitizer.
void check(std::string_view view, std::string_view message)
{
    if (view.empty())
        return;
    if (view.data() < message.data() || view.data() + view.size() > message.data() + message.size())
        std::abort();
    unsigned sum = 0;
    for (const char c : view)
        sum += static_cast<unsigned char>(c);
    volatile unsigned sink = sum;
    static_cast<void>(sink);
}

void check(const callmon::SipAddress& address, std::string_view message)
{
    for (const std::string_view view : { address.displayName, address.uri, address.user, address.host, address.tag })
        check(view, message);
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    callmon::looksLikeSip(std::as_bytes(std::span(data, size)));
    const auto message = callmon::parseSip(text);
    if (!message)
        return 0;
    const bool hasStatus = message->status >= 100 && message->status <= 699;
    if (message->callId.empty() || message->isRequest == hasStatus || (!message->isRequest && message->status == 0))
        std::abort();
    check(message->from, text);
    check(message->to, text);
    const std::string_view sdp = callmon::sdpOf(*message);
    for (const std::string_view view : { message->requestUri, message->callId, message->viaBranch, message->contact,
             message->contentType, message->body, sdp })
        check(view, text);
    if (message->contentLength && message->body.size() > *message->contentLength)
        std::abort();
    callmon::parseSdp(sdp);
    return 0;
}
