#include "shared/codecs/g729_decoder.h"

extern "C" { // the library's headers do not say it themselves
#include <bcg729/decoder.h>
}

#include <algorithm>
#include <array>
#include <cstring>

namespace callmon {

struct G729Decoder::Library {
    Library()
        : channel(initBcg729DecoderChannel())
    {
    }
    ~Library() { closeBcg729DecoderChannel(channel); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    bcg729DecoderChannelContextStruct* channel;
};

G729Decoder::G729Decoder()
    : m_library(std::make_unique<Library>())
{
}

G729Decoder::~G729Decoder() = default;

std::size_t G729Decoder::decode(Bytes payload, std::vector<std::int16_t>& out)
{
    const auto decodeFrame = [&](std::size_t size) {
        // A copy of full length: the library reads a whole speech frame whatever the size it is told.
        std::array<std::uint8_t, speechFrameBytes> frame {};
        std::memcpy(frame.data(), payload.data(), size);
        payload = payload.subspan(size);
        m_pausing = size == sidFrameBytes;
        std::array<std::int16_t, frameSamples> signal {};
        bcg729Decoder(
            m_library->channel, frame.data(), static_cast<std::uint8_t>(size), 0, m_pausing ? 1 : 0, 0, signal.data());
        out.insert(out.end(), signal.begin(), signal.end());
    };
    while (payload.size() >= speechFrameBytes)
        decodeFrame(speechFrameBytes);
    if (payload.size() == sidFrameBytes)
        decodeFrame(sidFrameBytes);
    return payload.size();
}

void G729Decoder::conceal(std::size_t samples, std::vector<std::int16_t>& out)
{
    while (samples > 0) {
        std::array<std::int16_t, frameSamples> signal {};
        bcg729Decoder(m_library->channel, nullptr, 0, 1, 0, 0, signal.data()); // erased: it conceals or makes noise
        const std::size_t used = std::min(samples, frameSamples);
        out.insert(out.end(), signal.begin(), signal.begin() + static_cast<std::ptrdiff_t>(used));
        samples -= used;
    }
}

}
