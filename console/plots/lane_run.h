// Rectangles in a lane of a timeline, column after column. Side by side and of one height they are one. Thousands of
// them, one pixel wide and as high as the lane, are what a frame costs: into a picture of the screen's pixels they are
// written here, in which the painter would take several times as long for the same pixels. Elsewhere (sharper screens,
// files) it draws them.
#pragma once

#include <QImage>
#include <QPainter>

namespace callmon {

class LaneRun {
public:
    LaneRun(QPainter& painter, const QColor& colour, const QRect& lane);
    ~LaneRun();
    LaneRun(const LaneRun&) = delete;
    LaneRun& operator=(const LaneRun&) = delete;
    void add(int column, double top, double bottom);

private:
    void flush();
    void write(const QRectF& area);

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

}
