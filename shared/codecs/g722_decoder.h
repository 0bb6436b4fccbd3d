// G.722 at 64 kbit/s, by SpanDSP: the only unit that knows the library besides g726_decoder.
#pragma once

#include "shared/codecs/decoder.h"
#include "shared/codecs/pitch_concealment.h"

namespace callmon {

// At 16000 Hz: two samples a byte (RFC 3551 4.5.2). Every byte is a code word.
class G722Decoder final : public Decoder {
public:
    G722Decoder();
    ~G722Decoder() override;
    std::size_t decode(Bytes payload, std::vector<std::int16_t>& out) override;
    void conceal(std::size_t samples, std::vector<std::int16_t>& out) override { m_concealment.conceal(samples, out); }
    using Decoder::conceal;

private:
    struct Library;
    std::unique_ptr<Library> m_library;
    PitchConcealment m_concealment { 16'000 };
};

}
