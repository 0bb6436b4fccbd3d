// Where the lanes of a call timeline lie: titles and axes left, values at the cursor right, time below.
#pragma once

#include "console/plots/time_window.h"
#include "console/plots/timeline_data.h"

#include <QFontMetrics>
#include <QRect>
#include <vector>

namespace callmon {

struct TimelineLayout {
    TimelineLayout(QSize size, const TimelineData& data, const QFontMetrics& font);

    static constexpr int valueMargin = 6; // right of the labels of an axis
    static constexpr int titleMargin = 30; // right of a strip's title, before the labels of its axis
    static int leastHeight(const TimelineData& data, const QFontMetrics& font);

    double xOf(double seconds, const TimeWindow& window) const;
    double secondsAt(double x, const TimeWindow& window) const;

    QRect plot; // the width of every lane, from the first to the last
    QRect events; // rows of text: messages; keys and holds, and alarms, where there are any
    int keyRow = 0; // top
    int alarmRow = 0;
    bool hasKeys = false;
    bool hasAlarms = false;
    std::array<QRect, timelineSides> sounds;
    std::vector<QRect> strips;
    QRect axis; // below the last lane: time since the beginning, time of day
    int left = 0; // width of titles and axes
    int right = 0; // width of the values at the cursor
    int line = 0; // height of a line of text
};

}
