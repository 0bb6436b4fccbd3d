#include "shared/calls/media_chunk.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace callmon {

static_assert(std::endian::native == std::endian::little, "the recorded layout is written as it lies in memory");

namespace {

struct PacketHeader {
    std::uint32_t sinceFirst;
    std::uint16_t size;
    std::uint16_t uncertainty;
};
static_assert(sizeof(PacketHeader) == MediaChunk::packetHeaderSize);
constexpr std::uint16_t wireSizeFollows = 0x8000;
static_assert(MediaChunk::capacity < wireSizeFollows);

struct RecordedHeader {
    std::int64_t arrival;
    std::uint32_t uncertainty;
    std::uint16_t wireSize;
    std::uint16_t storedSize;
};
static_assert(sizeof(RecordedHeader) == MediaReader::packetHeaderSize);

constexpr int mantissaBits = 11;

// Rounded up: what is kept of a bound must be one.
std::uint16_t packUncertainty(Nanoseconds uncertainty)
{
    const auto value = static_cast<std::uint64_t>(
        std::clamp<std::int64_t>(uncertainty.count(), 0, std::numeric_limits<std::uint32_t>::max()));
    int exponent = std::max(0, static_cast<int>(std::bit_width(value)) - mantissaBits);
    std::uint64_t mantissa = (value + (1ull << exponent) - 1) >> exponent;
    if (mantissa >> mantissaBits != 0) {
        mantissa >>= 1;
        ++exponent;
    }
    return static_cast<std::uint16_t>(static_cast<unsigned>(exponent) << mantissaBits | mantissa);
}

std::uint32_t unpackUncertainty(std::uint16_t packed)
{
    const std::uint64_t value = std::uint64_t { packed & ((1u << mantissaBits) - 1) } << (packed >> mantissaBits);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

template <typename Value> bool take(Bytes& from, Value& value)
{
    if (from.size() < sizeof value)
        return false;
    std::memcpy(&value, from.data(), sizeof value);
    from = from.subspan(sizeof value);
    return true;
}

}

void MediaChunk::clear(StreamKey stream)
{
    m_header = {};
    setStream(stream);
}

std::optional<MediaChunk::PackedHeader> MediaChunk::packHeader(
    const RecordedPacket& packet, std::int64_t firstArrival, std::size_t bytes)
{
    const std::int64_t sinceFirst = nanosecondsSinceEpoch(packet.arrival) - firstArrival;
    PackedHeader packed;
    packed.stored = std::min(packet.datagram.size(), capacity - packetHeaderSize - sizeof packet.wireSize);
    const bool cut = packet.wireSize != packed.stored;
    packed.size = packetHeaderSize + (cut ? sizeof packet.wireSize : 0);
    // A chunk is a second long; only a clock that was set can lead out of the offset's range.
    if (bytes + packed.size + packed.stored > capacity || sinceFirst < 0
        || sinceFirst > std::numeric_limits<std::uint32_t>::max())
        return std::nullopt;
    const PacketHeader header { static_cast<std::uint32_t>(sinceFirst),
        static_cast<std::uint16_t>(packed.stored | (cut ? wireSizeFollows : 0)), packUncertainty(packet.uncertainty) };
    std::memcpy(packed.bytes.data(), &header, sizeof header);
    std::memcpy(packed.bytes.data() + sizeof header, &packet.wireSize, sizeof packet.wireSize);
    return packed;
}

bool MediaChunk::append(const RecordedPacket& packet)
{
    if (m_header.packets == 0)
        m_header.firstArrival = nanosecondsSinceEpoch(packet.arrival);
    const auto header = packHeader(packet, m_header.firstArrival, m_header.bytes);
    if (!header)
        return false;
    std::byte* at = m_bytes.data() + m_header.bytes;
    std::copy_n(header->bytes.begin(), header->size, at);
    std::copy_n(packet.datagram.begin(), header->stored, at + header->size);
    m_header.bytes += static_cast<std::uint32_t>(header->size + header->stored);
    ++m_header.packets;
    return true;
}

Bytes MediaChunk::block(std::size_t blockSize)
{
    const std::size_t used = sizeof m_header + m_header.bytes;
    const std::size_t whole = (used + blockSize - 1) / blockSize * blockSize;
    std::memset(m_bytes.data() + m_header.bytes, 0, whole - used); // not what the chunk held for another stream
    return { reinterpret_cast<const std::byte*>(this), whole };
}

bool unpackPackets(Bytes packed, Timestamp firstArrival, std::vector<std::byte>& recorded)
{
    while (!packed.empty()) {
        PacketHeader header {};
        if (!take(packed, header))
            return false;
        const auto stored = static_cast<std::uint16_t>(header.size & ~wireSizeFollows);
        std::uint16_t wireSize = stored;
        if ((header.size & wireSizeFollows) != 0 && !take(packed, wireSize))
            return false;
        if (packed.size() < stored)
            return false;
        const RecordedHeader out { nanosecondsSinceEpoch(firstArrival) + header.sinceFirst,
            unpackUncertainty(header.uncertainty), wireSize, stored };
        const Bytes raw = std::as_bytes(std::span(&out, 1));
        recorded.insert(recorded.end(), raw.begin(), raw.end());
        recorded.insert(recorded.end(), packed.begin(), packed.begin() + stored);
        packed = packed.subspan(stored);
    }
    return true;
}

std::optional<RecordedPacket> MediaReader::next()
{
    if (m_rest.empty() || m_damaged)
        return std::nullopt;
    RecordedHeader header {};
    if (!take(m_rest, header) || m_rest.size() < header.storedSize) {
        m_damaged = true;
        return std::nullopt;
    }
    RecordedPacket packet;
    packet.arrival = timestampFromNanoseconds(header.arrival);
    packet.uncertainty = Nanoseconds(header.uncertainty);
    packet.wireSize = header.wireSize;
    packet.datagram = m_rest.first(header.storedSize);
    m_rest = m_rest.subspan(header.storedSize);
    return packet;
}

}
