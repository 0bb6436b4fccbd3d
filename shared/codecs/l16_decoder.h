// L16: samples as they are, in network byte order, channels interleaved (RFC 3551 4.5.11).
#pragma once

#include "shared/codecs/decoder.h"
#include "shared/codecs/pitch_concealment.h"

namespace callmon {

class L16Decoder final : public Decoder {
public:
    static constexpr std::uint32_t lowestRate = 4000; // Hz
    static constexpr std::uint32_t highestRate = 96'000;
    static constexpr unsigned mostChannels = 6; // the orders of RFC 3551 4.1 end there

    L16Decoder(std::uint32_t rate, unsigned channels);
    std::size_t decode(Bytes payload, std::vector<std::int16_t>& out) override;
    void conceal(std::size_t samples, std::vector<std::int16_t>& out) override { m_concealment.conceal(samples, out); }
    using Decoder::conceal;

private:
    unsigned m_channels;
    PitchConcealment m_concealment;
};

}
