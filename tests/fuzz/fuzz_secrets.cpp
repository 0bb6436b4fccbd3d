// The input is one message that is to be kept: lines stay lines, and what changes in it becomes a '*'.
#include "engine/records/message_secrets.h"
#include "engine/records/pressed_keys.h"
#include "tests/fuzz/require.h"

#include <string>

using namespace callmon;

namespace {

template <typename Blank> void check(const std::string& message, Blank&& blank)
{
    std::string once = message;
    blank(std::span(once));
    for (std::size_t i = 0; i < message.size(); ++i)
        require(once[i] == message[i] || (once[i] == '*' && message[i] != '\r' && message[i] != '\n'));
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string message(reinterpret_cast<const char*>(data), size);
    check(message, [](std::span<char> text) { blankSecrets(text); });
    check(message, [](std::span<char> text) { blankKeysOfSip(text); });
    std::string skinny = message;
    blankKeysOfSkinny(skinny);
    std::string events = message;
    blankKeysOfEvents(std::as_writable_bytes(std::span(events)));
    return 0;
}
