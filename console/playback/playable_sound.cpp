#include "console/playback/playable_sound.h"

#include "shared/codecs/envelope.h"

#include <algorithm>
#include <utility>

namespace callmon {

PlayableSound::PlayableSound(CallSound of)
    : sound(std::move(of))
    , pauses(findPauses(sound))
{
    for (const Party side : { Party::Caller, Party::Callee }) {
        std::vector<float>& peaksOfSide = peaks[static_cast<std::size_t>(side)];
        peaksOfSide.reserve(bins);
        for (const Extremes& extremes :
            envelope(side == Party::Caller ? sound.caller : sound.callee, bins, sound.forget))
            peaksOfSide.push_back(static_cast<float>(std::max<int>(-extremes.lowest, extremes.highest)) / 32768.0F);
    }
    sound.letForget();
}

}
