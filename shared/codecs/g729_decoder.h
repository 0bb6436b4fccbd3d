// G.729 with annexes A and B, by bcg729; this is the only unit that knows the library.
#pragma once

#include "shared/codecs/decoder.h"

namespace callmon {

class G729Decoder final : public Decoder {
public:
    static constexpr std::size_t speechFrameBytes = 10; // 10 ms
    static constexpr std::size_t sidFrameBytes = 2; // annex B
    static constexpr std::size_t frameSamples = 80;

    G729Decoder();
    ~G729Decoder() override;

    // Any number of speech frames, then at most one SID frame (RFC 3551 4.5.6).
    std::size_t decode(Bytes payload, std::vector<std::int16_t>& out) override;
    void conceal(std::size_t samples, std::vector<std::int16_t>& out) override;
    using Decoder::conceal;
    bool pausing() const override { return m_pausing; }

private:
    struct Library;
    std::unique_ptr<Library> m_library;
    bool m_pausing = false;
};

}
