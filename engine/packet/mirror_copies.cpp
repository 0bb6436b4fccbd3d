#include "engine/packet/mirror_copies.h"

#include "engine/packet/header_bytes.h"
#include "engine/packet/udp_header.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t buckets = 32'768; // 2 MiB
constexpr unsigned timeBits = 28; // of 65 us: 4.9 h until an old entry could be taken for a new one
constexpr std::uint64_t timeMask = (std::uint64_t { 1 } << timeBits) - 1;

constexpr std::uint64_t ticksOf(std::chrono::nanoseconds time)
{
    return static_cast<std::uint64_t>(time.count()) >> 16;
}

constexpr std::uint64_t copyTicks = ticksOf(MirrorCopies::copyWithin);
constexpr std::uint64_t unnumberedTicks = ticksOf(MirrorCopies::unnumberedWithin);

std::string_view textOf(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
}

// Behind the IP header, without the padding of short Ethernet frames.
Bytes carriedBy(Bytes ip, bool isV4)
{
    constexpr std::size_t ipv6HeaderSize = 40;
    const std::size_t header = isV4 ? 4u * (byteAt(ip, 0) & 0x0fu) : ipv6HeaderSize;
    const std::size_t size = isV4 ? big16(ip, 2) : ipv6HeaderSize + big16(ip, 4);
    return ip.first(std::min(ip.size(), size)).subspan(header);
}

}

MirrorCopies::MirrorCopies(std::uint64_t seed)
    : m_buckets(buckets)
    , m_hash(seed)
{
}

MirrorCopies::Packet MirrorCopies::packetOf(Bytes frame, const FrameClass& found) const
{
    constexpr std::size_t rtpBytes = 16; // the header and a little: with IPv4 all in the frame's first cache line
    constexpr std::size_t pieceBegin = 64; // sequence numbers, checksums and options of TCP and SCTP
    constexpr std::size_t pieceEnd = 16;
    const Bytes ip = frame.subspan(found.udp.ip);
    const bool isV4 = byteAt(ip, 0) >> 4 == 4;
    const std::uint64_t addresses = isV4 ? wordAt<std::uint64_t>(ip, 12)
                                         : m_hash(wordAt<std::uint64_t>(ip, 8), wordAt<std::uint64_t>(ip, 16),
                                             wordAt<std::uint64_t>(ip, 24), wordAt<std::uint64_t>(ip, 32));
    const std::uint64_t identification = isV4 ? big16(ip, 4) : 0;
    // A copy of which more was captured, or less, is none: what is kept is never the poorer one.
    const auto numbers = [&](std::uint64_t ports, std::size_t captured) {
        return ports << 32 | identification << 16 | (captured & 0xffff);
    };
    Packet packet { .isNumbered = identification != 0 };
    if (found.kind == FrameKind::Piece) {
        const Bytes piece = carriedBy(ip, isV4);
        const std::uint64_t fragment = isV4 ? big16(ip, 6) : 0;
        packet.hash = m_hash(addresses, numbers(fragment << 8 | byteAt(ip, isV4 ? 9 : 6), piece.size()),
            m_hash(textOf(piece.first(std::min(piece.size(), pieceBegin)))),
            m_hash(textOf(piece.last(std::min(piece.size(), pieceEnd)))));
    } else {
        const std::uint32_t ports = wordAt<std::uint32_t>(frame, found.udp.payload - udpHeaderSize);
        const Bytes behind = frame.subspan(found.udp.payload);
        const Bytes payload = behind.first(std::min<std::size_t>(behind.size(), found.udp.wirePayloadSize));
        const bool isRtp = found.kind == FrameKind::Media && payload.size() >= rtpBytes && !isRtcp(frame, found.udp);
        packet.isNumbered = packet.isNumbered || isRtp;
        packet.hash = isRtp ? m_hash(addresses, numbers(ports, payload.size()), wordAt<std::uint64_t>(payload, 0),
                          wordAt<std::uint64_t>(payload, 8))
                            : m_hash(addresses, numbers(ports, payload.size()), m_hash(textOf(payload)), 0);
    }
    __builtin_prefetch(&m_buckets[packet.hash % buckets], 1);
    return packet;
}

bool MirrorCopies::isCopy(const Packet& packet, Timestamp arrival)
{
    const std::uint64_t within = packet.isNumbered ? copyTicks : unnumberedTicks;
    const std::uint64_t now = ticksOf(arrival.time_since_epoch());
    auto& entries = m_buckets[packet.hash % buckets].entries;
    bool isKnown = false;
    for (const std::uint64_t entry : entries) {
        const bool isSame = entry >> timeBits == packet.hash >> timeBits;
        isKnown |= isSame & (((now - entry + within) & timeMask) <= 2 * within);
    }
    if (isKnown)
        return true;
    std::copy_backward(entries.begin(), entries.end() - 1, entries.end());
    entries[0] = (packet.hash & ~timeMask) | (now & timeMask);
    return false;
}

}
