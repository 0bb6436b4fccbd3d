#include "engine/storage/crc32c.h"

#include <array>
#include <cstring>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace callmon {

namespace {

constexpr std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> values {};
    for (std::uint32_t i = 0; i < values.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = value >> 1 ^ (value & 1 ? 0x82f63b78u : 0); // the polynomial, bits reversed
        values[i] = value;
    }
    return values;
}();

std::uint32_t byTable(Bytes bytes, std::uint32_t crc)
{
    for (const std::byte byte : bytes)
        crc = crc >> 8 ^ table[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
    return crc;
}

#if defined(__x86_64__)
// The instruction takes a new operand each cycle and gives its result after three: three pieces are summed side by side
// and put together, each shifted by the length of those behind it (a linear map: one table for each byte of a sum).
constexpr std::size_t piece = 1344; // twice three of them are all but 36 bytes of a full chunk of G.711
static_assert(piece % 8 == 0);

constexpr std::array<std::array<std::uint32_t, 256>, 4> shiftedByPiece = [] {
    std::array<std::uint32_t, 32> bits {};
    for (std::size_t bit = 0; bit < bits.size(); ++bit) {
        bits[bit] = 1u << bit;
        for (std::size_t zeros = 0; zeros < piece; ++zeros)
            bits[bit] = bits[bit] >> 8 ^ table[bits[bit] & 0xff];
    }
    std::array<std::array<std::uint32_t, 256>, 4> tables {};
    for (std::size_t byte = 0; byte < tables.size(); ++byte)
        for (std::size_t value = 0; value < 256; ++value)
            for (std::size_t bit = 0; bit < 8; ++bit)
                tables[byte][value] ^= (value >> bit & 1) != 0 ? bits[8 * byte + bit] : 0;
    return tables;
}();

std::uint32_t shifted(std::uint32_t crc)
{
    return shiftedByPiece[0][crc & 0xff] ^ shiftedByPiece[1][crc >> 8 & 0xff] ^ shiftedByPiece[2][crc >> 16 & 0xff]
        ^ shiftedByPiece[3][crc >> 24];
}

std::uint64_t wordAt(const std::byte* at)
{
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// The processor's own instruction, where the table takes some twenty cycles for eight bytes.
__attribute__((target("sse4.2"))) std::uint32_t byProcessor(Bytes bytes, std::uint32_t crc)
{
    for (; bytes.size() >= 3 * piece; bytes = bytes.subspan(3 * piece)) {
        std::uint64_t first = crc;
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        const std::byte* const at = bytes.data();
        for (std::size_t i = 0; i < piece; i += 8) {
            first = _mm_crc32_u64(first, wordAt(at + i));
            second = _mm_crc32_u64(second, wordAt(at + piece + i));
            third = _mm_crc32_u64(third, wordAt(at + 2 * piece + i));
        }
        crc = shifted(shifted(static_cast<std::uint32_t>(first)) ^ static_cast<std::uint32_t>(second))
            ^ static_cast<std::uint32_t>(third);
    }
    std::uint64_t wide = crc;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8))
        wide = _mm_crc32_u64(wide, wordAt(bytes.data()));
    crc = static_cast<std::uint32_t>(wide);
    for (const std::byte byte : bytes)
        crc = _mm_crc32_u8(crc, std::to_integer<unsigned char>(byte));
    return crc;
}
#endif

}

std::uint32_t crc32c(Bytes bytes, std::uint32_t crc)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2"))
        return ~byProcessor(bytes, ~crc);
#endif
    return ~byTable(bytes, ~crc);
}

}
