// Transport addresses and the pair of them that a datagram carries.
#pragma once

#include "shared/base/ip_address.h"

#include <cstring>

namespace callmon {

struct Endpoint {
    IpAddress ip;
    std::uint16_t port = 0;
    bool operator==(const Endpoint&) const = default;
    auto operator<=>(const Endpoint&) const = default;
};

struct FlowKey { // as the packet names them: not ordered, so the two directions differ
    Endpoint src;
    Endpoint dst;
    bool operator==(const FlowKey&) const = default;
};

// "10.0.0.1:5060", "[2001:db8::1]:5060"
std::string toString(const Endpoint& endpoint);

// 64 well-mixed bits for the tables keyed by media address; the same on every run of the program.
inline std::uint64_t hashOf(const Endpoint& endpoint)
{
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, endpoint.ip.bytes().data(), 8);
    std::memcpy(&low, endpoint.ip.bytes().data() + 8, 8);
    // Multiply-xorshift finaliser (MurmurHash3 fmix64) over the three words.
    const auto mix = [](std::uint64_t x) {
        x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
        x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
        return x ^ x >> 33;
    };
    return mix(low ^ mix(high ^ 0x9e3779b97f4a7c15ULL * (endpoint.port + 1ULL)));
}

}
