// Tells a frame that holds the same packet as one that came just before it: a mirror delivers a packet once for each
// port, VLAN or side of a router that it watches.
#pragma once

#include "engine/packet/frame_classifier.h"
#include "shared/base/seeded_hash.h"
#include "shared/base/units.h"

#include <array>
#include <vector>

namespace callmon {

// The same packet has the same innermost addresses, ports, identification (RFC 791 3.1), size and bytes: of RTP its
// header, of UDP else the whole payload, of a piece its beginning and end. What changes on its way is not looked at:
// link layer, tags, tunnels, hops to live, traffic class. One whose addresses were translated is another packet.
//
// What a sender sends again has another identification. Where there is none (IPv6, or 0, as Linux sends from sockets
// that are not connected), only RTP numbers its packets; anything else is a copy only shortly behind the first.
class MirrorCopies {
public:
    static constexpr std::chrono::milliseconds copyWithin { 20 }; // either way: files are not always in order
    static constexpr std::chrono::milliseconds unnumberedWithin { 2 };

    // The seed keeps anybody from choosing packets that are taken for copies of others.
    explicit MirrorCopies(std::uint64_t seed);

    struct Packet {
        std::uint64_t hash = 0;
        bool isNumbered = false;
    };
    // Of a frame that is not dropped, with what the classifier found in it. Asks for the memory that isCopy() reads.
    Packet packetOf(Bytes frame, const FrameClass& found) const;

    // Remembers it, unless it is a copy. At 5 million packets a second three of a bucket's eight are from the last 20
    // ms, and one in 10^11 is taken for a copy of another by chance.
    bool isCopy(const Packet& packet, Timestamp arrival);

private:
    // One line of the cache: eight packets, the newest first, each with half of its hash and the time. Apart, so that
    // four halves are compared at once.
    struct alignas(64) Bucket {
        std::array<std::uint32_t, 8> hashes {};
        std::array<std::uint32_t, 8> times {}; // and more of the hash
    };
    std::vector<Bucket> m_buckets;
    SeededHash m_hash;
};

}
