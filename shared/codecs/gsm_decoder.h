// GSM full rate (GSM 06.10), by libgsm; this is the only unit that knows the library.
#pragma once

#include "shared/codecs/decoder.h"

#include <array>

namespace callmon {

class GsmDecoder final : public Decoder {
public:
    static constexpr std::size_t frameBytes = 33; // 20 ms (RFC 3551 4.5.8)
    static constexpr std::size_t frameSamples = 160;

    GsmDecoder();
    ~GsmDecoder() override;
    std::size_t decode(Bytes payload, std::vector<std::int16_t>& out) override;
    // GSM 06.11 section 5: the last frame again, and each further one quieter, until after 320 ms there is silence.
    void conceal(std::size_t samples, std::vector<std::int16_t>& out) override;
    using Decoder::conceal;

private:
    struct Library;
    std::unique_ptr<Library> m_library;
    std::array<std::uint8_t, frameBytes> m_last {};
    bool m_heard = false;
    unsigned m_concealed = 0; // frames since the last one received
};

}
