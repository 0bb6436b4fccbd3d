// G.711 A-law and mu-law, by table.
#pragma once

#include "shared/codecs/decoder.h"
#include "shared/codecs/pitch_concealment.h"

#include <array>

namespace callmon {

enum class G711Law : std::uint8_t { A, Mu };

// The 256 values of ITU-T G.711 tables 1a/1b and 2a/2b on the 16-bit scale: A-law's 13 bits moved up by 3, mu-law's
// 14 bits by 2, as ITU-T G.191 does it.
const std::array<std::int16_t, 256>& g711Table(G711Law law);

class G711Decoder final : public Decoder {
public:
    explicit G711Decoder(G711Law law)
        : m_table(g711Table(law))
    {
    }
    std::size_t decode(Bytes payload, std::vector<std::int16_t>& out) override;
    void conceal(std::size_t samples, std::vector<std::int16_t>& out) override { m_concealment.conceal(samples, out); }
    using Decoder::conceal;

private:
    const std::array<std::int16_t, 256>& m_table;
    PitchConcealment m_concealment;
};

}
