// What else passes a mirror port: TCP and UDP that are no VoIP, in frames of 64 to 1,514 bytes and a tag.
#pragma once

#include "tests/traffic/frame_builder.h"
#include "tests/traffic/random.h"

#include <vector>

namespace callmon {

struct CrossTruth {
    std::uint64_t tcpFrames = 0;
    std::uint64_t tcpBytes = 0; // of frames
    std::uint64_t udpFrames = 0;
    std::uint64_t udpBytes = 0;
};

class CrossTraffic {
public:
    CrossTraffic(std::uint64_t seed, double ipv6Share, std::optional<std::uint16_t> vlan);

    // Valid until the next call. A connection's numbers go on from one of its segments to the next.
    std::span<const std::byte> next();
    const CrossTruth& truth() const { return m_truth; }

private:
    struct Conversation {
        FlowKey flow;
        std::uint32_t sent[2] {}; // bytes, by direction: TCP sequence numbers
    };

    Random m_random;
    FrameBuilder m_builder;
    std::vector<Conversation> m_conversations;
    CrossTruth m_truth;
};

}
