// Ethernet, 802.1Q, IPv4 or IPv6 and UDP or TCP around a payload, with the right lengths and checksums.
#pragma once

#include "shared/base/flow_key.h"

#include <array>
#include <optional>
#include <vector>

namespace callmon {

enum class Dscp : std::uint8_t { None = 0, Signalling = 24, Voice = 46 }; // CS3 (RFC 4594 4.2) and EF (RFC 3246)

struct TcpNumbers {
    std::uint32_t sequence = 0; // of the first byte of the payload
    std::uint32_t acknowledged = 0; // the next byte wanted
};

// Where the mirror port took the frame: a mirror that sees both sides of a router delivers a packet twice, the second
// time with the router's own addresses and one hop less to live.
enum class Side : std::uint8_t { BeforeRouter, BehindRouter };

class FrameBuilder {
public:
    explicit FrameBuilder(std::optional<std::uint16_t> vlan)
        : m_vlan(vlan)
    {
    }

    // Room for a payload between the addresses; write() takes its first `length` bytes. The frame returned is valid
    // until the next call.
    static constexpr std::size_t maxPayload = 1472;
    std::span<std::byte, maxPayload> payload() { return std::span(m_buffer).subspan<maxHeaders, maxPayload>(); }
    std::span<const std::byte> build(const FlowKey& flow, std::size_t length, Dscp dscp, Side side);
    std::span<const std::byte> buildTcp(const FlowKey& flow, std::size_t length, const TcpNumbers& numbers);

    std::size_t tagSize() const { return m_vlan ? 4 : 0; }

private:
    static constexpr std::size_t maxHeaders = 14 + 4 + 40 + 20;
    // Both return where what they wrote ends, or begins.
    std::byte* writeNetwork(
        std::byte* start, const FlowKey& flow, unsigned protocol, unsigned length, Dscp dscp, Side side);
    std::byte* startOf(bool v4, std::size_t transportHeader);

    std::array<std::byte, maxHeaders + maxPayload> m_buffer {};
    std::optional<std::uint16_t> m_vlan;
    std::uint16_t m_identification = 0;
};

}
