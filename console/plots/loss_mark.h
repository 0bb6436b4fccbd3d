// A stretch of sound that was lost, as every waveform marks it.
#pragma once

#include <QPainter>

namespace callmon {

// Lost on the network a bar; with the probe, which is not the network's fault, a broken one.
void paintLoss(QPainter& painter, const QRectF& area, bool withProbe, const QColor& network, const QColor& probe);

}
