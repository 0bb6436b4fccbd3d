// What did not become sound, in sentences that recorded and live sound share.
#pragma once

#include "shared/base/sentence.h"
#include "shared/codecs/stream_sound.h"

namespace callmon {

std::vector<Sentence> undecodedIn(const SoundLoss& loss);
Sentence tooLateForTheBuffer(std::uint64_t packets);
Sentence lostWithTheProbe(std::uint64_t packets, Hearing hearing);

}
