// Values of a column as bytes of one size, so that tens of thousands of rows are compared without a look at them.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace callmon {

// Sixteen bytes that compare as the values do, the other way round when descending; the unknown comes last in either
// order.
using SortRank = std::array<std::uint64_t, 2>;
constexpr SortRank unknownRank { std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max() };

SortRank rankOf(double number, bool descending); // NaN: unknown
SortRank rankOf(std::string_view text, bool descending); // by its first bytes; empty: unknown

}
