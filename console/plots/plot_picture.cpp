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

QImage pictureOf(QSize size, const PaintOn& paint)
{
    constexpr int sharp = 2;
    QImage picture(size * sharp, QImage::Format_RGB32);
    picture.setDevicePixelRatio(sharp);
    picture.fill(Qt::white);
    paint(picture);
    return picture;
}

QByteArray drawingOf(QSize size, const PaintOn& paint)
{
    SvgDevice svg(size);
    paint(svg);
    return svg.document();
}

QImage pictureOf(const TimeSeriesPlot& plot)
{
    return pictureOf(plot.size(), [&](QPaintDevice& device) { paint(plot, device); });
}

QByteArray drawingOf(const TimeSeriesPlot& plot)
{
    return drawingOf(plot.size(), [&](QPaintDevice& device) { paint(plot, device); });
}

}
