// Sums over the last so many seconds, at a cost that does not depend on how many.
#pragma once

#include "shared/calls/service_window.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace callmon {

struct ServicePart { // of a short time
    ServiceSums sums;
    ServicePeaks peaks;

    ServicePart& operator+=(const ServicePart& later)
    {
        sums += later.sums;
        peaks.raiseTo(later.peaks);
        return *this;
    }
};

// A ring of buckets of some ticks each, the newest being filled: what comes is added to the sum, what leaves taken off
// it. With one tick to a bucket the window is exact; with more it is shorter by what the newest bucket still lacks.
class SlidingWindow {
public:
    SlidingWindow(std::size_t buckets, std::int64_t ticksPerBucket)
        : m_buckets(buckets)
        , m_ticksPerBucket(ticksPerBucket)
    {
    }

    // Ticks are counted from 1970 on; time does not go back.
    void add(std::int64_t tick, const ServicePart& part)
    {
        advanceTo(tick);
        m_buckets[placeOf(m_newest)] += part;
        m_sums += part.sums;
    }
    void advanceTo(std::int64_t tick)
    {
        const std::int64_t newest = tick / m_ticksPerBucket;
        assert(newest >= m_newest);
        const auto count = static_cast<std::int64_t>(m_buckets.size());
        for (std::int64_t bucket = std::max(m_newest + 1, newest - count + 1); bucket <= newest; ++bucket) {
            ServicePart& leaving = m_buckets[placeOf(bucket)];
            m_sums -= leaving.sums;
            leaving = {};
        }
        m_newest = newest;
    }
    void clear()
    {
        std::ranges::fill(m_buckets, ServicePart {});
        m_sums = {};
        m_newest = 0;
    }

    const ServiceSums& sums() const { return m_sums; }
    ServicePeaks peaks() const // looks through all buckets
    {
        ServicePeaks peaks;
        for (const ServicePart& bucket : m_buckets)
            peaks.raiseTo(bucket.peaks);
        return peaks;
    }
    std::int64_t firstTick() const
    {
        return (m_newest + 1 - static_cast<std::int64_t>(m_buckets.size())) * m_ticksPerBucket;
    }

private:
    std::size_t placeOf(std::int64_t bucket) const { return static_cast<std::size_t>(bucket) % m_buckets.size(); }

    std::vector<ServicePart> m_buckets;
    ServiceSums m_sums;
    std::int64_t m_ticksPerBucket;
    std::int64_t m_newest = 0; // bucket, counted from 1970
};

}
