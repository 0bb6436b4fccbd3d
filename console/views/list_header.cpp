#include "console/views/list_header.h"

#include <QPainter>

namespace callmon {

namespace {

constexpr int margin = 6; // as the cells'
constexpr int markWidth = 9;

}

ListHeader::ListHeader(QWidget* parent)
    : QHeaderView(Qt::Horizontal, parent)
{
    setSectionsClickable(true);
    setHighlightSections(false);
}

int ListHeader::titleWidth(int section) const
{
    QFont bold = font();
    bold.setBold(true);
    const QString title = model()->headerData(section, orientation()).toString();
    return QFontMetrics(bold).size(0, title).width() + 2 * margin + markWidth + 3;
}

QSize ListHeader::sectionSizeFromContents(int section) const
{
    return { titleWidth(section), 2 * fontMetrics().lineSpacing() + 8 };
}

void ListHeader::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), palette().color(QPalette::Window));
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(0, viewport()->height() - 1, viewport()->width(), viewport()->height() - 1);
    painter.end();
    QHeaderView::paintEvent(event);
}

void ListHeader::paintSection(QPainter* painter, const QRect& area, int section) const
{
    if (!area.isValid())
        return;
    painter->save();
    const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == section;
    painter->fillRect(area, palette().color(QPalette::Window));
    painter->setPen(palette().color(QPalette::Mid));
    painter->drawLine(area.bottomLeft(), area.bottomRight());
    painter->drawLine(area.right(), area.top() + 6, area.right(), area.bottom() - 6);

    QFont titleFont = font();
    titleFont.setBold(sorted);
    painter->setFont(titleFont);
    painter->setPen(palette().color(sorted ? QPalette::WindowText : QPalette::PlaceholderText));
    const QVariant alignment = model()->headerData(section, orientation(), Qt::TextAlignmentRole);
    const int flags = alignment.isValid() ? alignment.toInt() : static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter);
    QRect text = area.adjusted(margin, 0, -margin, -1);
    if (sorted) { // an arrow on the side that the text does not touch: up for ascending
        const bool right = flags & Qt::AlignRight;
        const double x = right ? area.left() + margin : area.right() - margin - markWidth;
        const double y = area.center().y() + 0.5;
        const double way = sortIndicatorOrder() == Qt::AscendingOrder ? -1 : 1;
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(palette().color(QPalette::WindowText), 1.5));
        painter->drawLine(QPointF(x + 4.5, y - 4.5), QPointF(x + 4.5, y + 4.5));
        painter->drawLine(QPointF(x + 4.5, y + 4.5 * way), QPointF(x + 1.5, y + 1.5 * way));
        painter->drawLine(QPointF(x + 4.5, y + 4.5 * way), QPointF(x + 7.5, y + 1.5 * way));
    }
    painter->drawText(text, flags, model()->headerData(section, orientation()).toString());
    painter->restore();
}

}
