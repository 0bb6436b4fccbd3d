// Opus (RFC 6716, RFC 7587), by libopus; this is the only unit that knows the library.
#pragma once

#include "shared/codecs/decoder.h"

namespace callmon {

// Decodes any Opus to any of its rates, mono. A lost packet is taken from the next one where the sender repeats it
// there (in-band FEC), else concealed by the library.
class OpusDecoder final : public Decoder {
public:
    explicit OpusDecoder(std::uint32_t rate); // 8000, 12000, 16000, 24000 or 48000
    ~OpusDecoder() override;
    std::size_t decode(Bytes payload, std::vector<std::int16_t>& out) override;
    void conceal(std::size_t samples, std::vector<std::int16_t>& out) override { conceal(samples, {}, out); }
    void conceal(std::size_t samples, Bytes next, std::vector<std::int16_t>& out) override;
    // After a packet of a TOC byte and nothing else: discontinuous transmission (RFC 7587 3.1.3).
    bool pausing() const override { return m_pausing; }

private:
    void guess(std::size_t samples, std::vector<std::int16_t>& out);

    struct Library;
    std::unique_ptr<Library> m_library;
    std::size_t m_mostSamples; // 120 ms: the longest packet
    std::size_t m_stepSamples; // 2.5 ms: what the library conceals is a multiple of it
    bool m_pausing = false;
};

}
