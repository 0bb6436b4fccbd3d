// Where nobody says anything, so that a listener can skip it.
#pragma once

#include "shared/codecs/call_sound.h"

namespace callmon {

struct Pause { // samples; a breath of the silence around it is left
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

// In order. Both sides below -45 dB of full scale for longer than a second: no pause within a sentence is.
std::vector<Pause> findPauses(const CallSound& sound);

}
