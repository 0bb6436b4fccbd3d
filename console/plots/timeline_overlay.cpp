// What lies over the lanes of a timeline and moves: cursor, playhead, values.
#include "console/plots/pixel_columns.h"
#include "console/plots/timeline_painter.h"
#include "console/zone/display_zone.h"

#include <QLocale>
#include <cmath>

namespace callmon {

namespace {

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

void TimelinePainter::paintCursor(double seconds)
{
    if (!m_window.contains(seconds))
        return;
    m_painter.setPen(QPen(m_look.text, 1, Qt::DotLine));
    const double at = std::round(x(seconds)) + 0.5;
    m_painter.drawLine(QPointF(at, m_layout.plot.top()), QPointF(at, m_layout.plot.bottom()));
}

void TimelinePainter::paintPlayhead(double seconds)
{
    if (!m_window.contains(seconds))
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
    const int left = m_layout.plot.right() + 12; // a message's mark may stand at the very end
    const int width = m_layout.right - 12;
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
            timelineTimeOfDay(m_data.epoch + *seconds, true) + QLatin1Char(' ')
                + zoneLabelAt(static_cast<qint64>((m_data.epoch + *seconds) * 1000)));
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
