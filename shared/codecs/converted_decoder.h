// A decoder at a rate that is not its codec's own.
#pragma once

#include "shared/codecs/decoder.h"
#include "shared/codecs/rate_converter.h"

namespace callmon {

class ConvertedDecoder final : public Decoder {
public:
    ConvertedDecoder(std::unique_ptr<Decoder> decoder, std::uint32_t own, std::uint32_t wanted);
    std::size_t decode(Bytes payload, std::vector<std::int16_t>& out) override;
    void conceal(std::size_t samples, std::vector<std::int16_t>& out) override { conceal(samples, {}, out); }
    void conceal(std::size_t samples, Bytes next, std::vector<std::int16_t>& out) override;
    bool pausing() const override { return m_decoder->pausing(); }

private:
    std::unique_ptr<Decoder> m_decoder;
    RateConverter m_converter;
    std::uint32_t m_own; // Hz
    std::uint32_t m_wanted;
    std::vector<std::int16_t> m_sound; // at the decoder's own rate
};

}
