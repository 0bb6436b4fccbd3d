// One RTP sender, ready to send: its packet is copied out, and only numbers, payload and checksum are new each time.
#pragma once

#include "shared/base/flow_key.h"
#include "shared/base/units.h"
#include "tests/traffic/codecs.h"

#include <cstring>
#include <optional>
#include <vector>

namespace callmon {

// A short piece of speech with the checksum of each block.
class SpeechLoop {
public:
    static constexpr std::uint32_t blocks = 64; // 1.3 s

    explicit SpeechLoop(const EncodedSpeech& speech);

    std::uint32_t blockSize() const { return m_blockSize; }
    const std::byte* block(std::uint32_t index) const
    {
        return m_bytes.data() + std::size_t(index % blocks) * m_blockSize;
    }
    std::uint32_t sum(std::uint32_t index) const { return m_sums[index % blocks]; }

private:
    std::uint32_t m_blockSize = 0;
    std::vector<std::byte> m_bytes;
    std::vector<std::uint32_t> m_sums; // ones' complement sums (RFC 1071), in memory order
};

struct alignas(64) MediaStream { // two cache lines
    // Ethernet, at most one tag, IPv4 or IPv6, UDP, RTP; marker set, sequence and timestamp 0.
    static constexpr std::size_t maxHeaders = 14 + 4 + 40 + 8 + 12;
    static constexpr std::size_t plainHeaders = 14 + 20 + 8 + 12; // IPv4 without a tag

    std::byte headers[maxHeaders];
    std::uint8_t headerSize = 0;
    std::uint8_t side = 0; // 0 caller, 1 callee
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t constantSum = 0; // of all that the UDP checksum covers and no packet changes
    std::uint32_t call = 0; // slot of its call
    std::uint32_t number = 0; // of the stream in the whole run: the ground truth's row
    std::uint32_t due = 0; // packets so far
    std::uint32_t arrived = 0; // of these, and their copies
    std::uint32_t duplicates = 0;
    std::uint32_t reordered = 0;
    std::uint32_t expected = 0; // up to the last that was not lost
    bool lateBefore = false; // the packet before is still on its way

    MediaStream() = default;
    MediaStream(
        const FlowKey& flow, Codec codec, Ssrc ssrc, std::optional<std::uint16_t> vlan, std::uint32_t payloadSize);

    // Writes the next packet's headers right before its payload, which is there, with its ones' complement sum.
    void write(std::byte* payload, std::uint32_t payloadSum) const;
    // Makes of a written frame one that its sender sends again: with another identification (RFC 791 3.1). IPv6 has
    // none, and nothing tells there what is sent again at once from what a mirror delivers again.
    bool isV4() const { return headerSize < 14 + 40 + 8 + 12; } // even with a tag
    void markSentAgain(std::byte* frame) const;
    void advance();
};
static_assert(sizeof(MediaStream) == 128);

inline void MediaStream::write(std::byte* payload, std::uint32_t payloadSum) const
{
    const auto big16 = [](std::uint32_t value) { return __builtin_bswap16(static_cast<std::uint16_t>(value)); };
    if (headerSize == plainHeaders) [[likely]]
        std::memcpy(payload - plainHeaders, headers, plainHeaders); // of constant length: without a call
    else
        std::memcpy(payload - headerSize, headers, headerSize);
    std::byte* const rtp = payload - 12;
    const std::uint16_t number16 = big16(sequence);
    const std::uint32_t time = __builtin_bswap32(timestamp);
    std::memcpy(rtp + 2, &number16, 2);
    std::memcpy(rtp + 4, &time, 4);
    std::uint32_t sum = constantSum + payloadSum + number16 + (time & 0xffff) + (time >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    const auto checksum = static_cast<std::uint16_t>(sum == 0xffff ? 0xffff : ~sum); // 0 would say "none" (RFC 768)
    std::memcpy(rtp - 2, &checksum, 2);
}

inline void MediaStream::advance()
{
    ++due;
    ++sequence;
    timestamp += samplesPerBlock;
    if (due == 1) { // the marker is the first packet's alone
        std::byte& typeAndMarker = headers[headerSize - 11];
        typeAndMarker &= std::byte { 0x7f };
        constantSum += 0xffff - 0x8000; // the second byte of its word, in memory order
    }
}

}
