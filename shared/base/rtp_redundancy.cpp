#include "shared/base/rtp_redundancy.h"

#include <algorithm>
#include <functional>

namespace callmon {

std::optional<RedundantBlocks> parseRedundancy(Bytes payload, Stored stored)
{
    RedundantBlocks found;
    std::array<std::size_t, RedundantBlocks::most> sizes {};
    ByteReader in(payload);
    for (;; ++found.m_redundant) { // RFC 2198 3
        const unsigned first = in.u8();
        if (!in.ok() || found.m_redundant == found.m_blocks.size())
            return std::nullopt;
        RedundantBlock& block = found.m_blocks[found.m_redundant];
        block.payloadType = static_cast<std::uint8_t>(first & 0x7f);
        if ((first & 0x80) == 0)
            break;
        const unsigned high = in.u8(); // 14 bits of offset, 10 bits of size
        const unsigned low = in.u16();
        block.behind = static_cast<std::uint16_t>(high << 6 | low >> 10);
        sizes[found.m_redundant] = low & 0x3ff;
    }
    for (std::size_t i = 0; i < found.m_redundant; ++i) {
        if (sizes[i] > in.left() && stored == Stored::Whole)
            return std::nullopt;
        found.m_blocks[i].payload = in.take(std::min(sizes[i], in.left()));
    }
    found.m_blocks[found.m_redundant].payload = in.rest();
    std::ranges::stable_sort(
        std::span(found.m_blocks).first(found.m_redundant), std::greater<>(), &RedundantBlock::behind);
    return found;
}

}
