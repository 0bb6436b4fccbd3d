// What a stream sounds like, second by second, by the E-model.
#pragma once

#include "engine/media/rtp_stream.h"
#include "shared/quality/e_model.h"

#include <array>

namespace callmon {

// What is lost of what was expected, over any time.
struct LossCount {
    std::uint64_t lost = 0;
    std::uint64_t discarded = 0; // of the received
    std::uint64_t received = 0;
    std::uint64_t runs = 0; // that the lost and the discarded came in; 0: not told, and as if at random
};

// MOS of each second from its loss and how it lies together; the mean over seconds with packets; the minimum over
// sliding windows of ten seconds (an average hides bursts). Until ten seconds have passed the window is what there is.
class QualitySampler {
public:
    // Of one second; 0 when it cannot be said: unknown codec, or nothing came.
    double add(const SecondFigures& second, const std::optional<CodecImpairment>& codec, Milliseconds oneWayDelay);
    // A second in which the probe itself lost frames: takes its place in the windows, and says nothing.
    void skip() { count({}); }

    std::optional<double> mosMean() const;
    std::optional<double> mosMin() const;
    double mosSum() const { return m_mosSum; }
    std::uint32_t mosCount() const { return m_mosCount; }

private:
    static constexpr std::size_t windowSeconds = 10;
    struct Counts { // of one second, or of a window: as many packets never come in ten
        std::uint32_t lost = 0;
        std::uint32_t discarded = 0;
        std::uint32_t received = 0;
        std::uint32_t runs = 0;
    };
    void count(const Counts& second);

    Counts m_sum; // of the window
    std::array<Counts, windowSeconds> m_window {};
    std::uint32_t m_seconds = 0; // ever
    std::uint32_t m_mosCount = 0;
    double m_mosSum = 0;
    double m_mosMin = 0; // over whole windows; over the beginning until there is one. 0: unknown
};

// Empty without published impairment figures for the codec.
std::optional<EModelInputs> eModelInputsOf(
    const LossCount& count, const std::optional<CodecImpairment>& codec, Milliseconds oneWayDelay);
std::optional<double> rFactorOf(const std::optional<EModelInputs>& inputs);

}
