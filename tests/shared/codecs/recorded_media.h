// Builds what the recording log holds, for the tests of sound: RTP packets byte by byte, at chosen arrival times.
#pragma once

#include "shared/calls/media_chunk.h"
#include "shared/codecs/call_audio.h"

#include <memory>

namespace callmon::test {

struct TestPacket {
    std::int64_t arrivalMs = 0;
    std::uint16_t sequence = 0;
    std::uint32_t ticks = 0;
    std::vector<std::byte> payload;
    std::uint8_t payloadType = 8;
    bool marker = false;
    std::uint32_t ssrc = 0x1234;
    std::size_t storedSize = SIZE_MAX; // of the datagram, when the capture cut it
};

inline std::vector<std::byte> datagramOf(const TestPacket& packet)
{
    std::vector<std::byte> bytes { std::byte { 0x80 }, std::byte(packet.payloadType | (packet.marker ? 0x80 : 0)) };
    const auto put = [&bytes](std::uint32_t value, int count) {
        while (count-- > 0)
            bytes.push_back(static_cast<std::byte>(value >> 8 * count));
    };
    put(packet.sequence, 2);
    put(packet.ticks, 4);
    put(packet.ssrc, 4);
    bytes.insert(bytes.end(), packet.payload.begin(), packet.payload.end());
    return bytes;
}

constexpr Timestamp testStart = timestampFromNanoseconds(1'700'000'000'000'000'000);

inline void record(std::vector<std::byte>& media, Timestamp arrival, Bytes datagram, std::size_t storedSize = SIZE_MAX)
{
    const auto chunk = std::make_unique<MediaChunk>();
    chunk->clear({});
    RecordedPacket recorded;
    recorded.arrival = arrival;
    recorded.wireSize = static_cast<std::uint16_t>(datagram.size());
    recorded.datagram = datagram.first(std::min(storedSize, datagram.size()));
    chunk->append(recorded);
    unpackPackets(*chunk, media);
}

inline StreamMedia streamOf(const std::vector<TestPacket>& packets, Party direction = Party::Caller,
    std::string_view codec = "PCMA", std::uint8_t payloadType = 8)
{
    StreamMedia media;
    media.stream.direction = direction;
    media.stream.payloadType = payloadType;
    media.stream.codec = codec;
    media.stream.clockRate = { 8000 };
    media.stream.ssrc = { packets.empty() ? 0 : packets.front().ssrc };
    for (const TestPacket& packet : packets)
        record(media.bytes, testStart + std::chrono::milliseconds(packet.arrivalMs), datagramOf(packet),
            packet.storedSize);
    return media;
}

}
