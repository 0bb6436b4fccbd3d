#include "console/plots/timeline_layout.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr int gap = 3; // between lanes
constexpr int edge = 4;
constexpr double soundShare = 0.6; // of a strip: a waveform is read by its shape alone

bool hasShade(const TimelineData& data, TimelineShade shade)
{
    return std::any_of(
        data.spans.begin(), data.spans.end(), [shade](const TimelineSpan& span) { return span.shade == shade; });
}

bool hasKeyRow(const TimelineData& data)
{
    return !data.keysNote.isEmpty() || hasShade(data, TimelineShade::Hold)
        || std::any_of(data.events.begin(), data.events.end(),
            [](const TimelineEvent& event) { return event.mark == TimelineMark::Key; });
}

int eventHeight(const TimelineData& data, int line)
{
    return (1 + hasKeyRow(data) + hasShade(data, TimelineShade::Alarm)) * (line + 1) + 4;
}

// The longest title, in the bold face that it is drawn in.
int titleWidth(const TimelineData& data, const QFontMetrics& font)
{
    int width = font.horizontalAdvance(QStringLiteral("Jitterms"));
    for (const TimelineStrip& strip : data.strips)
        width = std::max(width, font.horizontalAdvance(strip.title + strip.unit) * 11 / 10);
    return width;
}

double parts(const TimelineData& data)
{
    return static_cast<double>(data.strips.size()) + timelineSides * soundShare;
}

}

TimelineLayout::TimelineLayout(QSize size, const TimelineData& data, const QFontMetrics& font)
    : left(titleWidth(data, font) + titleMargin + font.horizontalAdvance(QStringLiteral("00,000")) + valueMargin)
    , right(font.horizontalAdvance(QStringLiteral("━━ callee 00000.0 ± 00.00")))
    , line(font.height())
{
    const int width = std::max(60, size.width() - left - right - 2 * edge);
    const int axisHeight = 2 * line + 6;
    const int eventRows = eventHeight(data, line);
    const int free = std::max(0, size.height() - axisHeight - eventRows - 2 * edge);
    const auto part = [&](double share) { return static_cast<int>(free * share / parts(data)); };
    int y = edge;
    const auto lane = [&](int height) {
        const QRect rect(edge + left, y, width, std::max(6, height - gap));
        y += height;
        return rect;
    };
    events = lane(eventRows);
    hasKeys = hasKeyRow(data);
    hasAlarms = hasShade(data, TimelineShade::Alarm);
    keyRow = events.top() + 2 + line + 1;
    alarmRow = hasKeys ? keyRow + line + 1 : keyRow;
    for (QRect& sound : sounds)
        sound = lane(part(soundShare));
    for (std::size_t i = 0; i < data.strips.size(); ++i)
        strips.push_back(lane(part(1)));
    plot = QRect(events.topLeft(), QPoint(events.right(), y - gap - 1));
    axis = QRect(edge, plot.bottom() + 1, left + width + right, axisHeight);
}

int TimelineLayout::leastHeight(const TimelineData& data, const QFontMetrics& font)
{
    const int line = font.height();
    return eventHeight(data, line) + 2 * line + 6 + 2 * edge + static_cast<int>(parts(data) * 2 * line);
}

double TimelineLayout::xOf(double seconds, const TimeWindow& window) const
{
    return plot.left() + (seconds - window.begin()) / window.span() * plot.width();
}

double TimelineLayout::secondsAt(double x, const TimeWindow& window) const
{
    const double at = window.begin() + (x - plot.left()) / plot.width() * window.span();
    return std::clamp(at, 0.0, window.whole());
}

}
