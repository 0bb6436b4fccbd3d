// From what is known of a call to what its timeline draws.
#pragma once

#include "console/models/call_events.h"
#include "console/models/quality_series.h"
#include "console/plots/timeline_data.h"
#include "console/views/theme.h"
#include "shared/codecs/call_sound.h"

namespace callmon {

struct CallContent {
    Timestamp begin;
    std::optional<Timestamp> end; // empty while it is on
    const std::vector<QualityPoint>& points;
    const std::vector<StreamRecord>& streams;
    const std::vector<CallMessage>& messages;
    const std::vector<Alarm>& alarms;
    const std::vector<CallEvent>& keys; // known with the sound
    bool soundIsKnown = false;
};
TimelineData timelineData(const CallContent& call);

// Of one side, in bins of 10 ms. Looks at every sample: not for a window's thread.
TimelineSound timelineSound(const CallSound& of, Party side, Timestamp callBegin);

TimelineLook timelineLook(const Theme& theme);

}
