// RTP as captured, on its way to the recording log and back: about a second of one stream.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/calls/call_key.h"

#include <array>
#include <optional>
#include <type_traits>

namespace callmon {

struct RecordedPacket {
    Timestamp arrival;
    Nanoseconds uncertainty {}; // of the arrival time; kept to 4.29 s
    std::uint16_t wireSize = 0; // UDP payload as it was sent; more than datagram.size() when the capture cut it
    Bytes datagram; // the UDP payload from the RTP header on; a view into its chunk
};

// Packets one after the other, each: i64 arrival ns | u32 uncertainty ns | u16 wire size | u16 stored size | bytes, all
// little-endian. The same bytes lie on disk and cross the remote interface.
class MediaChunk {
public:
    static constexpr std::size_t capacity = 16 * 1024 - 64; // with the log's chunk header 16 KiB
    static constexpr std::size_t packetHeaderSize = 16;

    void clear(StreamKey stream);
    // False when it does not fit: hand this chunk on and begin another. A datagram that fits no chunk is cut.
    bool append(const RecordedPacket& packet);

    StreamKey stream() const { return m_stream; }
    void setStream(StreamKey stream) { m_stream = stream; } // known only after its first packets
    std::uint32_t packets() const { return m_packets; }
    Timestamp firstArrival() const { return m_first; }
    Bytes bytes() const { return Bytes(m_bytes.data(), m_used); }

private:
    StreamKey m_stream;
    Timestamp m_first;
    std::uint32_t m_packets = 0;
    std::uint32_t m_used = 0;
    std::array<std::byte, capacity> m_bytes;
};
static_assert(std::is_trivially_copyable_v<MediaChunk>);

// Reads back what MediaChunk::bytes() gave, one chunk or several in a row; stops at the first thing that is not whole.
class MediaReader {
public:
    explicit MediaReader(Bytes bytes)
        : m_rest(bytes)
    {
    }
    std::optional<RecordedPacket> next();
    bool damaged() const { return m_damaged; } // stopped before the end

private:
    Bytes m_rest;
    bool m_damaged = false;
};

}
