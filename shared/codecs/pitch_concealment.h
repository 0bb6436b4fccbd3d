// Packet-loss concealment for codecs without their own, after ITU-T G.711 appendix I: the last pitch period again and
// again, fading out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace callmon {

// Differs from the appendix in three ways. What was received is never altered: it delays nothing, and does
// not blend its end into the first packet after the loss, so a recording keeps every received sample. It repeats one
// period where the appendix turns to two and three after 10 and 20 ms. It fades sample by sample instead of in steps.
class PitchConcealment {
public:
    explicit PitchConcealment(
        std::uint32_t rate = 8000); // Hz; the appendix knows 8000 only, its lengths are times here
    void received(std::span<const std::int16_t> samples);
    void conceal(std::size_t count, std::vector<std::int16_t>& out);

    // I.2.7: full level for 10 ms, then down by 20 % each 10 ms; nothing is heard after 60 ms.
    static constexpr std::size_t fullSamples = 80; // at 8000 Hz, as all lengths here
    static constexpr std::size_t silentAfterSamples = 480;

private:
    void beginLoss();
    std::size_t pitchPeriod() const;
    double gainAfter(std::size_t concealed) const;
    std::size_t scaled(std::size_t samples) const { return samples * m_rate / 8000; }

    static constexpr std::size_t historySamples = 390; // I.2.1: 48.75 ms, three times the longest period and some
    std::uint32_t m_rate;
    std::vector<std::int16_t> m_history; // oldest first; zeros before the stream's first packet
    std::vector<std::int16_t> m_period; // what is repeated
    std::size_t m_concealed = 0; // samples since the last one received
};

}
