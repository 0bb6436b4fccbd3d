// How many calls a second one source may begin: a flood of INVITEs from one address must not fill the table of calls.
#pragma once

#include "shared/base/seeded_hash.h"

#include <array>
#include <vector>

namespace callmon {

// A bucket of tokens for each source: one fills at `callsPerSecond` and holds a second's. The table is bounded: where
// many sources meet, that which was quiet longest is forgotten, with a full bucket. One thread; no allocation after the
// constructor.
class SourceLimiter {
public:
    SourceLimiter(std::uint32_t callsPerSecond, std::uint64_t hashSeed); // 0: no limit

    bool admits(const IpAddress& source, Timestamp now); // takes a token

private:
    static constexpr std::size_t ways = 4;
    static constexpr std::size_t sets = 4096;
    struct Bucket {
        IpAddress source;
        Timestamp filledAt;
        double tokens = 0;
        bool used = false;
    };

    double m_rate;
    SeededHash m_hash;
    std::vector<std::array<Bucket, ways>> m_sets;
};

}
