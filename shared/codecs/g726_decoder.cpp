#include "shared/codecs/g726_decoder.h"

#include <spandsp.h>

namespace callmon {

struct G726Decoder::Library {
    std::unique_ptr<g726_state_t, int (*)(g726_state_t*)> state;
};

G726Decoder::G726Decoder(unsigned bitsPerSample, G726Packing packing)
    : m_library(new Library { { g726_init(nullptr, static_cast<int>(bitsPerSample) * 8000, G726_ENCODING_LINEAR,
                                    packing == G726Packing::LowestFirst ? G726_PACKING_RIGHT : G726_PACKING_LEFT),
        g726_free } })
    , m_bitsPerSample(bitsPerSample)
{
}

G726Decoder::~G726Decoder() = default;

std::size_t G726Decoder::decode(Bytes payload, std::vector<std::int16_t>& out)
{
    const bool wholeBytes = m_bitsPerSample == 2 || m_bitsPerSample == 4;
    const std::size_t strange = wholeBytes ? 0 : payload.size() % m_bitsPerSample;
    payload = payload.first(payload.size() - strange);
    const std::size_t before = out.size();
    out.resize(before + payload.size() * 8 / m_bitsPerSample);
    const int samples = g726_decode(m_library->state.get(), out.data() + before,
        reinterpret_cast<const std::uint8_t*>(payload.data()), static_cast<int>(payload.size()));
    out.resize(before + static_cast<std::size_t>(samples));
    m_concealment.received({ out.data() + before, out.size() - before });
    return strange;
}

}
