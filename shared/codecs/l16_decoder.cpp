#include "shared/codecs/l16_decoder.h"

#include <algorithm>

namespace callmon {

L16Decoder::L16Decoder(std::uint32_t rate, unsigned channels)
    : m_channels(std::clamp(channels, 1U, mostChannels))
    , m_concealment(rate)
{
}

std::size_t L16Decoder::decode(Bytes payload, std::vector<std::int16_t>& out)
{
    const std::size_t before = out.size();
    const std::size_t frame = 2 * m_channels;
    ByteReader in(payload);
    while (in.left() >= frame) {
        int sum = 0;
        for (unsigned channel = 0; channel < m_channels; ++channel)
            sum += static_cast<std::int16_t>(in.u16());
        out.push_back(static_cast<std::int16_t>(sum / static_cast<int>(m_channels)));
    }
    m_concealment.received({ out.data() + before, out.size() - before });
    return in.left();
}

}
