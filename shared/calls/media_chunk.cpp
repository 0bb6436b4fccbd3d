#include "shared/calls/media_chunk.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace callmon {

static_assert(std::endian::native == std::endian::little, "the recorded layout is written as it lies in memory");

namespace {

struct PacketHeader {
    std::int64_t arrival;
    std::uint32_t uncertainty;
    std::uint16_t wireSize;
    std::uint16_t storedSize;
};
static_assert(sizeof(PacketHeader) == MediaChunk::packetHeaderSize);

}

void MediaChunk::clear(StreamKey stream)
{
    m_stream = stream;
    m_first = {};
    m_packets = 0;
    m_used = 0;
}

bool MediaChunk::append(const RecordedPacket& packet)
{
    const std::size_t stored = std::min(packet.datagram.size(), capacity - packetHeaderSize);
    if (m_used + packetHeaderSize + stored > capacity)
        return false;
    const auto uncertainty =
        std::clamp<std::int64_t>(packet.uncertainty.count(), 0, std::numeric_limits<std::uint32_t>::max());
    const PacketHeader header { nanosecondsSinceEpoch(packet.arrival), static_cast<std::uint32_t>(uncertainty),
        packet.wireSize, static_cast<std::uint16_t>(stored) };
    std::memcpy(m_bytes.data() + m_used, &header, sizeof header);
    std::copy_n(packet.datagram.begin(), stored, m_bytes.begin() + m_used + packetHeaderSize);
    m_used += static_cast<std::uint32_t>(packetHeaderSize + stored);
    if (m_packets++ == 0)
        m_first = packet.arrival;
    return true;
}

std::optional<RecordedPacket> MediaReader::next()
{
    if (m_rest.empty() || m_damaged)
        return std::nullopt;
    PacketHeader header {};
    if (m_rest.size() < sizeof header) {
        m_damaged = true;
        return std::nullopt;
    }
    std::memcpy(&header, m_rest.data(), sizeof header);
    if (m_rest.size() - sizeof header < header.storedSize) {
        m_damaged = true;
        return std::nullopt;
    }
    RecordedPacket packet;
    packet.arrival = timestampFromNanoseconds(header.arrival);
    packet.uncertainty = Nanoseconds(header.uncertainty);
    packet.wireSize = header.wireSize;
    packet.datagram = m_rest.subspan(sizeof header, header.storedSize);
    m_rest = m_rest.subspan(sizeof header + header.storedSize);
    return packet;
}

}
