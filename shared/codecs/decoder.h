// What turns the payloads of one RTP stream into sound, whatever the codec.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/base/units.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace callmon {

// One stream's decoder, with the state that its codec keeps from packet to packet. Output: 8000 Hz, mono, 16 bits.
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

    // True after a silence descriptor (SID): the sender pauses on purpose, and conceal() yields its comfort noise.
    virtual bool pausing() const { return false; }
};

// By the encoding name of SDP in any letter case: PCMA, PCMU, G729 (with its annexes A and B). Null for a codec, or a
// clock rate, that is not decoded; clock 0 means unknown and is taken for the codec's own.
std::unique_ptr<Decoder> makeDecoder(std::string_view codec, Hertz clock);

}
