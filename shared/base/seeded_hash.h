// 64 well-mixed bits of what names a stream, an address or a packet. The seed is drawn at start, so that nobody can
// choose addresses or SSRCs that meet in one slot; no result depends on it.
#pragma once

#include "shared/base/flow_key.h"
#include "shared/base/units.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace callmon {

struct StreamIdentity { // one SSRC on one path
    FlowKey flow;
    Ssrc ssrc;
    bool operator==(const StreamIdentity& other) const { return is(other.flow, other.ssrc); }
    bool is(const FlowKey& otherFlow, Ssrc otherSsrc) const // in words: memcmp() would be called
    {
        const auto difference = [&](std::size_t at) {
            std::uint64_t ours = 0;
            std::uint64_t theirs = 0;
            std::memcpy(&ours, reinterpret_cast<const char*>(&flow) + at, sizeof ours);
            std::memcpy(&theirs, reinterpret_cast<const char*>(&otherFlow) + at, sizeof theirs);
            return ours ^ theirs;
        };
        return (difference(0) | difference(8) | difference(16) | difference(24) | difference(sizeof flow - 8)
                   | (ssrc.value ^ otherSsrc.value))
            == 0;
    }
};
static_assert(sizeof(FlowKey) == 36);
static_assert(sizeof(StreamIdentity) == 40); // no padding: it is compared and hashed as bytes

class SeededHash {
public:
    explicit constexpr SeededHash(std::uint64_t seed)
        : m_seeds { mixed(seed), mixed(seed + 1), mixed(seed + 2) }
    {
    }

    std::uint64_t operator()(const StreamIdentity& identity) const { return (*this)(identity.flow, identity.ssrc); }
    std::uint64_t operator()(const FlowKey& flow, Ssrc ssrc) const
    {
        std::uint64_t words[5];
        std::uint32_t last = 0;
        std::memcpy(words, &flow, 32);
        std::memcpy(&last, reinterpret_cast<const char*>(&flow) + 32, sizeof last);
        words[4] = std::uint64_t { ssrc.value } << 32 | last;
        return fold(
            fold(words[0] ^ m_seeds[0], words[1] ^ m_seeds[1]) ^ fold(words[2] ^ m_seeds[1], words[3] ^ m_seeds[2]),
            words[4] ^ m_seeds[0]);
    }
    std::uint64_t operator()(const Endpoint& endpoint) const
    {
        std::uint64_t words[2];
        std::memcpy(words, endpoint.ip.bytes().data(), sizeof words);
        return fold(fold(words[0] ^ m_seeds[0], words[1] ^ m_seeds[1]), endpoint.port ^ m_seeds[2]);
    }

    std::uint64_t operator()(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) const
    {
        return fold(fold(a ^ m_seeds[0], b ^ m_seeds[1]) ^ fold(c ^ m_seeds[1], d ^ m_seeds[2]), m_seeds[0]);
    }
    std::uint64_t operator()(std::string_view text) const
    {
        std::uint64_t hash = m_seeds[2] ^ text.size();
        for (; text.size() > 16; text.remove_prefix(16))
            hash = fold(word(text) ^ m_seeds[0] ^ hash, word(text.substr(8)) ^ m_seeds[1]);
        const std::uint64_t first = word(text);
        return fold(
            fold(first ^ m_seeds[0] ^ hash, word(text.substr(std::min<std::size_t>(8, text.size()))) ^ m_seeds[1]),
            m_seeds[2]);
    }

private:
    static std::uint64_t word(std::string_view text) // its first eight bytes, or what there is of them
    {
        std::uint64_t value = 0;
        if (!text.empty())
            std::memcpy(&value, text.data(), std::min(text.size(), sizeof value));
        return value;
    }
    // The halves of the 128-bit product, together: every bit of the result depends on every bit of both (wyhash).
    static std::uint64_t fold(std::uint64_t a, std::uint64_t b)
    {
        const auto product = static_cast<unsigned __int128>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }
    static constexpr std::uint64_t mixed(std::uint64_t x) // splitmix64
    {
        x += 0x9e3779b97f4a7c15ULL;
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
        return x ^ x >> 31;
    }

    std::uint64_t m_seeds[3];
};

}
