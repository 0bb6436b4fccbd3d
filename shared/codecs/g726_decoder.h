// G.726 at 16, 24, 32 and 40 kbit/s, by SpanDSP.
#pragma once

#include "shared/codecs/decoder.h"
#include "shared/codecs/pitch_concealment.h"

namespace callmon {

enum class G726Packing : std::uint8_t {
    LowestFirst, // G726-xx of RFC 3551 4.5.4: the first code word in the lowest bits of the first octet
    HighestFirst, // AAL2-G726-xx, after ITU-T I.366.2 annex E
};

class G726Decoder final : public Decoder {
public:
    G726Decoder(unsigned bitsPerSample, G726Packing packing); // 2 to 5
    ~G726Decoder() override;
    // Whole groups of eight code words (RFC 3551 4.5.4 wants no other), each as many bytes as a code word has bits; for
    // 16 and 32 kbit/s a byte is whole by itself.
    std::size_t decode(Bytes payload, std::vector<std::int16_t>& out) override;
    void conceal(std::size_t samples, std::vector<std::int16_t>& out) override { m_concealment.conceal(samples, out); }
    using Decoder::conceal;

private:
    struct Library;
    std::unique_ptr<Library> m_library;
    unsigned m_bitsPerSample;
    PitchConcealment m_concealment;
};

}
