#include "shared/codecs/converted_decoder.h"

namespace callmon {

ConvertedDecoder::ConvertedDecoder(std::unique_ptr<Decoder> decoder, std::uint32_t own, std::uint32_t wanted)
    : m_decoder(std::move(decoder))
    , m_converter(own, wanted)
    , m_own(own)
    , m_wanted(wanted)
{
}

std::size_t ConvertedDecoder::decode(Bytes payload, std::vector<std::int16_t>& out)
{
    m_sound.clear();
    const std::size_t strange = m_decoder->decode(payload, m_sound);
    m_converter.convert(m_sound, out);
    return strange;
}

void ConvertedDecoder::conceal(std::size_t samples, Bytes next, std::vector<std::int16_t>& out)
{
    const std::size_t before = out.size();
    m_sound.clear();
    m_decoder->conceal((samples * m_own + m_wanted - 1) / m_wanted, next, m_sound);
    m_converter.convert(m_sound, out);
    out.resize(before + samples); // one more or less by rounding
}

}
