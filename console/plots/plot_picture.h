// What a plot shows, for print and for documents.
#pragma once

#include <QByteArray>
#include <QImage>

namespace callmon {

class TimeSeriesPlot;

QImage pictureOf(const TimeSeriesPlot& plot); // in twice the screen's sharpness
QByteArray drawingOf(const TimeSeriesPlot& plot); // as an SVG document

}
