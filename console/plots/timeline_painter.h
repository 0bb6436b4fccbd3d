// Draws a call timeline on any device: the screen, a picture, a vector file.
#pragma once

#include "console/plots/timeline_drawing.h"

namespace callmon {

class TimelinePainter : private TimelineDrawing {
public:
    using TimelineDrawing::TimelineDrawing;

    void paintLanes(QSize whole); // all that does not move with cursor and playhead; every pixel
    void paintAxis(int top); // the time, once more where the lanes' own is out of sight
    void paintCursor(double seconds); // a hairline
    void paintPlayhead(double seconds);
    void paintReadOuts(std::optional<double> seconds); // names and, where a time is given, the values then

    // "4.21", "3.1 ± 0.4"; an en dash where nothing is known.
    static QString valueText(const TimelineStrip& strip, std::size_t side, double seconds);

private:
    struct Scale {
        double low, high;
        double shareOfOne = 1 / (high - low);
        double y(const QRect& lane, double value) const;
    };

    void paintGround(QSize whole);
    void paintSpans();
    void paintTime();
    template <typename Draw> void forEachTick(Draw draw) const; // with its time, its x, and whether tenths count
    int tickWidth() const;
    void paintWords(const QRect& lane, const QString& words);
    void paintSound(std::size_t side);
    void paintStrip(std::size_t index);
    void paintTitle(const QRect& lane, const QString& title);
    Scale scaleOf(const TimelineStrip& strip) const;
};

QString timelineClock(double seconds, bool tenths); // "0:37", "1:02:03.4"
QString timelineTimeOfDay(double secondsSince1970, bool tenths); // "06:42:40", UTC

}
