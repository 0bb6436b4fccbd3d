#include "console/views/icons.h"

#include <QPainter>

namespace callmon {

QIcon icon(Sign sign, const QColor& colour)
{
    QIcon icon;
    for (const int size : { 16, 24, 32, 48 }) {
        QPixmap pixmap(size, size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.scale(size / 16.0, size / 16.0);
        if (sign == Sign::Play) {
            painter.drawPolygon(QPolygonF { { 4, 2 }, { 14, 8 }, { 4, 14 } });
        } else {
            painter.drawRect(QRectF(3.5, 2, 3.2, 12));
            painter.drawRect(QRectF(9.3, 2, 3.2, 12));
        }
        icon.addPixmap(pixmap);
    }
    return icon;
}

}
