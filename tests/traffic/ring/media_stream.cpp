#include "tests/traffic/ring/media_stream.h"

#include "tests/traffic/frame_builder.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace callmon {

static_assert(std::endian::native == std::endian::little, "sums are taken in memory order");

SpeechLoop::SpeechLoop(const EncodedSpeech& speech)
    : m_blockSize(static_cast<std::uint32_t>(speech.blockSize))
{
    assert(m_blockSize == samplesPerBlock || m_blockSize == 20);
    for (std::uint32_t i = 0; i < blocks; ++i) {
        // From where somebody talks: the sample begins with silence.
        const auto block = speech.block(i + 50);
        m_bytes.insert(m_bytes.end(), block.begin(), block.end());
        std::uint32_t sum = 0;
        for (std::size_t at = 0; at + 1 < block.size(); at += 2) {
            std::uint16_t word = 0;
            std::memcpy(&word, &block[at], 2);
            sum += word;
        }
        m_sums.push_back(sum);
    }
}

NewStream makeStream(const FlowKey& flow, Codec codec, Ssrc ssrc, std::optional<std::uint16_t> vlan,
    std::uint32_t payloadSize, std::uint16_t sequence, std::uint32_t timestamp)
{
    FrameBuilder builder(vlan);
    const auto payload = builder.payload();
    std::fill_n(payload.begin(), 12 + payloadSize, std::byte { 0 });
    payload[0] = std::byte { 0x80 }; // version 2 (RFC 3550 5.1)
    payload[1] = static_cast<std::byte>(0x80 | payloadTypeOf(codec));
    const std::uint32_t source = __builtin_bswap32(ssrc.value);
    std::memcpy(&payload[8], &source, 4);
    const auto frame = builder.build(flow, 12 + payloadSize, Dscp::Voice, Side::BeforeRouter);
    NewStream made;
    MediaStream& stream = made.stream;
    stream.headerSize = static_cast<std::uint8_t>(frame.size() - payloadSize);
    assert(stream.headerSize >= MediaStream::plainHeaders && stream.headerSize <= MediaStream::maxHeaders);
    const std::size_t front = stream.headerSize - MediaStream::plainHeaders;
    std::copy_n(frame.begin(), front, made.rest.front);
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(front), MediaStream::plainHeaders, stream.headers);
    // What is zero adds nothing: the checksum of this frame is that of all its constant parts.
    std::byte* const rtp = stream.headers + MediaStream::plainHeaders - 12;
    std::uint16_t checksum = 0;
    std::memcpy(&checksum, rtp - 2, 2);
    stream.constantSum = static_cast<std::uint16_t>(~checksum);
    sequence = __builtin_bswap16(sequence);
    timestamp = __builtin_bswap32(timestamp);
    std::memcpy(rtp + 2, &sequence, 2);
    std::memcpy(rtp + 4, &timestamp, 4);
    return made;
}

void MediaStream::markSentAgain(std::byte* frame) const
{
    assert(isV4());
    std::byte* const ip = frame + headerSize - (12 + 8 + 20);
    const auto add = [ip](std::size_t at, std::uint32_t value) { // ones' complement (RFC 1624)
        std::uint16_t word = 0;
        std::memcpy(&word, ip + at, 2);
        const std::uint32_t sum = word + value;
        word = static_cast<std::uint16_t>((sum & 0xffff) + (sum >> 16));
        std::memcpy(ip + at, &word, 2);
    };
    add(4, 1);
    add(10, 0xffff - 1);
}

}
