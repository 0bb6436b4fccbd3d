#include "console/plots/timeline_painter.h"
#include "console/plots/call_timeline.h"
#include "console/plots/clock_ticker.h"
#include "console/plots/lane_run.h"
#include "console/plots/loss_mark.h"
#include "console/plots/pixel_columns.h"
#include "console/plots/timeline_notes.h"
#include "console/zone/display_zone.h"
#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

constexpr double tall = 2.5; // pixels; what rises within one column is never left out of a dashed line

double timeStep(double span, int ticks)
{
    for (const double step : { 0.1, 0.2, 0.5 })
        if (span / step <= ticks)
            return step;
    return clockTickStep(span, ticks);
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
    const double share = std::clamp((value - low) * shareOfOne, 0.0, 1.0);
    return lane.bottom() - 1 - share * (lane.height() - 3);
}

void TimelinePainter::paintLanes(QSize whole)
{
    paintGround(whole);
    paintSpans();
    paintTime();
    for (std::size_t side = 0; side < timelineSides; ++side)
        paintSound(side);
    for (std::size_t i = 0; i < m_layout.strips.size() && i < m_data.strips.size(); ++i)
        paintStrip(i);
    TimelineNotes notes(m_painter, m_layout, m_data, m_look, m_window);
    notes.paintAlarms();
    notes.paintKeys();
    notes.paintEvents();
}

void TimelinePainter::paintGround(QSize whole)
{
    QRegion beside(QRect(QPoint(0, 0), whole)); // filling a window's pixels twice is half of what a frame may take
    const auto lane = [&](const QRect& rect) {
        m_painter.fillRect(rect, m_look.alternate);
        beside -= rect;
    };
    lane(m_layout.events);
    for (const QRect& sound : m_layout.sounds)
        lane(sound);
    for (const QRect& strip : m_layout.strips)
        lane(strip);
    for (const QRect& rest : beside)
        m_painter.fillRect(rest, m_look.background);
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

template <typename Draw> void TimelinePainter::forEachTick(Draw draw) const
{
    const double step = timeStep(m_window.span(), std::max(1, m_layout.plot.width() / tickWidth()));
    for (double tick = std::ceil(m_window.begin() / step - 1e-6) * step; tick <= m_window.end() + 1e-9; tick += step)
        draw(tick, std::round(x(tick)), step < 1);
}

int TimelinePainter::tickWidth() const
{
    return m_painter.fontMetrics().horizontalAdvance(QStringLiteral("00:00:00.0")) + 18;
}

void TimelinePainter::paintTime()
{
    forEachTick([&](double, double at, bool) {
        m_painter.fillRect(QRectF(at, m_layout.plot.top(), 1, m_layout.plot.height() + 3), m_look.grid);
    });
    paintAxis(m_layout.axis.top());
}

void TimelinePainter::paintAxis(int axisTop)
{
    const int top = axisTop + 3;
    const int width = tickWidth();
    forEachTick([&](double tick, double at, bool tenths) {
        const QRectF label(at - width / 2.0, top, width, m_layout.line);
        m_painter.setPen(m_look.text);
        m_painter.drawText(label, Qt::AlignCenter, timelineClock(tick, tenths));
        m_painter.setPen(m_look.quiet);
        m_painter.drawText(
            label.translated(0, m_layout.line), Qt::AlignCenter, timelineTimeOfDay(m_data.epoch + tick, tenths));
    });
    const QRect titles(m_layout.axis.left(), top, m_layout.left - width / 2 - 4, m_layout.line);
    m_painter.setPen(m_look.text);
    m_painter.drawText(titles, Qt::AlignLeft | Qt::AlignVCenter, CallTimeline::tr("Call"));
    m_painter.setPen(m_look.quiet);
    m_painter.drawText(titles.translated(0, m_layout.line), Qt::AlignLeft | Qt::AlignVCenter,
        zoneLabelAt(static_cast<qint64>(m_data.epoch * 1000)));
}

// In place of what a lane would show; the grid does not go through them.
void TimelinePainter::paintWords(const QRect& lane, const QString& words)
{
    const QRect room = lane.adjusted(6, 0, -6, 0);
    QRect taken = m_painter.fontMetrics().boundingRect(room, Qt::AlignLeft | Qt::AlignVCenter, words);
    taken.adjust(-3, 0, 3, 0);
    m_painter.fillRect(taken & lane, m_look.alternate);
    m_painter.setPen(m_look.quiet);
    m_painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter, words);
}

void TimelinePainter::paintSound(std::size_t side)
{
    const QRect& lane = m_layout.sounds[side];
    const TimelineSound& sound = m_data.sounds[side];
    paintTitle(lane, m_look.names[side]);
    const double middle = lane.center().y() + 0.5;
    if (sound.peaks.empty()) {
        paintWords(
            lane, m_data.noSound.isEmpty() ? CallTimeline::tr("no sound loaded: Space fetches it") : m_data.noSound);
        return;
    }
    const std::vector<float> columns = peakColumns(
        sound.peaks, sound.start, sound.binSeconds, m_window.begin(), m_window.end(), m_layout.plot.width());
    {
        LaneRun run(m_painter, m_look.sides[side], lane);
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
        paintLoss(m_painter, QRectF(from, lane.top(), to - from, 4), lost.withProbe, m_look.bad, m_look.quiet);
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
        m_painter.fillRect(QRectF(lane.left(), std::floor(y), lane.width(), 1), m_look.grid);
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
            LaneRun run(m_painter, faded(colour, 0.28), lane);
            for (std::size_t column = 0; column < band.size(); ++column)
                if (band[column].any)
                    run.add(
                        static_cast<int>(column), scale.y(lane, band[column].high), scale.y(lane, band[column].low));
        }
        const auto columns = columnsOf(stepsOf(line), m_window.begin(), m_window.end(), width);
        LaneRun run(m_painter, colour, lane);
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
            const double top = qRound(scale.y(lane, high)) - 1;
            const double bottom = qRound(scale.y(lane, low)) + 1;
            const bool gap = line.side != 0 && (static_cast<int>(column) + phase) % dashPeriod >= dashOn;
            if (!gap || bottom - top > tall)
                run.add(static_cast<int>(column), top, bottom);
        }
    }
    if (!any)
        paintWords(lane, m_data.noFigures.isEmpty() ? CallTimeline::tr("no measurement") : m_data.noFigures);
    m_painter.restore();
}

}
