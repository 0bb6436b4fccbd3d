// A sound and what is to be known of it before it is played and drawn.
#pragma once

#include "console/playback/pauses.h"

#include <array>

namespace callmon {

// Looks at every sample: of a long sound not for a window's thread.
struct PlayableSound {
    PlayableSound() = default;
    PlayableSound(CallSound of);
    PlayableSound(CallAudio of)
        : PlayableSound(CallSound(std::move(of)))
    {
    }

    CallSound sound;
    std::vector<Pause> pauses {};
    static constexpr std::size_t bins = 2048; // more than any screen has pixels for a waveform
    std::array<std::vector<float>, 2> peaks {}; // of each bin, by Party: 0 to 1
};

}
