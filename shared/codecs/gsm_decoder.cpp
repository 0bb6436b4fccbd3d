#include "shared/codecs/gsm_decoder.h"

#include <gsm.h>

#include <algorithm>
#include <cstring>

namespace callmon {

namespace {

// gsm_explode() gives 8 log area ratios, then per subframe lag, gain, grid, block maximum and 13 pulses.
constexpr std::size_t parameters = 76;
constexpr std::size_t firstBlockMaximum = 8 + 3;
constexpr std::size_t subframe = 17;
constexpr int fadePerFrame = 4; // 06.11: "decreasing the Xmaxc by 4" (of 64 steps of 1.5 dB) a frame
constexpr unsigned silentAfterFrames = 16; // 320 ms

}

struct GsmDecoder::Library {
    std::unique_ptr<gsm_state, void (*)(gsm)> state { gsm_create(), gsm_destroy };
};

GsmDecoder::GsmDecoder()
    : m_library(std::make_unique<Library>())
{
}

GsmDecoder::~GsmDecoder() = default;

std::size_t GsmDecoder::decode(Bytes payload, std::vector<std::int16_t>& out)
{
    std::size_t strange = 0;
    for (; payload.size() >= frameBytes; payload = payload.subspan(frameBytes)) {
        std::array<std::uint8_t, frameBytes> frame {};
        std::memcpy(frame.data(), payload.data(), frameBytes);
        std::array<std::int16_t, frameSamples> signal {};
        if (gsm_decode(m_library->state.get(), frame.data(), signal.data()) != 0) {
            strange += frameBytes; // its first four bits are not 1101
            continue;
        }
        m_last = frame;
        m_heard = true;
        m_concealed = 0;
        out.insert(out.end(), signal.begin(), signal.end());
    }
    return strange + payload.size();
}

void GsmDecoder::conceal(std::size_t samples, std::vector<std::int16_t>& out)
{
    while (samples > 0) {
        std::array<std::int16_t, frameSamples> signal {};
        if (m_heard && m_concealed < silentAfterFrames) {
            std::array<gsm_signal, parameters> values {};
            gsm_explode(m_library->state.get(), m_last.data(), values.data());
            for (std::size_t at = firstBlockMaximum; m_concealed > 0 && at < parameters; at += subframe)
                values[at] = static_cast<gsm_signal>(std::max(0, values[at] - fadePerFrame));
            gsm_implode(m_library->state.get(), values.data(), m_last.data());
            gsm_decode(m_library->state.get(), m_last.data(), signal.data());
        }
        ++m_concealed;
        const std::size_t used = std::min(samples, frameSamples);
        out.insert(out.end(), signal.begin(), signal.begin() + static_cast<std::ptrdiff_t>(used));
        samples -= used;
    }
}

}
