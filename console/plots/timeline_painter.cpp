#include "console/plots/timeline_painter.h"

#include "console/plots/call_timeline.h"
#include "console/plots/clock_ticker.h"
#include "console/plots/pixel_columns.h"
#include "console/zone/display_zone.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

constexpr int markWidth = 9;
constexpr int dashPeriod = 9; // pixels of the second side's line
constexpr int dashOn = 6;
constexpr double tall = 2.5; // pixels; what rises within one column is never left out of a dashed line

double timeStep(double span, int ticks)
{
    for (const double step : { 0.1, 0.2, 0.5 })
        if (span / step <= ticks)
            return step;
    return clockTickStep(span, ticks);
}

QColor faded(QColor colour, double alpha)
{
    colour.setAlphaF(static_cast<float>(alpha));
    return colour;
}

StepLine stepsOf(const TimelineLine& line)
{
    return { line.seconds, line.values, 1 };
}

// Rectangles in a lane; side by side and of one height they are one. Thousands of them, one pixel wide and as high as
// the lane, are what a frame costs: into a picture of the screen's pixels they are written here, in which the painter
// would take several times as long for the same pixels. Elsewhere (sharper screens, files) it draws them.
class Run {
public:
    Run(QPainter& painter, const QColor& colour, const QRect& lane)
        : m_painter(painter)
        , m_colour(colour)
        , m_lane(lane)
        , m_image(painter.deviceTransform().isIdentity() ? dynamic_cast<QImage*>(painter.device()) : nullptr)
    {
        if (m_image != nullptr && m_image->format() != QImage::Format_RGB32)
            m_image = nullptr;
        if (m_image == nullptr)
            return;
        m_lane &= m_image->rect();
        const bool veiled = m_colour.alpha() < 255 && !m_lane.isEmpty();
        if (veiled) {
            m_veil = QImage(m_lane.size(), QImage::Format_ARGB32_Premultiplied);
            m_veil.fill(0);
        }
        QImage& image = veiled ? m_veil : *m_image;
        m_bits = reinterpret_cast<QRgb*>(image.bits());
        m_stride = image.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
        m_value = veiled ? qPremultiply(m_colour.rgba()) : m_colour.rgb();
    }
    ~Run()
    {
        flush();
        if (!m_veil.isNull())
            m_painter.drawImage(m_lane.topLeft(), m_veil);
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    void add(int column, double top, double bottom)
    {
        if (m_width > 0 && column == m_from + m_width && top == m_top && bottom == m_bottom) {
            ++m_width;
            return;
        }
        flush();
        m_from = column;
        m_width = 1;
        m_top = top;
        m_bottom = bottom;
    }

private:
    void flush()
    {
        if (const int width = std::exchange(m_width, 0); width > 0) {
            const QRectF area(m_lane.left() + m_from, m_top, width, m_bottom - m_top);
            if (m_image != nullptr)
                write(area);
            else
                m_painter.fillRect(area, m_colour);
        }
    }

    void write(const QRectF& area)
    {
        // The pixels that the painter takes: QRasterPaintEngine rounds all four sides.
        const QRect whole(QPoint(qRound(area.left()), qRound(area.top())),
            QPoint(qRound(area.right()) - 1, qRound(area.bottom()) - 1));
        const QRect pixels = (whole & m_lane).translated(m_veil.isNull() ? QPoint(0, 0) : -m_lane.topLeft());
        QRgb* line = m_bits + pixels.top() * m_stride + pixels.left();
        for (int y = pixels.height(); y > 0; --y, line += m_stride)
            std::fill_n(line, pixels.width(), m_value);
    }

    QPainter& m_painter;
    QColor m_colour;
    QRect m_lane;
    QImage* m_image; // null: the painter draws
    QImage m_veil; // what is translucent, put over the image at the end
    QRgb* m_bits = nullptr; // of the veil or the image, rows of m_stride
    qsizetype m_stride = 0;
    QRgb m_value = 0;
    int m_from = 0;
    int m_width = 0;
    double m_top = 0;
    double m_bottom = 0;
};

// "━━ " and "╍╍ ": drawn, for not every font has them equally wide.
int paintSample(QPainter& painter, QPoint at, const QColor& colour, bool dashed)
{
    constexpr int width = 16;
    for (int x = 0; x < width; ++x)
        if (!dashed || x % dashPeriod < dashOn)
            painter.fillRect(at.x() + x, at.y() - 1, 1, 2, colour);
    return width + 5;
}

}

QString timelineClock(double seconds, bool tenths)
{
    const double shown = std::max(0.0, seconds + 1e-6);
    const QString whole = clockLabel(shown);
    return tenths ? whole + QLatin1Char('.') + QString::number(static_cast<int>(shown * 10) % 10) : whole;
}

QString timelineTimeOfDay(double secondsSince1970, bool tenths)
{
    const auto ms = static_cast<qint64>(std::floor(secondsSince1970 * 1000 + 1e-3));
    const QString text =
        inDisplayZone(ms).toString(tenths ? QStringLiteral("HH:mm:ss.zzz") : QStringLiteral("HH:mm:ss"));
    return tenths ? text.chopped(2) : text;
}

double TimelinePainter::Scale::y(const QRect& lane, double value) const
{
    const double share = std::clamp((value - low) / (high - low), 0.0, 1.0);
    return lane.bottom() - 1 - share * (lane.height() - 3);
}

TimelinePainter::TimelinePainter(QPainter& painter, const TimelineLayout& layout, const TimelineData& data,
    const TimelineLook& look, const TimeWindow& window)
    : m_painter(painter)
    , m_layout(layout)
    , m_data(data)
    , m_look(look)
    , m_window(window)
{
}

void TimelinePainter::paintLanes()
{
    paintGround();
    paintSpans();
    paintTime();
    for (std::size_t side = 0; side < timelineSides; ++side)
        paintSound(side);
    for (std::size_t i = 0; i < m_layout.strips.size() && i < m_data.strips.size(); ++i)
        paintStrip(i);
    paintAlarms();
    paintKeys();
    paintEvents();
}

void TimelinePainter::paintGround()
{
    const auto lane = [&](const QRect& rect) { m_painter.fillRect(rect, m_look.alternate); };
    lane(m_layout.events);
    for (const QRect& sound : m_layout.sounds)
        lane(sound);
    for (const QRect& strip : m_layout.strips)
        lane(strip);
    paintTitle(m_layout.events, CallTimeline::tr("Messages"));
    m_painter.setPen(m_look.quiet);
    const auto row = [&](int top, const QString& title) {
        const QRect place(m_layout.axis.left(), top, m_layout.left - 8, m_layout.line);
        m_painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, title);
    };
    if (m_layout.hasKeys)
        row(m_layout.keyRow, CallTimeline::tr("Keys, holds"));
    if (m_layout.hasAlarms)
        row(m_layout.alarmRow, CallTimeline::tr("Alarms"));
}

void TimelinePainter::paintTitle(const QRect& lane, const QString& title)
{
    QFont bold = m_painter.font();
    const QFont plain = bold;
    bold.setBold(true);
    m_painter.setFont(bold);
    m_painter.setPen(m_look.text);
    const QRect place(m_layout.axis.left(), lane.top(), m_layout.left - 8, m_layout.line + 2);
    m_painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
        m_painter.fontMetrics().elidedText(title, Qt::ElideRight, place.width()));
    m_painter.setFont(plain);
}

void TimelinePainter::paintSpans()
{
    m_painter.save();
    m_painter.setClipRect(m_layout.plot);
    for (const TimelineSpan& span : m_data.spans) {
        if (span.shade == TimelineShade::Alarm || span.end < m_window.begin() || span.begin > m_window.end())
            continue;
        const double from = std::max(x(span.begin), m_layout.plot.left() - 4.0);
        const double to = std::min(std::max(x(span.end), from + 2), m_layout.plot.right() + 4.0);
        const QRectF area(from, m_layout.plot.top(), to - from, m_layout.plot.height());
        if (span.shade == TimelineShade::Hold) {
            m_painter.fillRect(area, faded(m_look.accent, 0.13));
            m_painter.setPen(QPen(faded(m_look.accent, 0.8), 1, Qt::DashLine));
            m_painter.drawLine(area.topLeft(), area.bottomLeft());
            if (!span.open)
                m_painter.drawLine(area.topRight(), area.bottomRight());
            continue;
        }
        m_painter.fillRect(area, faded(m_look.bad, 0.08));
        m_painter.save();
        m_painter.setClipRect(area & QRectF(m_layout.plot));
        m_painter.setPen(QPen(faded(m_look.bad, 0.55), 1));
        m_painter.setRenderHint(QPainter::Antialiasing);
        constexpr double apart = 8;
        const double height = area.height();
        for (double at = std::floor((from - height) / apart) * apart; at < to; at += apart)
            m_painter.drawLine(QPointF(at, area.bottom()), QPointF(at + height, area.top()));
        m_painter.restore();
    }
    m_painter.restore();
}

void TimelinePainter::paintTime()
{
    const QFontMetrics metrics = m_painter.fontMetrics();
    const int labelWidth = metrics.horizontalAdvance(QStringLiteral("00:00:00.0")) + 18;
    const double step = timeStep(m_window.span(), std::max(1, m_layout.plot.width() / labelWidth));
    const bool tenths = step < 1;
    const int top = m_layout.axis.top() + 3;
    for (double tick = std::ceil(m_window.begin() / step - 1e-6) * step; tick <= m_window.end() + 1e-9; tick += step) {
        const double at = std::round(x(tick));
        m_painter.setPen(m_look.grid);
        m_painter.drawLine(QPointF(at, m_layout.plot.top()), QPointF(at, m_layout.plot.bottom() + 3));
        const QRectF label(at - labelWidth / 2.0, top, labelWidth, m_layout.line);
        m_painter.setPen(m_look.text);
        m_painter.drawText(label, Qt::AlignCenter, timelineClock(tick, tenths));
        m_painter.setPen(m_look.quiet);
        m_painter.drawText(
            label.translated(0, m_layout.line), Qt::AlignCenter, timelineTimeOfDay(m_data.epoch + tick, tenths));
    }
    const QRect titles(m_layout.axis.left(), top, m_layout.left - labelWidth / 2 - 4, m_layout.line);
    m_painter.setPen(m_look.text);
    m_painter.drawText(titles, Qt::AlignLeft | Qt::AlignVCenter, CallTimeline::tr("Call"));
    m_painter.setPen(m_look.quiet);
    m_painter.drawText(titles.translated(0, m_layout.line), Qt::AlignLeft | Qt::AlignVCenter, zoneLabel());
}

void TimelinePainter::paintMark(TimelineMark mark, QPointF at, const QColor& colour)
{
    constexpr double half = markWidth / 2.0;
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setPen(QPen(colour, 1.4));
    m_painter.setBrush(mark == TimelineMark::Request ? QBrush(colour) : QBrush(m_look.alternate));
    if (mark == TimelineMark::Failure) {
        m_painter.drawLine(at + QPointF(-half, -half), at + QPointF(half, half));
        m_painter.drawLine(at + QPointF(-half, half), at + QPointF(half, -half));
    } else {
        m_painter.drawPolygon(
            QPolygonF({ at + QPointF(-half, -half), at + QPointF(half, -half), at + QPointF(0, half) }));
    }
    m_painter.setRenderHint(QPainter::Antialiasing, false);
}

// Marks between which no label fits share one: "INVITE … ACK (12)".
void TimelinePainter::paintEvents()
{
    m_painter.save();
    m_painter.setClipRect(m_layout.events.adjusted(-markWidth, 0, markWidth, 0));
    const double middle = m_layout.events.top() + 2 + m_layout.line / 2.0;
    std::vector<const TimelineEvent*> seen;
    for (const TimelineEvent& event : m_data.events)
        if (event.mark != TimelineMark::Key && isSeen(event.seconds))
            seen.push_back(&event);
    const QFontMetrics metrics = m_painter.fontMetrics();
    double free = m_layout.events.left(); // right of the last label
    for (std::size_t first = 0; first < seen.size();) {
        std::size_t last = first;
        const int least = metrics.horizontalAdvance(seen[first]->label) + 2 * markWidth;
        while (last + 1 < seen.size() && x(seen[last + 1]->seconds) - x(seen[last]->seconds) < least)
            ++last;
        bool failed = false;
        for (std::size_t i = first; i <= last; ++i)
            failed = failed || seen[i]->mark == TimelineMark::Failure;
        double drawn = 1e9;
        for (std::size_t i = last + 1; i-- > first;) { // the first one on top
            const TimelineEvent& event = *seen[i];
            const double at = x(event.seconds);
            if (event.mark != TimelineMark::Failure && i > first && drawn - at < 1) // under the last one
                continue;
            drawn = at;
            paintMark(event.mark, QPointF(at, middle), event.mark == TimelineMark::Failure ? m_look.bad : m_look.text);
        }
        QString label = seen[first]->label;
        double from = x(seen[last]->seconds) + markWidth / 2.0 + 4;
        double to = last + 1 < seen.size() ? x(seen[last + 1]->seconds) - markWidth : m_layout.events.right();
        QStringList labels;
        if (last > first)
            labels = { label + QStringLiteral(" … %1 (%2)").arg(seen[last]->label).arg(last - first + 1),
                label + QStringLiteral(" … (%1)").arg(last - first + 1) };
        labels += label;
        const double before = x(seen[first]->seconds) - markWidth; // to the left there may be more room
        const auto fits = [&](const QString& one) {
            return metrics.horizontalAdvance(one) + 2 <= std::max(to - from, before - free);
        };
        const auto fitting = std::find_if(labels.begin(), labels.end(), fits);
        label = fitting != labels.end() ? *fitting : label;
        const int needed = metrics.horizontalAdvance(label) + 2;
        if (fitting != labels.end() && to - from < needed) {
            from = before - needed;
            to = before;
        }
        free = from;
        if (to - from >= needed || to - from > metrics.averageCharWidth() * 4) {
            free = std::min(to, from + needed) + 6;
            m_painter.setPen(failed ? m_look.bad : m_look.text);
            m_painter.drawText(QRectF(from, m_layout.events.top() + 2, to - from, m_layout.line),
                Qt::AlignLeft | Qt::AlignVCenter,
                metrics.elidedText(label, Qt::ElideRight, static_cast<int>(to - from)));
        }
        first = last + 1;
    }
    m_painter.restore();
}

void TimelinePainter::paintKeys()
{
    m_painter.save();
    m_painter.setClipRect(m_layout.events);
    const int top = m_layout.keyRow;
    for (const TimelineSpan& span : m_data.spans) {
        if (span.shade != TimelineShade::Hold || span.end < m_window.begin() || span.begin > m_window.end())
            continue;
        const double from = std::max(x(span.begin), double(m_layout.plot.left())) + 4;
        const int room = static_cast<int>(std::min(x(span.end), double(m_layout.plot.right())) - from);
        m_painter.setPen(m_look.text);
        m_painter.drawText(QRectF(from, top, std::max(0, room), m_layout.line), Qt::AlignLeft | Qt::AlignVCenter,
            m_painter.fontMetrics().elidedText(QStringLiteral("‖ ") + span.label, Qt::ElideRight, room));
    }
    if (!m_data.keysNote.isEmpty()) {
        m_painter.setPen(m_look.quiet);
        m_painter.drawText(QRect(m_layout.events.left() + 6, top, m_layout.events.width() - 12, m_layout.line),
            Qt::AlignLeft | Qt::AlignVCenter, m_data.keysNote);
    }
    double free = -1e9;
    for (const TimelineEvent& event : m_data.events) {
        if (event.mark != TimelineMark::Key || !isSeen(event.seconds))
            continue;
        const QColor& colour = m_look.sides[event.side];
        const double at = x(event.seconds);
        const int width = std::max(m_layout.line, m_painter.fontMetrics().horizontalAdvance(event.label) + 6);
        m_painter.setPen(colour);
        m_painter.drawLine(QPointF(at, top), QPointF(at, top + m_layout.line - 1));
        if (at < free)
            continue;
        const QRectF box(at, top, width, m_layout.line - 1);
        m_painter.fillRect(box, m_look.background);
        m_painter.setPen(QPen(colour, 1, event.side == 0 ? Qt::SolidLine : Qt::DashLine));
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawRect(box);
        m_painter.setPen(m_look.text);
        m_painter.drawText(box, Qt::AlignCenter, event.label);
        free = at + width + 1;
    }
    m_painter.restore();
}

void TimelinePainter::paintAlarms()
{
    m_painter.save();
    m_painter.setClipRect(m_layout.events);
    const int top = m_layout.alarmRow;
    std::vector<const TimelineSpan*> alarms;
    for (const TimelineSpan& span : m_data.spans)
        if (span.shade == TimelineShade::Alarm && span.end >= m_window.begin() && span.begin <= m_window.end())
            alarms.push_back(&span);
    for (std::size_t i = 0; i < alarms.size(); ++i) {
        const double from = std::max(x(alarms[i]->begin), double(m_layout.plot.left()));
        const double to = std::min(std::max(x(alarms[i]->end), from + 3), double(m_layout.plot.right()));
        m_painter.fillRect(QRectF(from, top, to - from, m_layout.line), faded(m_look.warning, 0.28));
        m_painter.fillRect(QRectF(from, top, 2, m_layout.line), m_look.warning); // raised
        if (!alarms[i]->open)
            m_painter.fillRect(QRectF(to - 2, top, 2, m_layout.line), m_look.warning); // cleared
        // Within the span where all of it fits there; else behind it, if that is the larger place.
        const double free = i + 1 < alarms.size() ? x(alarms[i + 1]->begin) - 6 : double(m_layout.plot.right());
        const double needed = m_painter.fontMetrics().horizontalAdvance(alarms[i]->label);
        const bool behind = to - from - 8 < needed && free - to > to - from;
        const double begin = behind ? to + 4 : from + 5;
        const int room = static_cast<int>((behind ? free : to) - begin) - 2;
        if (room < m_layout.line)
            continue;
        m_painter.setPen(m_look.text);
        m_painter.drawText(QRectF(begin, top, room, m_layout.line), Qt::AlignLeft | Qt::AlignVCenter,
            m_painter.fontMetrics().elidedText(alarms[i]->label, Qt::ElideRight, room));
    }
    m_painter.restore();
}

void TimelinePainter::paintSound(std::size_t side)
{
    const QRect& lane = m_layout.sounds[side];
    const TimelineSound& sound = m_data.sounds[side];
    paintTitle(lane, m_look.names[side]);
    const double middle = lane.center().y() + 0.5;
    if (sound.peaks.empty()) {
        m_painter.setPen(m_look.quiet);
        m_painter.drawText(lane.adjusted(6, 0, -6, 0), Qt::AlignLeft | Qt::AlignVCenter,
            CallTimeline::tr("no sound loaded: Space fetches it"));
        return;
    }
    const std::vector<float> columns = peakColumns(
        sound.peaks, sound.start, sound.binSeconds, m_window.begin(), m_window.end(), m_layout.plot.width());
    {
        Run run(m_painter, m_look.sides[side], lane);
        for (std::size_t column = 0; column < columns.size(); ++column) {
            // Square root: speech is mostly quiet, and quiet is what one looks for.
            const double half = std::round(std::sqrt(static_cast<double>(columns[column])) * (lane.height() / 2.0 - 1));
            run.add(static_cast<int>(column), middle - std::max(0.5, half), middle + std::max(0.5, half));
        }
    }
    m_painter.save();
    m_painter.setClipRect(lane);
    for (const TimelineSound::Span& lost : sound.lost) {
        if (lost.end < m_window.begin() || lost.begin > m_window.end())
            continue;
        const double from = std::max(x(lost.begin), lane.left() - 4.0);
        const double to = std::min(std::max(x(lost.begin) + 2, x(lost.end)), lane.right() + 1.0);
        if (!lost.withProbe) {
            m_painter.fillRect(QRectF(from, lane.top(), to - from, 4), m_look.bad);
            continue;
        }
        for (double dash = from; dash < to; dash += 6) // broken: not the network's
            m_painter.fillRect(QRectF(dash, lane.top(), std::min(3.0, to - dash), 4), m_look.quiet);
    }
    m_painter.restore();
}

TimelinePainter::Scale TimelinePainter::scaleOf(const TimelineStrip& strip) const
{
    double high = strip.maximum;
    if (!strip.ticks.empty())
        return { strip.minimum, high };
    for (const TimelineLine& line : strip.lines) {
        const auto from = std::upper_bound(line.seconds.begin(), line.seconds.end(), m_window.begin());
        for (auto i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, from - line.seconds.begin() - 1));
             i < line.seconds.size() && line.seconds[i] < m_window.end(); ++i)
            if (!std::isnan(line.values[i]))
                high = std::max(high, line.values[i] + (line.errors.empty() ? 0 : line.errors[i]));
    }
    const double step = valueTickStep(high);
    return { strip.minimum, step * std::ceil(high / step - 1e-9) };
}

void TimelinePainter::paintStrip(std::size_t index)
{
    const TimelineStrip& strip = m_data.strips[index];
    const QRect& lane = m_layout.strips[index];
    const Scale scale = scaleOf(strip);
    paintTitle(lane, strip.unit.isEmpty() ? strip.title : strip.title + QStringLiteral(", ") + strip.unit);
    std::vector<double> ticks = strip.ticks;
    if (ticks.empty())
        for (double tick = strip.minimum; tick <= scale.high * (1 + 1e-9); tick += valueTickStep(scale.high))
            ticks.push_back(tick);
    const QFont plain = m_painter.font();
    QFont small = plain;
    small.setPointSizeF(plain.pointSizeF() * 0.85);
    m_painter.setFont(small);
    const int height = m_painter.fontMetrics().height();
    const int titleWidth =
        QFontMetrics(plain).horizontalAdvance(strip.title + strip.unit) + TimelineLayout::titleMargin;
    double labelled = -1e9;
    for (std::size_t i = ticks.size(); i-- > 0;) {
        const double y = scale.y(lane, ticks[i]);
        m_painter.setPen(m_look.grid);
        m_painter.drawLine(QPointF(lane.left(), y), QPointF(lane.right(), y));
        const bool end = i == 0 || i + 1 == ticks.size();
        const double least = height * 0.95;
        // The ends' labels stay within their lane.
        const auto topOf = [&](double at) {
            return std::clamp(at - height / 2.0, double(lane.top()) - 1, lane.bottom() - height + 2.0);
        };
        const double top = topOf(y);
        if (top - labelled < least || (!end && topOf(scale.y(lane, ticks.front())) - top < least)) // only its line
            continue;
        labelled = top;
        const QRectF place(
            m_layout.axis.left() + titleWidth, top, m_layout.left - titleWidth - TimelineLayout::valueMargin, height);
        m_painter.setPen(m_look.quiet);
        const double step = valueTickStep(scale.high);
        const int decimals = ticks[i] == std::floor(ticks[i]) ? 0 : strip.ticks.empty() && step < 0.1 ? 2 : 1;
        m_painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter, QLocale().toString(ticks[i], 'f', decimals));
    }
    m_painter.setFont(plain);

    m_painter.save();
    m_painter.setClipRect(lane);
    const int width = m_layout.plot.width();
    const auto phase = static_cast<int>(std::llround(m_window.begin() / m_window.span() * width) % dashPeriod);
    bool any = false;
    for (const TimelineLine& line : strip.lines) {
        const QColor& colour = m_look.sides[line.side];
        if (!line.errors.empty()) {
            const auto band =
                bandColumnsOf(stepsOf(line), line.errors, strip.minimum, m_window.begin(), m_window.end(), width);
            Run run(m_painter, faded(colour, 0.28), lane);
            for (std::size_t column = 0; column < band.size(); ++column)
                if (band[column].any)
                    run.add(
                        static_cast<int>(column), scale.y(lane, band[column].high), scale.y(lane, band[column].low));
        }
        const auto columns = columnsOf(stepsOf(line), m_window.begin(), m_window.end(), width);
        Run run(m_painter, colour, lane);
        for (std::size_t column = 0; column < columns.size(); ++column) {
            const PixelColumn& here = columns[column];
            if (!here.any)
                continue;
            any = true;
            double low = here.low;
            double high = here.high;
            if (column > 0 && columns[column - 1].any) { // the upright part of a step
                low = std::min(low, columns[column - 1].last);
                high = std::max(high, columns[column - 1].last);
            }
            const double top = std::round(scale.y(lane, high)) - 1;
            const double bottom = std::round(scale.y(lane, low)) + 1;
            const bool gap = line.side != 0 && (static_cast<int>(column) + phase) % dashPeriod >= dashOn;
            if (!gap || bottom - top > tall)
                run.add(static_cast<int>(column), top, bottom);
        }
    }
    if (!any) {
        m_painter.setPen(m_look.quiet);
        m_painter.drawText(
            lane.adjusted(6, 0, -6, 0), Qt::AlignLeft | Qt::AlignVCenter, CallTimeline::tr("no measurement"));
    }
    m_painter.restore();
}

void TimelinePainter::paintCursor(double seconds)
{
    if (!isSeen(seconds))
        return;
    m_painter.setPen(QPen(m_look.text, 1, Qt::DotLine));
    const double at = std::round(x(seconds)) + 0.5;
    m_painter.drawLine(QPointF(at, m_layout.plot.top()), QPointF(at, m_layout.plot.bottom()));
}

void TimelinePainter::paintPlayhead(double seconds)
{
    if (!isSeen(seconds))
        return;
    const double at = std::round(x(seconds));
    m_painter.fillRect(QRectF(at - 1, m_layout.plot.top(), 2, m_layout.plot.height() + 3), m_look.accent);
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(m_look.accent);
    const double foot = m_layout.plot.bottom() + 1;
    m_painter.drawPolygon(QPolygonF({ { at - 5, foot + 7 }, { at + 5, foot + 7 }, { at, foot } }));
    m_painter.setRenderHint(QPainter::Antialiasing, false);
}

void TimelinePainter::paintSelection(const TimelineEvent& event)
{
    if (!isSeen(event.seconds))
        return;
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setPen(QPen(m_look.accent, 2));
    m_painter.setBrush(Qt::NoBrush);
    m_painter.drawEllipse(
        QPointF(x(event.seconds), m_layout.events.top() + 2 + m_layout.line / 2.0), markWidth * 0.9, markWidth * 0.9);
    m_painter.setRenderHint(QPainter::Antialiasing, false);
}

QString TimelinePainter::valueText(const TimelineStrip& strip, std::size_t side, double seconds)
{
    QString text = QStringLiteral("–");
    for (const TimelineLine& line : strip.lines) {
        const double value = line.side == side ? valueAt(stepsOf(line), seconds) : std::nan("");
        if (std::isnan(value))
            continue;
        text = QLocale().toString(value, 'f', strip.decimals);
        const double error = line.errors.empty() ? 0 : valueAt({ line.seconds, line.errors, 1 }, seconds);
        if (error >= 0.005)
            text += QStringLiteral(" ± ") + QLocale().toString(error, 'f', error < 0.1 ? 2 : 1);
    }
    return text;
}

void TimelinePainter::paintReadOuts(std::optional<double> seconds)
{
    const int left = m_layout.plot.right() + 8;
    const int width = m_layout.right - 8;
    if (seconds) {
        QFont bold = m_painter.font();
        const QFont plain = bold;
        bold.setBold(true);
        const QRect row(left, m_layout.events.top() + 2, width, m_layout.line);
        m_painter.setPen(m_look.text);
        m_painter.setFont(bold);
        m_painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, timelineClock(*seconds, true));
        m_painter.setFont(plain);
        m_painter.setPen(m_look.quiet);
        m_painter.drawText(row.translated(0, m_layout.line + 1), Qt::AlignLeft | Qt::AlignVCenter,
            timelineTimeOfDay(m_data.epoch + *seconds, true) + QLatin1Char(' ') + zoneLabel());
    }
    for (std::size_t i = 0; i < m_layout.strips.size() && i < m_data.strips.size(); ++i) {
        const QRect& lane = m_layout.strips[i];
        const int rowHeight = std::min(m_layout.line + 1, lane.height() / 2);
        for (std::size_t side = 0; side < timelineSides; ++side) {
            const QRect row(left, lane.top() + static_cast<int>(side) * rowHeight, width, rowHeight);
            const int sample =
                paintSample(m_painter, QPoint(row.left(), row.center().y() + 1), m_look.sides[side], side != 0);
            QString text = m_look.names[side];
            if (seconds)
                text += QLatin1Char(' ') + valueText(m_data.strips[i], side, *seconds);
            m_painter.setPen(m_look.sides[side]);
            m_painter.drawText(row.adjusted(sample, -2, 0, 2), Qt::AlignLeft | Qt::AlignVCenter,
                m_painter.fontMetrics().elidedText(text, Qt::ElideRight, row.width() - sample));
        }
    }
}

}
