// What a plot shows, for print and for documents.
#pragma once

#include <QByteArray>
#include <QImage>
#include <functional>

namespace callmon {

class TimeSeriesPlot;

using PaintOn = std::function<void(QPaintDevice&)>;

QImage pictureOf(QSize size, const PaintOn& paint); // in twice the screen's sharpness
QByteArray drawingOf(QSize size, const PaintOn& paint); // as an SVG document

QImage pictureOf(const TimeSeriesPlot& plot);
QByteArray drawingOf(const TimeSeriesPlot& plot);

}
