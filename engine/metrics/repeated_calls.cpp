#include "engine/metrics/repeated_calls.h"

namespace callmon {

RepeatedCalls::RepeatedCalls(std::chrono::seconds within, std::uint64_t seed)
    : m_within(within)
    , m_hash(seed)
    , m_buckets(mostPairs / std::tuple_size_v<Bucket>)
{
}

void RepeatedCalls::ended(std::string_view caller, std::string_view callee, Timestamp at)
{
    const std::uint64_t hash = hashOf(caller, callee);
    Bucket& bucket = m_buckets[placeOf(hash)];
    auto place = std::ranges::find(bucket, hash, &Pair::hash);
    if (place == bucket.end()) {
        place = std::ranges::min_element(bucket, {}, &Pair::endedAtNs);
        m_forgotten += place->hash != 0 && nanosecondsSinceEpoch(at) - place->endedAtNs <= m_within.count();
    }
    *place = { hash, nanosecondsSinceEpoch(at) };
}

void RepeatedCalls::settled(std::string_view caller, std::string_view callee)
{
    const std::uint64_t hash = hashOf(caller, callee);
    Bucket& bucket = m_buckets[placeOf(hash)];
    const auto place = std::ranges::find(bucket, hash, &Pair::hash);
    if (place != bucket.end())
        *place = {};
}

bool RepeatedCalls::isRepeated(std::string_view caller, std::string_view callee, Timestamp begins) const
{
    const std::uint64_t hash = hashOf(caller, callee);
    const Bucket& bucket = m_buckets[placeOf(hash)];
    const auto found = std::ranges::find(bucket, hash, &Pair::hash);
    if (found == bucket.end())
        return false;
    const std::int64_t since = nanosecondsSinceEpoch(begins) - found->endedAtNs;
    return since >= 0 && since <= m_within.count();
}

std::uint64_t RepeatedCalls::hashOf(std::string_view caller, std::string_view callee) const
{
    const std::uint64_t hash = m_hash(m_hash(caller), m_hash(callee), 0, 0);
    return hash != 0 ? hash : 1;
}

}
