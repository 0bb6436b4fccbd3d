#include "console/plots/lane_run.h"

#include <algorithm>
#include <utility>

namespace callmon {

LaneRun::LaneRun(QPainter& painter, const QColor& colour, const QRect& lane)
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

LaneRun::~LaneRun()
{
    flush();
    if (!m_veil.isNull())
        m_painter.drawImage(m_lane.topLeft(), m_veil);
}

void LaneRun::add(int column, double top, double bottom)
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

void LaneRun::flush()
{
    if (const int width = std::exchange(m_width, 0); width > 0) {
        const QRectF area(m_lane.left() + m_from, m_top, width, m_bottom - m_top);
        if (m_image != nullptr)
            write(area);
        else
            m_painter.fillRect(area, m_colour);
    }
}

void LaneRun::write(const QRectF& area)
{
    // The pixels that the painter takes: QRasterPaintEngine rounds all four sides.
    const QRect whole(
        QPoint(qRound(area.left()), qRound(area.top())), QPoint(qRound(area.right()) - 1, qRound(area.bottom()) - 1));
    const QRect pixels = (whole & m_lane).translated(m_veil.isNull() ? QPoint(0, 0) : -m_lane.topLeft());
    QRgb* line = m_bits + pixels.top() * m_stride + pixels.left();
    for (int y = pixels.height(); y > 0; --y, line += m_stride)
        std::fill_n(line, pixels.width(), m_value);
}

}
