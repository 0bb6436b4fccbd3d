// Tells a call that somebody makes again because the one before was short or failed.
#pragma once

#include "shared/base/seeded_hash.h"

#include <array>
#include <vector>

namespace callmon {

class RepeatedCalls {
public:
    // The seed keeps anybody from choosing numbers that push others out; no figure depends on it.
    RepeatedCalls(std::chrono::seconds within, std::uint64_t seed);

    void ended(std::string_view caller, std::string_view callee, Timestamp at); // a short or failed call
    void settled(std::string_view caller, std::string_view callee); // they have talked since
    bool isRepeated(std::string_view caller, std::string_view callee, Timestamp begins) const;
    std::uint64_t forgotten() const { return m_forgotten; } // too early: more pairs than there is room for

    static constexpr std::size_t mostPairs = 131'072;

private:
    struct Pair {
        std::uint64_t hash = 0; // of both numbers; 0: none
        std::int64_t endedAtNs = 0;
    };
    using Bucket = std::array<Pair, 4>; // one line of the cache
    std::uint64_t hashOf(std::string_view caller, std::string_view callee) const;
    std::size_t placeOf(std::uint64_t hash) const { return hash % m_buckets.size(); }

    Nanoseconds m_within;
    SeededHash m_hash;
    std::vector<Bucket> m_buckets;
    std::uint64_t m_forgotten = 0;
};

}
