// The rows of text over a timeline's lanes: messages, keys and holds, alarms.
#pragma once

#include "console/plots/timeline_drawing.h"

namespace callmon {

class TimelineNotes : private TimelineDrawing {
public:
    using TimelineDrawing::TimelineDrawing;

    void paintEvents();
    void paintKeys();
    void paintAlarms();
    void paintSelection(const TimelineEvent& event);

private:
    void paintMark(TimelineMark mark, QPointF at, const QColor& colour);
};

}
