// From what is known of a call to what its timeline draws.
#pragma once

#include "console/models/call_events.h"
#include "console/models/quality_series.h"
#include "console/plots/timeline_data.h"
#include "console/views/theme.h"
#include "shared/codecs/call_sound.h"

namespace callmon {

// The strips of a call's figures: of a call of hours most of the work, and needed anew only when its seconds are.
struct QualityLanes {
    std::vector<TimelineStrip> strips;
    std::vector<TimelineSpan> probeLosses;
    double end = 0; // of the last second, since the call began
};
QualityLanes qualityLanes(
    const std::vector<QualityPoint>& points, const std::vector<StreamRecord>& streams, Timestamp callBegin);

struct CallContent {
    Timestamp begin;
    std::optional<Timestamp> end; // empty while it is on
    const std::vector<TimelineSpan>& probeLosses;
    double lastSecond = 0;
    const std::vector<StreamRecord>& streams;
    const std::vector<CallMessage>& messages;
    const std::vector<Alarm>& alarms;
    const std::vector<CallEvent>& keys; // known with the sound
    bool soundIsKnown = false;
};
TimelineData timelineData(const CallContent& call); // all but strips and sound

// Of one side, in bins of 10 ms. Looks at every sample: not for a window's thread.
TimelineSound timelineSound(const CallSound& of, Party side, Timestamp callBegin);

TimelineLook timelineLook(const Theme& theme);

}
