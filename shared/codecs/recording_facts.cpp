#include "shared/codecs/recording_facts.h"

#include <algorithm>
#include <iterator>

namespace callmon {

bool RecordingFacts::isBlind(Timestamp at) const
{
    const auto next = std::ranges::upper_bound(blindSeconds, at);
    return next != blindSeconds.begin() && at - *std::prev(next) < std::chrono::seconds(1);
}

RecordingFacts recordingFactsOf(
    std::optional<Timestamp> answeredAt, StreamKey stream, std::span<const QualityPoint> points)
{
    RecordingFacts facts { answeredAt };
    for (const QualityPoint& point : points)
        if (point.stream == stream && point.probeLost)
            facts.blindSeconds.push_back(point.at);
    std::ranges::sort(facts.blindSeconds);
    return facts;
}

}
