// TCP connections that were seen to carry SIP on ports that nobody configured: by a segment that begins with a message,
// with a frame of a WebSocket that does, or with a handshake that names it (RFC 7118 4). Their other segments are read
// as well; without, only messages of one segment would be found there.
#pragma once

#include "shared/base/byte_reader.h"

#include <array>
#include <vector>

namespace callmon {

// Strict: one word too many, and a long transfer of something else is put together for nothing.
bool opensSipConnection(Bytes payload);

// Remembers about 16,000; who was added longest ago is forgotten for another. That two connections look the same may
// happen: then segments are read that are nobody's.
class SipConnections {
public:
    SipConnections()
        : m_buckets(buckets)
    {
    }

    // The same for both directions. `segment`: the ports at least.
    static std::uint64_t keyOf(Bytes ip, Bytes segment);

    bool has(std::uint64_t key) const
    {
        const std::uint32_t mark = markOf(key);
        bool found = false;
        for (const std::uint32_t one : m_buckets[key % buckets].marks)
            found |= one == mark;
        return found;
    }
    void add(std::uint64_t key);

private:
    static constexpr std::size_t buckets = 1024; // 64 KiB
    struct alignas(64) Bucket {
        std::array<std::uint32_t, 16> marks {}; // newest first
    };

    static std::uint32_t markOf(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 32) | 1u; } // 0: none

    std::vector<Bucket> m_buckets;
};

}
