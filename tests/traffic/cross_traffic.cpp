#include "tests/traffic/cross_traffic.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t conversations = 512;
constexpr std::uint32_t smallestFrame = 64;
constexpr std::uint32_t largestFrame = 1514;
// Neither a version of RTP or RTCP nor the start of a text protocol.
constexpr std::byte filling { 0x55 };

// Test networks of RFC 5737 and RFC 3849 that no call uses.
IpAddress address(bool ipv6, bool server, std::uint32_t host)
{
    if (!ipv6)
        return IpAddress::v4((server ? 0xc6336400u : 0xc0000200u) | host);
    std::array<std::byte, 16> bytes { std::byte { 0x20 }, std::byte { 0x01 }, std::byte { 0x0d }, std::byte { 0xb8 } };
    bytes[5] = std::byte { static_cast<unsigned char>(server ? 0x98 : 0x97) };
    bytes[15] = static_cast<std::byte>(host);
    return IpAddress::v6(bytes);
}

}

CrossTraffic::CrossTraffic(std::uint64_t seed, double ipv6Share, std::optional<std::uint16_t> vlan)
    : m_random(mixBits(seed) + 1)
    , m_builder(vlan)
{
    std::ranges::fill(m_builder.payload(), filling);
    for (std::uint32_t i = 0; i < conversations; ++i) {
        const bool ipv6 = m_random.chance(ipv6Share);
        const Endpoint client { address(ipv6, false, 1 + i % 250), static_cast<std::uint16_t>(50'000 + i) };
        const Endpoint server { address(ipv6, true, 1 + m_random.below(20)), 49'200 };
        m_conversations.push_back({ { client, server },
            { static_cast<std::uint32_t>(m_random.next()), static_cast<std::uint32_t>(m_random.next()) } });
    }
}

std::span<const std::byte> CrossTraffic::next()
{
    // A third each: the smallest, the largest, any between.
    const std::uint32_t sort = m_random.below(3);
    std::size_t size = sort == 0 ? smallestFrame
        : sort == 1              ? largestFrame
                                 : smallestFrame + m_random.below(largestFrame - smallestFrame + 1);
    const std::size_t index = m_random.below(conversations);
    Conversation& conversation = m_conversations[index];
    const bool back = m_random.chance(0.5);
    const FlowKey flow = back ? FlowKey { conversation.flow.dst, conversation.flow.src } : conversation.flow;
    const bool tcp = index % 4 != 0;
    const std::size_t headers = 14 + (flow.src.ip.isV4() ? 20u : 40u) + (tcp ? 20u : 8u);
    size = std::max(size, headers + 1);
    std::span<const std::byte> frame;
    if (tcp) {
        frame = m_builder.buildTcp(flow, size - headers, { conversation.sent[back], conversation.sent[!back] });
        conversation.sent[back] += static_cast<std::uint32_t>(size - headers);
        ++m_truth.tcpFrames;
        m_truth.tcpBytes += frame.size();
    } else {
        frame = m_builder.build(flow, size - headers, Dscp::None, Side::BeforeRouter);
        ++m_truth.udpFrames;
        m_truth.udpBytes += frame.size();
    }
    return frame;
}

}
