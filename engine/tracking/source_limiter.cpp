#include "engine/tracking/source_limiter.h"

#include <algorithm>

namespace callmon {

SourceLimiter::SourceLimiter(std::uint32_t callsPerSecond, std::uint64_t hashSeed)
    : m_rate(callsPerSecond)
    , m_hash(hashSeed)
    , m_sets(callsPerSecond == 0 ? 0 : sets)
{
}

bool SourceLimiter::admits(const IpAddress& source, Timestamp now)
{
    if (m_sets.empty())
        return true;
    auto& set = m_sets[m_hash(Endpoint { source, 0 }) % sets];
    auto* bucket = std::find_if(set.begin(), set.end(), [&](const Bucket& b) { return b.used && b.source == source; });
    if (bucket == set.end()) {
        bucket = std::min_element(set.begin(), set.end(),
            [](const Bucket& a, const Bucket& b) { return a.used == b.used ? a.filledAt < b.filledAt : !a.used; });
        *bucket = { source, now, m_rate, true };
    }
    const std::chrono::duration<double> passed = now - bucket->filledAt;
    if (passed.count() < 0) // the clock stepped back
        bucket->filledAt = now;
    else if (passed.count() > 0) {
        bucket->tokens = std::min(m_rate, bucket->tokens + passed.count() * m_rate);
        bucket->filledAt = now;
    }
    if (bucket->tokens < 1)
        return false;
    bucket->tokens -= 1;
    return true;
}

}
