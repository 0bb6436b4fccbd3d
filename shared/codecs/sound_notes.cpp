#include "shared/codecs/sound_notes.h"

namespace callmon {

Sentence ofStream(const StreamRecord& stream, bool oneOfSeveral, const Sentence& what)
{
    Sentence who =
        stream.direction == Party::Caller ? sentence(TR("Engine", "caller")) : sentence(TR("Engine", "callee"));
    if (!stream.codec.empty())
        who = sentence(TR("Engine", "%1, %2"), who, stream.codec.view());
    return oneOfSeveral ? sentence(TR("Engine", "%1 (stream %2): %3"), who, stream.key.index, what)
                        : sentence(TR("Engine", "%1: %2"), who, what);
}

std::vector<Sentence> undecodedIn(const SoundLoss& loss)
{
    std::vector<Sentence> said;
    for (const auto& [codec, packets] : loss.undecodedPackets)
        said.push_back(packets == 1
                ? sentence(TR("Engine", "codec %1 is not decoded: 1 packet is silence"), codec)
                : sentence(TR("Engine", "codec %1 is not decoded: %2 packets are silence"), codec, packets));
    for (const auto& [type, packets] : loss.unknownPackets)
        said.push_back(packets == 1
                ? sentence(TR("Engine", "payload type %1 is not decoded: 1 packet is silence"), type)
                : sentence(TR("Engine", "payload type %1 is not decoded: %2 packets are silence"), type, packets));
    return said;
}

Sentence tooLateForTheBuffer(std::uint64_t packets)
{
    return packets == 1 ? sentence(TR("Engine", "1 packet too late for the jitter buffer left out"))
                        : sentence(TR("Engine", "%1 packets too late for the jitter buffer left out"), packets);
}

Sentence lostWithTheProbe(std::uint64_t packets, Hearing hearing)
{
    const Sentence how =
        hearing == Hearing::AsHeard ? sentence(TR("Engine", "silence")) : sentence(TR("Engine", "concealed"));
    return packets == 1
        ? sentence(TR("Engine",
                       "1 packet is missing from seconds in which the probe itself lost frames: %1, and no loss of the "
                       "network"),
            how)
        : sentence(TR("Engine",
                       "%1 packets are missing from seconds in which the probe itself lost frames: %2, and no loss of "
                       "the network"),
            packets, how);
}

}
