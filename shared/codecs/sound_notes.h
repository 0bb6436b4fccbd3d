// What did not become sound, in sentences that recorded and live sound share.
#pragma once

#include "shared/base/sentence.h"
#include "shared/codecs/stream_sound.h"

namespace callmon {

// "caller, PCMA: …", and which of them where that side sent several.
Sentence ofStream(const StreamRecord& stream, bool oneOfSeveral, const Sentence& what);
std::vector<Sentence> undecodedIn(const SoundLoss& loss);
Sentence tooLateForTheBuffer(std::uint64_t packets);
Sentence lostWithTheProbe(std::uint64_t packets, Hearing hearing);

}
