// Keeps the timeline of a call's page at what is known of the call.
#pragma once

#include "console/models/call_details.h"
#include "console/models/call_events.h"
#include "console/plots/timeline_data.h"

#include <optional>
#include <utility>
#include <vector>

namespace callmon {

class CallTimeline;

class TimelineFeed {
public:
    TimelineFeed(const CallDetails& details, CallTimeline& timeline) // both outlive this
        : m_details(details)
        , m_timeline(timeline)
    {
    }

    // The next show() makes the strips of the figures anew: in a call of hours that is most of the work.
    void secondsCame() { m_stripsAreOld = true; }
    void streamsCame();
    void isOnAt(Timestamp now); // the axis reaches there, whatever is known of the call
    void soundCame(std::vector<CallEvent> keys); // the keys that were pressed are known with it
    void soundIsMissing(const QString& brief) { m_noSound = brief; } // why, for its lane
    void show(const ProbeDesk* desk); // nullptr: there are no roles

private:
    const CallDetails& m_details;
    CallTimeline& m_timeline;
    std::vector<CallEvent> m_keys;
    QString m_noSound;
    bool m_soundKnown = false; // it was fetched, if only in part
    bool m_streamsKnown = false; // they were answered, if only by none
    bool m_stripsAreOld = true;
    Timestamp m_begin {}; // that they were made for
    std::vector<std::pair<StreamKey, Party>> m_streams;
    std::vector<TimelineSpan> m_probeLosses;
    double m_lastSecond = 0; // of the figures
    Timestamp m_onUntil {};
};

}
