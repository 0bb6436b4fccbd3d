// The rows of text over a timeline's lanes: messages, keys and holds, alarms.
#pragma once

#include "console/plots/timeline_layout.h"

#include <QPainter>

namespace callmon {

class TimelineNotes {
public:
    TimelineNotes(QPainter& painter, const TimelineLayout& layout, const TimelineData& data, const TimelineLook& look,
        const TimeWindow& window);

    void paintEvents();
    void paintKeys();
    void paintAlarms();
    void paintSelection(const TimelineEvent& event);

private:
    void paintMark(TimelineMark mark, QPointF at, const QColor& colour);
    double x(double seconds) const { return m_layout.xOf(seconds, m_window); }

    QPainter& m_painter;
    const TimelineLayout& m_layout;
    const TimelineData& m_data;
    const TimelineLook& m_look;
    const TimeWindow& m_window;
};

}
