#include "console/plots/lane_run.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace callmon {

namespace {

// Compared and chosen side by side: a branch for each pixel would be guessed wrong at each end of a column.
constexpr std::size_t together = 4;
using Rows [[gnu::vector_size(together * sizeof(int))]] = int;
using Pixels [[gnu::vector_size(together * sizeof(QRgb))]] = QRgb;

// Of each of the four components, of one pixel or several, rounded as QRasterPaintEngine does (BYTE_MUL).
template <typename Colour> Colour shareOf(Colour pixel, std::uint32_t of255)
{
    const auto two = [of255](Colour components) { // in the lower bytes of both halves
        const Colour product = components * of255;
        return (product + (product >> 8 & 0xff00ffu) + 0x800080u) >> 8 & 0xff00ffu;
    };
    return two(pixel & 0xff00ffu) | two(pixel >> 8 & 0xff00ffu) << 8;
}

}

LaneRun::LaneRun(QPainter& painter, const QColor& colour, const QRect& lane)
    : m_painter(painter)
    , m_colour(colour)
    , m_lane(lane)
    , m_image(painter.deviceTransform().isIdentity() ? dynamic_cast<QImage*>(painter.device()) : nullptr)
    , m_left(lane.left())
{
    if (m_image != nullptr && m_image->format() != QImage::Format_RGB32)
        m_image = nullptr;
    if (m_image == nullptr)
        return;
    m_lane &= m_image->rect();
    const auto width = static_cast<std::size_t>(std::max(0, m_lane.width()));
    const std::size_t whole = (width + pixelsOfLine - 1) / pixelsOfLine * pixelsOfLine;
    m_tops.resize(whole);
    m_bottoms.resize(whole);
    m_value = qPremultiply(m_colour.rgba());
    m_under = static_cast<std::uint32_t>(255 - m_colour.alpha());
}

LaneRun::~LaneRun()
{
    flush();
    for (std::size_t first = 0; first < m_tops.size(); first += pixelsOfLine)
        write(first);
}

void LaneRun::add(int column, double top, double bottom)
{
    if (m_image != nullptr) {
        note(column, top, bottom);
        return;
    }
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
    if (const int width = std::exchange(m_width, 0); width > 0)
        m_painter.fillRect(QRectF(m_left + m_from, m_top, width, m_bottom - m_top), m_colour);
}

void LaneRun::note(int column, double top, double bottom)
{
    const int x = m_left + column;
    if (x < m_lane.left() || x > m_lane.right())
        return;
    const auto place = static_cast<std::size_t>(x - m_lane.left());
    // The pixels that the painter takes: QRasterPaintEngine rounds all sides.
    m_tops[place] = std::max(qRound(top), m_lane.top());
    m_bottoms[place] = std::min(qRound(top + (bottom - top)), m_lane.bottom() + 1);
}

void LaneRun::write(std::size_t first)
{
    std::array<Rows, pixelsOfLine / together> tops;
    std::array<Rows, pixelsOfLine / together> bottoms;
    int from = m_lane.bottom() + 1;
    int to = m_lane.top();
    for (std::size_t i = 0; i < pixelsOfLine; ++i) {
        const int top = m_tops[first + i];
        const int bottom = m_bottoms[first + i];
        tops[i / together][i % together] = top;
        bottoms[i / together][i % together] = bottom;
        if (bottom > top) {
            from = std::min(from, top);
            to = std::max(to, bottom);
        }
    }
    if (to <= from)
        return;
    const std::size_t seen = std::min(pixelsOfLine, static_cast<std::size_t>(m_lane.width()) - first);
    auto* row = reinterpret_cast<QRgb*>(m_image->scanLine(from)) + m_lane.left() + first;
    const qsizetype stride = m_image->bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
    for (int y = from; y < to; ++y, row += stride) {
        if (seen < pixelsOfLine) {
            for (std::size_t i = 0; i < seen; ++i)
                if (y >= m_tops[first + i] && y < m_bottoms[first + i])
                    row[i] = m_value + shareOf(row[i], m_under);
            continue;
        }
        for (std::size_t i = 0; i < tops.size(); ++i) {
            Pixels pixels;
            std::memcpy(&pixels, row + i * together, sizeof pixels);
            const Pixels painted = m_under == 0 ? Pixels {} + m_value : m_value + shareOf(pixels, m_under);
            pixels = (tops[i] <= y) & (bottoms[i] > y) ? painted : pixels;
            std::memcpy(row + i * together, &pixels, sizeof pixels);
        }
    }
}

}
