// What a call's record knows of a recording, and the recording itself does not tell.
#pragma once

#include "shared/calls/quality_point.h"

#include <optional>
#include <span>
#include <vector>

namespace callmon {

struct RecordingFacts { // of one stream
    // Announcements end here: timestamps may begin anew, and then the receiver's jitter buffer does.
    std::optional<Timestamp> answeredAt;
    // Seconds of the stream in which the probe itself lost frames, by their beginnings, ascending.
    std::vector<Timestamp> blindSeconds {};

    bool isBlind(Timestamp at) const;
};

// `points` may be of other streams, too, and in any order.
RecordingFacts recordingFactsOf(
    std::optional<Timestamp> answeredAt, StreamKey stream, std::span<const QualityPoint> points);

}
