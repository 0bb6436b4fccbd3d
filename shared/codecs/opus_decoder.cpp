#include "shared/codecs/opus_decoder.h"

#include <opus/opus.h>

#include <algorithm>

namespace callmon {

namespace {

const unsigned char* octets(Bytes bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}

struct OpusDecoder::Library {
    explicit Library(std::uint32_t rate)
        : hertz(static_cast<opus_int32>(rate))
        , state(opus_decoder_create(hertz, 1, nullptr), opus_decoder_destroy)
    {
    }
    // Appends `samples`, or what the packet has when that is less. False when the library refuses it.
    bool decode(Bytes packet, std::size_t samples, bool fec, std::vector<std::int16_t>& out) const
    {
        const std::size_t before = out.size();
        out.resize(before + samples);
        const int made = state == nullptr
            ? OPUS_ALLOC_FAIL
            : opus_decode(state.get(), packet.empty() ? nullptr : octets(packet),
                static_cast<opus_int32>(packet.size()), out.data() + before, static_cast<int>(samples), fec ? 1 : 0);
        out.resize(before + static_cast<std::size_t>(std::max(made, 0)));
        return made > 0;
    }

    opus_int32 hertz;
    std::unique_ptr<::OpusDecoder, void (*)(::OpusDecoder*)> state;
};

OpusDecoder::OpusDecoder(std::uint32_t rate)
    : m_library(std::make_unique<Library>(rate))
    , m_mostSamples(rate * 120 / 1000)
    , m_stepSamples(rate / 400)
{
}

OpusDecoder::~OpusDecoder() = default;

std::size_t OpusDecoder::decode(Bytes payload, std::vector<std::int16_t>& out)
{
    if (payload.empty() || !m_library->decode(payload, m_mostSamples, false, out))
        return payload.size();
    m_pausing = payload.size() <= 2;
    return 0;
}

void OpusDecoder::conceal(std::size_t samples, Bytes next, std::vector<std::int16_t>& out)
{
    // Only the last lost packet can be in the next one, and it is as long as that one.
    const int repeated = next.empty()
        ? 0
        : opus_packet_get_nb_samples(octets(next), static_cast<opus_int32>(next.size()), m_library->hertz);
    const auto last = static_cast<std::size_t>(std::max(repeated, 0));
    if (last == 0 || last > samples || last > m_mostSamples)
        return guess(samples, out);
    guess(samples - last, out);
    if (!m_library->decode(next, last, true, out))
        guess(last, out);
}

void OpusDecoder::guess(std::size_t samples, std::vector<std::int16_t>& out)
{
    const std::size_t end = out.size() + samples;
    while (out.size() < end) {
        const std::size_t left = std::min(end - out.size(), m_mostSamples);
        if (!m_library->decode({}, (left + m_stepSamples - 1) / m_stepSamples * m_stepSamples, false, out))
            break;
    }
    out.resize(end);
}

}
