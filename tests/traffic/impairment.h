// What the network does to one stream before it reaches the probe.
#pragma once

#include "shared/base/units.h"
#include "tests/traffic/random.h"
#include "tests/traffic/scenario.h"

#include <optional>

namespace callmon {

struct ImpairmentSettings {
    // Gilbert's two states: in the good one nothing is lost, in the bad one everything.
    double goodToBad = 0;
    double badToGood = 1;
    Milliseconds jitterMean {}; // exponential
    double spikeChance = 0;
    Milliseconds spikeMin {};
    Milliseconds spikeMax {};
};

ImpairmentSettings drawImpairment(CallSort sort, Random& random);

class Impairment {
public:
    Impairment() = default;
    explicit Impairment(const ImpairmentSettings& settings)
        : m_settings(settings)
    {
    }

    // Delay of the stream's packet number `index`, or nothing: lost. The first packets are not delayed, so that the
    // first to arrive is the first sent and RFC 3550 A.1 counts from it.
    std::optional<Nanoseconds> delay(std::uint64_t index, Random& random);

private:
    ImpairmentSettings m_settings;
    bool m_bad = false;
};

}
