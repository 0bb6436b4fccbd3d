#include "console/plots/plot_picture.h"

#include "console/plots/svg_device.h"
#include "console/plots/time_series_plot.h"

#include <qcustomplot.h>

namespace callmon {

namespace {

void paint(const TimeSeriesPlot& plot, QPaintDevice& device)
{
    auto* drawn = plot.findChild<QCustomPlot*>();
    QCPPainter painter(&device);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    drawn->toPainter(&painter, plot.width(), plot.height());
}

}

QImage pictureOf(const TimeSeriesPlot& plot)
{
    constexpr int sharp = 2;
    QImage picture(plot.size() * sharp, QImage::Format_RGB32);
    picture.setDevicePixelRatio(sharp);
    picture.fill(Qt::white);
    paint(plot, picture);
    return picture;
}

QByteArray drawingOf(const TimeSeriesPlot& plot)
{
    SvgDevice svg(plot.size());
    paint(plot, svg);
    return svg.document();
}

}
