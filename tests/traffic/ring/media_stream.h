// One RTP sender, ready to send: its packet's headers are copied out, and only their numbers and checksum are new each
// time.
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

// What nearly every packet needs: one cache line, since so many streams are more than the caches hold.
struct alignas(64) MediaStream {
    // Ethernet, at most one tag, IPv4 or IPv6, UDP, RTP.
    static constexpr std::size_t maxHeaders = 14 + 4 + 40 + 8 + 12;
    static constexpr std::size_t plainHeaders = 14 + 20 + 8 + 12; // IPv4 without a tag

    std::byte headers[plainHeaders]; // the last of them, the next packet's but for the UDP checksum
    std::uint8_t headerSize = 0;
    std::uint32_t constantSum = 0; // of all that the UDP checksum covers and no packet changes
    std::uint32_t due = 0; // packets so far

    bool isV4() const { return headerSize < 14 + 40 + 8 + 12; } // even with a tag
    // Writes the next packet's headers right before its payload, which is there, with its ones' complement sum; but
    // not those that StreamRest has.
    void write(std::byte* payload, std::uint32_t payloadSum) const;
    // Makes of a written frame one that its sender sends again: with another identification (RFC 791 3.1). IPv6 has
    // none, and nothing tells there what is sent again at once from what a mirror delivers again.
    void markSentAgain(std::byte* frame) const;
    void advance();
};
static_assert(sizeof(MediaStream) == 64);

// What few packets need, of the same stream.
struct StreamRest {
    std::byte front[MediaStream::maxHeaders - MediaStream::plainHeaders]; // the headers before MediaStream's
    std::uint8_t side = 0; // 0 caller, 1 callee
    bool lateBefore = false; // the packet before is still on its way
    std::uint32_t call = 0; // slot of its call
    std::uint32_t number = 0; // of the stream in the whole run: the ground truth's row
    std::uint32_t lost = 0; // packets of those due
    std::uint32_t lostLast = 0; // of these, the latest, behind which none came
    std::uint32_t duplicates = 0;
    std::uint32_t reordered = 0;
};

struct NewStream {
    MediaStream stream;
    StreamRest rest;
};
// Its first packet has the marker, and these numbers.
NewStream makeStream(const FlowKey& flow, Codec codec, Ssrc ssrc, std::optional<std::uint16_t> vlan,
    std::uint32_t payloadSize, std::uint16_t sequence, std::uint32_t timestamp);

inline void MediaStream::write(std::byte* payload, std::uint32_t payloadSum) const
{
    constexpr std::size_t rtp = plainHeaders - 12;
    std::uint16_t sequence = 0; // both in memory order, as sums are taken
    std::uint32_t timestamp = 0;
    std::memcpy(&sequence, headers + rtp + 2, 2);
    std::memcpy(&timestamp, headers + rtp + 4, 4);
    std::memcpy(payload - plainHeaders, headers, plainHeaders); // of constant length: without a call
    std::uint32_t sum = constantSum + payloadSum + sequence + (timestamp & 0xffff) + (timestamp >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    const auto checksum = static_cast<std::uint16_t>(sum == 0xffff ? 0xffff : ~sum); // 0 would say "none" (RFC 768)
    std::memcpy(payload - 12 - 2, &checksum, 2);
}

inline void MediaStream::advance()
{
    constexpr std::size_t rtp = plainHeaders - 12;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::memcpy(&sequence, headers + rtp + 2, 2);
    std::memcpy(&timestamp, headers + rtp + 4, 4);
    sequence = __builtin_bswap16(static_cast<std::uint16_t>(__builtin_bswap16(sequence) + 1));
    timestamp = __builtin_bswap32(__builtin_bswap32(timestamp) + samplesPerBlock);
    std::memcpy(headers + rtp + 2, &sequence, 2);
    std::memcpy(headers + rtp + 4, &timestamp, 4);
    if (++due == 1) { // the marker is the first packet's alone
        headers[rtp + 1] &= std::byte { 0x7f };
        constantSum += 0xffff - 0x8000; // the second byte of its word, in memory order
    }
}

}
