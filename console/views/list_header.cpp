#include "console/views/list_header.h"

#include "console/views/theme.h"

#include <QPainter>

namespace callmon {

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
    return QFontMetrics(bold).size(0, title).width() + 2 * cellMargin + 1;
}

QSize ListHeader::sectionSizeFromContents(int section) const
{
    const auto lines = model()->headerData(section, orientation()).toString().count(QLatin1Char('\n')) + 1;
    return { titleWidth(section), static_cast<int>(lines) * fontMetrics().lineSpacing() + (lines > 1 ? 14 : 10) };
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
    if (sorted) { // a mark over the title, where it takes no room from it: pointing up for ascending
        const double x = area.center().x() + 0.5;
        const double y = area.top() + 5.5;
        const double way = sortIndicatorOrder() == Qt::AscendingOrder ? -2 : 2;
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setBrush(palette().color(QPalette::WindowText));
        painter->setPen(Qt::NoPen);
        painter->drawPolygon(QPolygonF { { x - 5, y - way }, { x + 5, y - way }, { x, y + way } });
        painter->setPen(palette().color(QPalette::WindowText));
    }
    const bool roomForMark = area.height() > 2 * fontMetrics().lineSpacing();
    const QRect text = area.adjusted(cellMargin, roomForMark ? 6 : 0, -cellMargin, -1);
    painter->drawText(text, flags, model()->headerData(section, orientation()).toString());
    painter->restore();
}

}
