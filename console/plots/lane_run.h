// Rectangles in a lane of a timeline, column after column, one of each at most. Side by side and of one height they are
// one. Thousands of them, one pixel wide and as high as the lane, are what a frame costs: into a picture of the
// screen's pixels they are written here, a cache line of columns at a time, which the painter would do one after the
// other, each pixel in a line of its own. Elsewhere (sharper screens, files) it draws them.
#pragma once

#include <QImage>
#include <QPainter>
#include <cstdint>
#include <vector>

namespace callmon {

class LaneRun {
public:
    LaneRun(QPainter& painter, const QColor& colour, const QRect& lane);
    ~LaneRun();
    LaneRun(const LaneRun&) = delete;
    LaneRun& operator=(const LaneRun&) = delete;
    void add(int column, double top, double bottom);

private:
    static constexpr std::size_t pixelsOfLine = 16; // of a cache line

    void flush();
    void note(int column, double top, double bottom);
    void write(std::size_t first);

    QPainter& m_painter;
    QColor m_colour;
    QRect m_lane;
    QImage* m_image; // null: the painter draws
    int m_left = 0; // of column 0

    // Into the image: of each of its columns in the lane the first row and that behind the last.
    std::vector<int> m_tops;
    std::vector<int> m_bottoms;
    QRgb m_value = 0; // premultiplied
    std::uint32_t m_under = 0; // what is left of what was there, of 255

    // By the painter: the columns that are one so far.
    int m_from = 0;
    int m_width = 0;
    double m_top = 0;
    double m_bottom = 0;
};

}
