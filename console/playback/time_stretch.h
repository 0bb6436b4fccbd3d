// Faster or slower without another pitch: waveform-similarity overlap-add (WSOLA; Verhelst and Roelands, 1993).
#pragma once

#include "shared/codecs/call_sound.h"

#include <cstdint>

namespace callmon {

// Says where to read. Every 20 ms it goes to the place, near where the speed would have it, whose sound is most like
// what would have come next, and fades over to it. Allocates nothing; both sides stay together. Positions are samples,
// 32 bits of whole and 32 of fraction.
class TimeStretch {
public:
    struct Place {
        std::uint64_t from = 0; // what fades out
        std::uint64_t to = 0; // what fades in
        float weight = 1; // of `to`
    };

    void restart(std::uint64_t position);
    // For the next frame; `step` is the distance of two frames at speed 1.
    Place next(const CallSound& sound, double speed, std::uint64_t step) noexcept;
    std::uint64_t position() const { return m_to; }

private:
    void beginHop(const CallSound& sound, double speed) noexcept;

    double m_nominal = 0; // samples: where the speed alone would be
    std::uint64_t m_from = 0;
    std::uint64_t m_to = 0;
    std::uint64_t m_read = 0; // samples since the hop began, 32.32
    bool m_hopDue = true;
};

}
