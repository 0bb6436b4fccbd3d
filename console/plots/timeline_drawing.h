// What a part of a call's timeline draws with and from.
#pragma once

#include "console/plots/pixel_columns.h"
#include "console/plots/timeline_layout.h"

#include <QPainter>

namespace callmon {

constexpr int dashPeriod = 9; // pixels of the second side's line
constexpr int dashOn = 6;

inline StepLine stepsOf(const TimelineLine& line)
{
    return { line.seconds, line.values, 1 };
}

class TimelineDrawing {
public:
    // All outlive this.
    TimelineDrawing(QPainter& painter, const TimelineLayout& layout, const TimelineData& data, const TimelineLook& look,
        const TimeWindow& window)
        : m_painter(painter)
        , m_layout(layout)
        , m_data(data)
        , m_look(look)
        , m_window(window)
    {
    }

protected:
    double x(double seconds) const { return m_layout.xOf(seconds, m_window); }

    QPainter& m_painter;
    const TimelineLayout& m_layout;
    const TimelineData& m_data;
    const TimelineLook& m_look;
    const TimeWindow& m_window;
};

}
