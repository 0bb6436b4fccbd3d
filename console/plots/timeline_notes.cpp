#include "console/plots/timeline_notes.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr int markWidth = 9;

}

void TimelineNotes::paintMark(TimelineMark mark, QPointF at, const QColor& colour)
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
void TimelineNotes::paintEvents()
{
    m_painter.save();
    m_painter.setClipRect(m_layout.events.adjusted(-markWidth, 0, markWidth, 0));
    const double middle = m_layout.events.top() + 2 + m_layout.line / 2.0;
    std::vector<const TimelineEvent*> seen;
    for (const TimelineEvent& event : m_data.events)
        if (event.mark != TimelineMark::Key && m_window.contains(event.seconds))
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

void TimelineNotes::paintKeys()
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
        if (event.mark != TimelineMark::Key || !m_window.contains(event.seconds))
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

void TimelineNotes::paintAlarms()
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

void TimelineNotes::paintSelection(const TimelineEvent& event)
{
    if (!m_window.contains(event.seconds))
        return;
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setPen(QPen(m_look.accent, 2));
    m_painter.setBrush(Qt::NoBrush);
    m_painter.drawEllipse(
        QPointF(x(event.seconds), m_layout.events.top() + 2 + m_layout.line / 2.0), markWidth * 0.9, markWidth * 0.9);
    m_painter.setRenderHint(QPainter::Antialiasing, false);
}

}
