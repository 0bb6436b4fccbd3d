#include "console/models/sort_rank.h"

#include <bit>
#include <cmath>

namespace callmon {

SortRank rankOf(double number, bool descending)
{
    if (std::isnan(number))
        return unknownRank;
    constexpr std::uint64_t sign = std::uint64_t(1) << 63;
    const auto bits = std::bit_cast<std::uint64_t>(number + 0.0); // of two zeros one
    const std::uint64_t rank = bits & sign ? ~bits : bits | sign;
    return { descending ? ~rank : rank, 0 };
}

SortRank rankOf(std::string_view text, bool descending)
{
    if (text.empty())
        return unknownRank;
    SortRank rank {};
    for (std::size_t i = 0; i < 16; ++i) {
        const std::uint64_t byte = i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
        rank[i / 8] = rank[i / 8] << 8 | byte;
    }
    return descending ? SortRank { ~rank[0], ~rank[1] } : rank;
}

}
