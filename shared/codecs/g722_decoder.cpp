#include "shared/codecs/g722_decoder.h"

#include <spandsp.h>

namespace callmon {

struct G722Decoder::Library {
    std::unique_ptr<g722_decode_state_t, int (*)(g722_decode_state_t*)> state { g722_decode_init(nullptr, 64'000, 0),
        g722_decode_free };
};

G722Decoder::G722Decoder()
    : m_library(std::make_unique<Library>())
{
}

G722Decoder::~G722Decoder() = default;

std::size_t G722Decoder::decode(Bytes payload, std::vector<std::int16_t>& out)
{
    const std::size_t before = out.size();
    out.resize(before + 2 * payload.size());
    const int samples = g722_decode(m_library->state.get(), out.data() + before,
        reinterpret_cast<const std::uint8_t*>(payload.data()), static_cast<int>(payload.size()));
    out.resize(before + static_cast<std::size_t>(samples));
    m_concealment.received({ out.data() + before, out.size() - before });
    return 0;
}

}
