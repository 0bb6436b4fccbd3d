#include "shared/calls/call_key.h"

namespace callmon {

CallKey makeCallKey(Timestamp start, std::string_view callId, CallKey last)
{
    std::uint64_t hash = 0xcbf29ce484222325ULL; // FNV-1a
    for (const char c : callId)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash ^= hash >> 32;
    std::int64_t value = (nanosecondsSinceEpoch(start) & ~callKeyHashMask)
        | static_cast<std::int64_t>(hash & static_cast<std::uint64_t>(callKeyHashMask));
    // Calls that share a microsecond, or frames slightly out of order: the next free value. Further back it is free.
    constexpr std::int64_t oneMillisecond = 1'000'000;
    if (value <= last.value && last.value - value < oneMillisecond)
        value = last.value + 1;
    return { value };
}

}
