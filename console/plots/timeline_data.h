// What a call timeline shows: plain values, all times in seconds since the call began.
#pragma once

#include <QColor>
#include <QString>
#include <array>
#include <limits>
#include <optional>
#include <vector>

namespace callmon {

constexpr std::size_t timelineSides = 2; // caller and callee

struct TimelineLine {
    std::size_t side = 0;
    std::vector<double> seconds; // ascending
    std::vector<double> values; // NaN: nothing was measured, the line breaks
    std::vector<double> errors {}; // the true value lies within value +- this; empty: not known to be wrong
};

struct TimelineStrip {
    QString title;
    QString unit; // empty for none
    double minimum = 0;
    double maximum = 1; // of the axis; it grows with what is shown unless there are ticks
    int decimals = 1; // of the read-out
    std::vector<double> ticks {}; // where labels stand; empty: chosen by the values
    std::vector<TimelineLine> lines {};
};

struct TimelineSound {
    std::vector<float> peaks; // 0 to 1, of equally long bins
    double start = 0;
    double binSeconds = 0.01;
    struct Span {
        double begin, end;
        bool withProbe = false; // the probe itself lost frames then
    };
    std::vector<Span> lost {};
};

enum class TimelineMark { Request, Response, Failure, Key };

struct TimelineEvent {
    double seconds = 0;
    TimelineMark mark = TimelineMark::Request;
    QString label; // beside the mark, where there is room
    std::size_t id = 0; // the caller's: which message
    std::size_t side = 0; // of a key: who pressed it
};

enum class TimelineShade { Hold, ProbeLoss, Alarm };

struct TimelineSpan {
    TimelineShade shade = TimelineShade::Hold;
    double begin = 0;
    double end = 0;
    QString label;
    bool open = false; // its end is not known yet
};

struct TimelineData {
    double duration = 1;
    double epoch = 0; // seconds since 1970 of its 0: for the time of day
    std::array<TimelineSound, timelineSides> sounds {};
    std::vector<TimelineStrip> strips {};
    std::vector<TimelineEvent> events {}; // ascending
    std::vector<TimelineSpan> spans {};
    QString keysNote {}; // where the keys' times are not known
    QString noSound {}; // why none can be fetched
    QString noFigures {}; // why none are shown, where they may have been measured all the same
};

struct TimelineLook {
    QColor background, alternate, text, quiet, grid, accent, bad, warning;
    std::array<QColor, timelineSides> sides {}; // told apart by the line's style and their names, too
    std::array<QString, timelineSides> names {};
};

inline QColor faded(QColor colour, double alpha)
{
    colour.setAlphaF(static_cast<float>(alpha));
    return colour;
}

}
