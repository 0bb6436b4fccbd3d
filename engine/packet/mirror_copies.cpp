#include "engine/packet/mirror_copies.h"

#include "engine/packet/header_bytes.h"
#include "engine/packet/udp_header.h"

#include <bit>
#include <new>
#include <sys/mman.h>

namespace callmon {

namespace {

constexpr unsigned timeBits = 24; // of 65 us: 18 min until an old packet that is the same could be taken for a new one
constexpr std::uint32_t timeMask = (1u << timeBits) - 1;

constexpr std::uint32_t ticksOf(std::chrono::nanoseconds time)
{
    return static_cast<std::uint32_t>(time.count() >> 16);
}

constexpr std::uint32_t copyTicks = ticksOf(MirrorCopies::copyWithin);
constexpr std::uint32_t unnumberedTicks = ticksOf(MirrorCopies::unnumberedWithin);

std::string_view textOf(Bytes bytes)
{
    return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
}

// Behind the IP header, without the padding of short Ethernet frames.
Bytes carriedBy(Bytes ip, bool isV4)
{
    constexpr std::size_t ipv6HeaderSize = 40;
    const std::size_t header = isV4 ? 4u * (byteAt(ip, 0) & 0x0fu) : ipv6HeaderSize;
    const std::size_t total = isV4 ? big16(ip, 2) : ipv6HeaderSize + big16(ip, 4);
    const std::size_t size = total == 0 ? ip.size() : total; // left to the sending card
    return ip.first(std::min(ip.size(), size)).subspan(header);
}

using EightWords = std::array<std::uint32_t, 8>;

[[gnu::always_inline]] inline bool holds(const EightWords& words, std::uint32_t wanted)
{
    using FourWords = std::uint32_t __attribute__((vector_size(16)));
    const auto halves = std::bit_cast<std::array<FourWords, 2>>(words);
    using SixteenBytes = char __attribute__((vector_size(16)));
    return __builtin_ia32_pmovmskb128(SixteenBytes((halves[0] == wanted) | (halves[1] == wanted))) != 0;
}

// The oldest, the last, goes. By fours: copy_backward() would be a call.
[[gnu::always_inline]] inline void putFirst(EightWords& words, std::uint32_t word)
{
    std::array<std::uint32_t, 4> first {};
    std::array<std::uint32_t, 4> rest {};
    std::copy_n(words.begin(), 4, first.begin());
    std::copy_n(words.begin() + 3, 4, rest.begin());
    words[0] = word;
    std::copy_n(first.begin(), 4, words.begin() + 1);
    std::copy_n(rest.begin(), 4, words.begin() + 4);
}

}

MirrorCopies::MirrorCopies(std::uint64_t seed)
    : m_hash(seed)
{
}

std::unique_ptr<MirrorCopies::Bucket[], MirrorCopies::Free> MirrorCopies::makeBuckets()
{
    constexpr std::size_t bytes = buckets * sizeof(Bucket);
    void* const memory = std::aligned_alloc(bytes, bytes);
    if (!memory)
        throw std::bad_alloc(); // at start only, like any other allocation
    static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE)); // works without, too
    std::unique_ptr<Bucket[], Free> made(static_cast<Bucket*>(memory));
    std::uninitialized_value_construct_n(made.get(), buckets);
    return made;
}

MirrorCopies::Packet MirrorCopies::unusualPacketOf(Bytes frame, const FrameClass& found) const
{
    constexpr std::size_t pieceBegin = 64; // sequence numbers, checksums and options of TCP and SCTP
    constexpr std::size_t pieceEnd = 16;
    const Bytes ip = frame.subspan(found.udp.ip);
    const bool isV4 = byteAt(ip, 0) >> 4 == 4;
    const std::uint64_t addresses = addressesOf(ip, isV4);
    const std::uint64_t identification = isV4 ? big16(ip, 4) : 0;
    const auto numbers = [&](std::uint64_t ports, std::size_t captured) {
        return copyNumbers(ports, identification, captured);
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
        packet.hash = m_hash(addresses, numbers(ports, payload.size()), m_hash(textOf(payload)), 0);
    }
    return packet;
}

bool MirrorCopies::isCopy(const Packet& packet, Timestamp arrival)
{
    Bucket& bucket = m_buckets[packet.hash % buckets];
    const auto half = static_cast<std::uint32_t>(packet.hash >> 32);
    const std::uint32_t now = ticksOf(arrival.time_since_epoch()) & timeMask;
    const std::uint32_t more = static_cast<std::uint32_t>(packet.hash) & ~timeMask;
    if (holds(bucket.hashes, half)) {
        const std::uint32_t within = packet.isNumbered ? copyTicks : unnumberedTicks;
        for (std::size_t i = 0; i < bucket.hashes.size(); ++i) {
            const std::uint32_t time = bucket.times[i];
            if (bucket.hashes[i] == half && (time & ~timeMask) == more
                && ((now - time + within) & timeMask) <= 2 * within)
                return true;
        }
    }
    putFirst(bucket.hashes, half);
    putFirst(bucket.times, more | now);
    return false;
}

}
