// The input is one message, as a framer cuts it out of a stream.
#include "engine/signalling/skinny_message.h"

#include <cstdlib>

namespace {

using namespace callmon;

std::span<const std::byte> input;

// A view is empty or lies in the message.
void check(std::string_view view)
{
    const char* const begin = reinterpret_cast<const char*>(input.data());
    if (!view.empty() && (view.data() < begin || view.data() + view.size() > begin + input.size()))
        std::abort();
}

void check(const SkinnyRegister& body)
{
    check(body.device);
}
void check(const SkinnyDialed& body)
{
    check(body.number);
}
void check(const SkinnyCallInfo& body)
{
    for (const std::string_view view :
        { body.callingNumber, body.callingName, body.calledNumber, body.calledName, body.originalCalledNumber })
        check(view);
}
void check(const SkinnyStatisticsRequest& body)
{
    check(body.number);
}
void check(const SkinnyStatistics& body)
{
    check(body.number);
}
void check(const SkinnyStartTransmit& body)
{
    if (body.payloadType > 127 || body.eventPayloadType > 127)
        std::abort();
    skinnyCodec(body.codec);
}
template <typename Other> void check(const Other&) { }

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input = std::as_bytes(std::span(data, size));
    if (const auto message = parseSkinny(input))
        std::visit([](const auto& body) { check(body); }, message->body);
    return 0;
}
