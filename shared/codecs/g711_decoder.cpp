#include "shared/codecs/g711_decoder.h"

namespace callmon {

namespace {

// Sign, three bits of segment, four of step inside it; every other bit of the code word is inverted on the wire.
constexpr std::int16_t decodeA(unsigned code)
{
    code ^= 0x55;
    const unsigned segment = code >> 4 & 7;
    int magnitude = static_cast<int>((code & 15) << 4) + 8; // the middle of the step
    if (segment > 0)
        magnitude = (magnitude + 0x100) << (segment - 1);
    return static_cast<std::int16_t>(code & 0x80 ? magnitude : -magnitude);
}

// As above with all bits inverted on the wire, and a bias of 33 (here times 4) that makes the segments powers of two.
constexpr std::int16_t decodeMu(unsigned code)
{
    code = ~code & 0xff;
    constexpr int bias = 33 * 4;
    const int magnitude = ((static_cast<int>((code & 15) << 3) + bias) << (code >> 4 & 7)) - bias;
    return static_cast<std::int16_t>(code & 0x80 ? -magnitude : magnitude);
}

template <typename Decode> constexpr std::array<std::int16_t, 256> tableOf(Decode decode)
{
    std::array<std::int16_t, 256> table {};
    for (unsigned code = 0; code < 256; ++code)
        table[code] = decode(code);
    return table;
}

constexpr auto tableA = tableOf(decodeA);
constexpr auto tableMu = tableOf(decodeMu);

}

const std::array<std::int16_t, 256>& g711Table(G711Law law)
{
    return law == G711Law::A ? tableA : tableMu;
}

std::size_t G711Decoder::decode(Bytes payload, std::vector<std::int16_t>& out)
{
    const std::size_t before = out.size();
    out.reserve(before + payload.size());
    for (const std::byte code : payload)
        out.push_back(m_table[std::to_integer<std::size_t>(code)]);
    m_concealment.received({ out.data() + before, out.size() - before });
    return 0;
}

}
