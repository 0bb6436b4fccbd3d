// What turns the payloads of one RTP stream into sound, whatever the codec.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/units.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace callmon {

// One stream's decoder, with the state that its codec keeps from packet to packet. Output: mono, 16 bits, at the rate
// it was made for; what has several channels is mixed.
class Decoder {
public:
    virtual ~Decoder() = default;
    Decoder() = default;
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    // Appends the sound of one packet's payload, any bytes at all. Returns how many bytes were no frame of this codec
    // and left out.
    virtual std::size_t decode(Bytes payload, std::vector<std::int16_t>& out) = 0;

    // Appends what a phone would play in place of that many samples that never arrived.
    virtual void conceal(std::size_t samples, std::vector<std::int16_t>& out) = 0;

    // Likewise when the packet after them is known: a codec that repeats the past in the next packet takes it from
    // there.
    virtual void conceal(std::size_t samples, Bytes next, std::vector<std::int16_t>& out)
    {
        (void)next;
        conceal(samples, out);
    }

    // True after a silence descriptor (SID): the sender pauses on purpose, and conceal() yields its comfort noise.
    virtual bool pausing() const { return false; }
};

// How a codec counts and sounds. The two rates differ for G.722, which counts 8000 a second of its 16000 samples (RFC
// 3551 4.5.2), and for Opus, which counts 48000 whatever it carries (RFC 7587 4.1).
struct CodecRates {
    std::uint32_t clock = 8000; // of RTP timestamps
    std::uint32_t sound = 8000; // samples per second at which nothing of it is lost, 16000 at most
    bool operator==(const CodecRates&) const = default;
};

// By the encoding name of SDP in any letter case: PCMA, PCMU, G729 (with its annexes A and B), G722, G726-16, -24, -32
// and -40 (with or without AAL2- in front: the packing), GSM, opus, L16. Empty for a codec, or a clock rate, that is
// not decoded; clock 0 means unknown and is taken for the codec's own.
std::optional<CodecRates> ratesOf(std::string_view codec, Hertz clock);

// Null where ratesOf() is empty. `rate` is 8000 or 16000; `channels` matters to L16 only.
std::unique_ptr<Decoder> makeDecoder(
    std::string_view codec, Hertz clock, std::uint32_t rate = 8000, unsigned channels = 1);

}
