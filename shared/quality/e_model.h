// E-model, ITU-T G.107, with the parameters of G.113 appendix I: how a codec with its loss and delay sounds.
#pragma once

#include "shared/base/units.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace callmon {

struct CodecImpairment { // ITU-T G.113 appendix I
    double ie; // equipment impairment
    double bpl; // packet-loss robustness
};

// By encoding name as in SDP, any letter case: "PCMA", "PCMU", "G729", "G723". G.711 counts with concealment.
// Empty for codecs without published figures: then there is no MOS, not a guess.
std::optional<CodecImpairment> impairmentOf(std::string_view codec);

struct EModelInputs {
    CodecImpairment codec;
    double lossPercent = 0; // by the network, 0 to 100
    double burstRatio = 1; // BurstR of G.107 7.3: 1 for random loss
    Milliseconds oneWayDelay {}; // mouth to ear
    double discardPercent = 0; // by the jitter buffer, of what was sent: to the ear, lost too
};

double rFactor(const EModelInputs& inputs); // G.107 7: 93.2 - Id - Ie_eff, A = 0; never below 0
double mosOfR(double r); // G.107 annex B: 1 to 4.5

// BurstR: how long runs of loss are, over how long random loss of as much would make them, 1 / (1 - Ppl) (G.107 7.5).
// Below 1 where loss is more even than chance has it; the model knows no such bonus and takes 1. 1 without loss.
double burstRatioOf(std::uint64_t lost, std::uint64_t expected, std::uint64_t runs);

// MOS points taken from the 4.409 of a perfect call, each cause after those before it; MOS is what is left.
struct MosWaterfall {
    double codec = 0;
    double loss = 0; // as if it were random
    double discards = 0; // likewise
    double bursts = 0; // what is more, because both are not
    double delay = 0;
};
MosWaterfall waterfallOf(const EModelInputs& inputs);

// One-way delay the model assumes: packetisation + jitter buffer + half the round trip.
Milliseconds assumedOneWayDelay(Milliseconds packetisation, Milliseconds jitterBuffer, std::optional<Milliseconds> rtt);
constexpr Milliseconds assumedRtt { 40 }; // when none was measured

}
