// A QPaintDevice whose drawing is an SVG document: lines, shapes, fills and texts that stay texts. Qt's own would take
// another library (Qt Svg) for what the plots need of it.
#pragma once

#include <QByteArray>
#include <QPaintDevice>
#include <QSize>
#include <memory>

namespace callmon {

class SvgEngine;

class SvgDevice : public QPaintDevice {
public:
    explicit SvgDevice(QSize size);
    ~SvgDevice() override;
    QByteArray document() const; // once the painter has ended
    QPaintEngine* paintEngine() const override;

protected:
    int metric(PaintDeviceMetric metric) const override;

private:
    QSize m_size;
    std::unique_ptr<SvgEngine> m_engine;
};

}
