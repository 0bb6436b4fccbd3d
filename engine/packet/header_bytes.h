// Fields of a header at offsets that the caller has checked against its size: one check for a whole header, not one a
// field.
#pragma once

#include "shared/base/byte_reader.h"

#include <cassert>
#include <cstring>

namespace callmon {

inline std::uint8_t byteAt(Bytes bytes, std::size_t at)
{
    assert(at < bytes.size());
    return std::to_integer<std::uint8_t>(bytes.data()[at]);
}

inline std::uint16_t big16(Bytes bytes, std::size_t at)
{
    assert(at + 2 <= bytes.size());
    std::uint16_t value = 0;
    std::memcpy(&value, bytes.data() + at, 2);
    return __builtin_bswap16(value);
}

// In memory order: to compare and to hash.
template <typename Word> inline Word wordAt(Bytes bytes, std::size_t at)
{
    assert(at + sizeof(Word) <= bytes.size());
    Word value {};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

}
