#include "console/plots/loss_mark.h"

#include <algorithm>

namespace callmon {

void paintLoss(QPainter& painter, const QRectF& area, bool withProbe, const QColor& network, const QColor& probe)
{
    if (!withProbe) {
        painter.fillRect(area, network);
        return;
    }
    constexpr double period = 6; // pixels
    constexpr double on = 3;
    for (double dash = area.left(); dash < area.right(); dash += period)
        painter.fillRect(QRectF(dash, area.top(), std::min(on, area.right() - dash), area.height()), probe);
}

}
