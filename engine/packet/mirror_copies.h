// Tells a frame that holds the same packet as one that came just before it: a mirror delivers a packet once for each
// port, VLAN or side of a router that it watches.
#pragma once

#include "engine/packet/frame_classifier.h"
#include "shared/base/seeded_hash.h"
#include "shared/base/units.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

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
    [[gnu::always_inline]] Packet packetOf(Bytes frame, const FrameClass& found) const
    {
        Packet packet;
        if (!isRtp(frame, found, packet))
            packet = unusualPacketOf(frame, found);
        __builtin_prefetch(&m_buckets[packet.hash % buckets], 1);
        return packet;
    }

    // Remembers it, unless it is a copy. At 5 million packets a second three of a bucket's eight are from the last 20
    // ms, and one in 10^11 is taken for a copy of another by chance.
    bool isCopy(const Packet& packet, Timestamp arrival);

private:
    static constexpr std::size_t buckets = 32'768;
    static constexpr std::size_t rtpBytes = 16; // the header and a little: with IPv4 all in the frame's first line

    bool isRtp(Bytes frame, const FrameClass& found, Packet& packet) const;
    Packet unusualPacketOf(Bytes frame, const FrameClass& found) const; // that is not RTP
    std::uint64_t addressesOf(Bytes ip, bool isV4) const
    {
        return isV4 ? wordAt<std::uint64_t>(ip, 12)
                    : m_hash(wordAt<std::uint64_t>(ip, 8), wordAt<std::uint64_t>(ip, 16), wordAt<std::uint64_t>(ip, 24),
                        wordAt<std::uint64_t>(ip, 32));
    }

    // One line of the cache: eight packets, the newest first, each with half of its hash and the time. Apart, so that
    // four halves are compared at once.
    struct alignas(64) Bucket {
        std::array<std::uint32_t, 8> hashes {};
        std::array<std::uint32_t, 8> times {}; // and more of the hash
    };
    static_assert(buckets * sizeof(Bucket) == 2 << 20); // one huge page: else looking up where it is costs as much
    struct Free {
        void operator()(Bucket* all) const { std::free(all); }
    };
    static std::unique_ptr<Bucket[], Free> makeBuckets();

    std::unique_ptr<Bucket[], Free> m_buckets = makeBuckets();
    SeededHash m_hash;
};

// A copy of which more was captured, or less, is none: what is kept is never the poorer one.
constexpr std::uint64_t copyNumbers(std::uint64_t ports, std::uint64_t identification, std::size_t captured)
{
    return ports << 32 | identification << 16 | (captured & 0xffff);
}

// What nearly all packets are, with few questions.
inline bool MirrorCopies::isRtp(Bytes frame, const FrameClass& found, Packet& packet) const
{
    if (found.kind != FrameKind::Media)
        return false;
    const UdpLayout& udp = found.udp;
    const std::size_t captured = std::min<std::size_t>(frame.size() - udp.payload, udp.wirePayloadSize);
    if (captured < rtpBytes || isRtcp(frame, udp))
        return false;
    const bool isV4 = byteAt(frame, udp.ip) >> 4 == 4;
    const std::uint64_t identification = isV4 ? big16(frame, udp.ip + 4u) : 0;
    packet.hash = m_hash(addressesOf(frame.subspan(udp.ip), isV4),
        copyNumbers(wordAt<std::uint32_t>(frame, udp.payload - udpHeaderSize), identification, captured),
        wordAt<std::uint64_t>(frame, udp.payload), wordAt<std::uint64_t>(frame, udp.payload + 8u));
    packet.isNumbered = true;
    return true;
}

}
