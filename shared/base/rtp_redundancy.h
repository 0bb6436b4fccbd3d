// RTP payloads that carry others: the primary and, so that a loss costs nothing, what was sent before. RFC 2198.
#pragma once

#include "shared/base/rtp_header.h"

#include <array>
#include <span>

namespace callmon {

struct RedundantBlock {
    std::uint8_t payloadType = 0; // 0 to 127
    std::uint16_t behind = 0; // ticks before the packet's timestamp; 0 of the primary
    Bytes payload;
};

class RedundantBlocks {
public:
    static constexpr std::size_t most = 16; // senders repeat what they sent two to five times (RFC 4733 5.2, RFC 4103)

    const RedundantBlock& primary() const { return m_blocks[m_redundant]; }
    std::span<const RedundantBlock> redundant() const { return std::span(m_blocks).first(m_redundant); } // oldest first

private:
    friend std::optional<RedundantBlocks> parseRedundancy(Bytes payload, Stored stored);
    std::array<RedundantBlock, most> m_blocks; // the primary last
    std::size_t m_redundant = 0;
};

// Empty when the headers or the blocks that they announce reach past the end, or are more than are followed. Of a
// packet that the capture cut short, the blocks are what there is of them.
std::optional<RedundantBlocks> parseRedundancy(Bytes payload, Stored stored = Stored::Whole);

}
