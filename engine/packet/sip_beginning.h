// Whether bytes can be the beginning of a SIP message.
#pragma once

#include "shared/base/byte_reader.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace callmon {

namespace sip_beginning {

constexpr std::uint32_t letters = [] { // that the words below begin with, a bit each
    std::uint32_t all = 0;
    for (const char letter : std::string_view("ABCIMNOPRSU"))
        all |= 1u << (letter - 'A');
    return all;
}();

// One test that nearly all that is not SIP fails.
constexpr bool canBegin(std::byte first)
{
    const auto value = std::to_integer<unsigned>(first);
    return value == '\r' || value == '\n' || (value - 'A' < 26 && (letters >> (value - 'A') & 1) != 0);
}

// What a SIP message starts with: its version, or a method of RFC 3261, 3262, 3311, 3515, 6665, 6086, 3428, 3903; CRLFs
// of a keep-alive (RFC 5626 3.5.1) may come before. Four letters are enough to let a parser decide.
inline bool wordBegins(Bytes payload)
{
    constexpr std::size_t keepAliveAtMost = 8;
    for (std::size_t skipped = 0; skipped < keepAliveAtMost && !payload.empty()
         && (payload.front() == std::byte { '\r' } || payload.front() == std::byte { '\n' });
         ++skipped)
        payload = payload.subspan(1);
    if (payload.size() < 4)
        return false;
    const std::string_view start(reinterpret_cast<const char*>(payload.data()), 4);
    static constexpr std::array<std::string_view, 15> starts { "SIP/", "INVI", "ACK ", "BYE ", "CANC", "REGI", "OPTI",
        "PRAC", "UPDA", "REFE", "NOTI", "SUBS", "INFO", "MESS", "PUBL" };
    return std::find(starts.begin(), starts.end(), start) != starts.end();
}

}

inline bool beginsLikeSip(Bytes payload)
{
    return !payload.empty() && sip_beginning::canBegin(payload.front()) && sip_beginning::wordBegins(payload);
}

}
